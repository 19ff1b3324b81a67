/* level.h - sum of squares and peak for any x86 vector width. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over MM(), AND, REG, BYTES (see sse41.c). The squares of two samples make a sum of at
 * most 2 * 2^30 = 2^31, which fits 32 bits read as unsigned. It is then added to 64-bit sums, even
 * and odd lanes apart; one 64-bit lane, most significant byte first:
 *
 *   squares   p1 p1 p1 p1 p0 p0 p0 p0
 *   >> 32      0  0  0  0 p1 p1 p1 p1
 *   & low      0  0  0  0 p0 p0 p0 p0
 *
 * The magnitude of -32,768 wraps to itself, which is right when read as unsigned.
 */
#define LEVEL_STEP(k, samples)                                                                     \
    do {                                                                                           \
        const REG x = LOADU(samples);                                                              \
        const REG square = MM(madd_epi16)(x, x);                                                   \
        peak[k] = MM(max_epu16)(peak[k], MM(abs_epi16)(x));                                        \
        even[k] = MM(add_epi64)(even[k], AND(square, low));                                        \
        odd[k] = MM(add_epi64)(odd[k], MM(srli_epi64)(square, 32));                                \
    } while (0)

static pcm_level_result PCM_FN(level)(const int16_t *src, size_t count) {
    enum { SAMPLES = BYTES / 2 };
    const REG low = MM(srli_epi64)(MM(set1_epi32)(-1), 32);
    REG even[2] = {ZERO(), ZERO()}, odd[2] = {ZERO(), ZERO()}, peak[2] = {ZERO(), ZERO()};
    for (; count >= 2 * SAMPLES; src += 2 * SAMPLES, count -= 2 * SAMPLES) {
        LEVEL_STEP(0, src);
        LEVEL_STEP(1, src + SAMPLES);
    }
    if (count >= SAMPLES) {
        LEVEL_STEP(0, src);
        src += SAMPLES;
        count -= SAMPLES;
    }
    /* A copy through the stack stalls on its own stores: only for what fills no register. */
    if (count > 0) {
        int16_t partial[SAMPLES] = {0};
        memcpy(partial, src, count * sizeof *src);
        LEVEL_STEP(1, partial);
    }
    uint64_t sums[BYTES / 8];
    uint16_t peaks[SAMPLES];
    STOREU(sums, MM(add_epi64)(MM(add_epi64)(even[0], even[1]), MM(add_epi64)(odd[0], odd[1])));
    STOREU(peaks, MM(max_epu16)(peak[0], peak[1]));
    pcm_level_result level = {0, 0};
    for (size_t i = 0; i < BYTES / 8; i++)
        level.sum_of_squares += sums[i];
    for (size_t i = 0; i < SAMPLES; i++)
        if (peaks[i] > level.peak)
            level.peak = peaks[i];
    return level;
}

#undef LEVEL_STEP
