/* lanes.h - gain, fade and float32 for any vector width, a sample to each 32-bit lane. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over the vocabulary of resample_rows.h and
 *
 *   vec_ramp()                      0, 1, 2, ...
 *   vec_multiply(a, b)              the lower 32 bits of each product
 *   vec_scaled(src, gain)           samples times the upper halves of `gain`, plus 2,048
 *   floats_from_samples(dst, src)   LANES samples divided by 32,768
 *   samples_from_floats(src)        LANES floats times 32,768, to nearest, within int16, NaN as 0
 */

static PCM_INLINE void PCM_FN(fade_lanes)(int16_t *dst, const int16_t *src, vec at) {
    store_plain(dst, vec_sra(vec_scaled(src, at), 12));
}

static int32_t PCM_FN(fade)(int16_t *dst, const int16_t *src, size_t count, int32_t start,
                            int32_t step) {
    const vec advance = vec_set((int32_t)((uint32_t)step * LANES));
    vec at = vec_add(vec_set(start), vec_multiply(vec_ramp(), vec_set(step)));
    size_t i = 0;
    for (; i + LANES <= count; i += LANES, at = vec_add(at, advance))
        PCM_FN(fade_lanes)(dst + i, src + i, at);
    if (i < count) {
        int16_t partial[LANES] = {0};
        memcpy(partial, src + i, (count - i) * sizeof *src);
        PCM_FN(fade_lanes)(partial, partial, at);
        memcpy(dst + i, partial, (count - i) * sizeof *dst);
    }
    return (int32_t)((uint32_t)start + (uint32_t)step * (uint32_t)count);
}

static void PCM_FN(gain)(int16_t *dst, const int16_t *src, size_t count, uint16_t gain) {
    const int32_t limited = gain > INT16_MAX ? INT16_MAX : gain;
    PCM_FN(fade)(dst, src, count, limited << PCM_FADE_SHIFT, 0);
}

static void PCM_FN(float32_from_int16)(float *dst, const int16_t *src, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        floats_from_samples(dst + i, src + i);
    if (i == count)
        return;
    int16_t in[LANES] = {0};
    float out[LANES];
    memcpy(in, src + i, (count - i) * sizeof *src);
    floats_from_samples(out, in);
    memcpy(dst + i, out, (count - i) * sizeof *dst);
}

static void PCM_FN(int16_from_float32)(int16_t *dst, const float *src, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        store_plain(dst + i, samples_from_floats(src + i));
    if (i == count)
        return;
    float in[LANES] = {0};
    int16_t out[LANES];
    memcpy(in, src + i, (count - i) * sizeof *src);
    store_plain(out, samples_from_floats(in));
    memcpy(dst + i, out, (count - i) * sizeof *dst);
}
