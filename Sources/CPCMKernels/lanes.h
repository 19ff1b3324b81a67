/* lanes.h - gain, fade and float32 for any vector width, a sample to each 32-bit lane. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over the vocabulary of resample_rows.h and
 *
 *   vec_widen(i16 *)             LANES samples, each in the lower half of its lane, the upper half
 * 0 vec_or, vec_shr(v, count)    logical shift vec_ramp()                   0, 1, 2, ...
 *   vec_multiply(a, b)           lower 32 bits of each product
 *   floats_from_lanes(dst, v)    stores LANES floats: the sign-extended lower half, divided by
 * 32,768 lanes_from_floats(src)       LANES floats times 32,768, to nearest, within int16, NaN as 0
 */

static PCM_INLINE void PCM_FN(fade_lanes)(int16_t *dst, const int16_t *src, vec at) {
    /* The pair (x, 1) times the pair (gain, 2048) is x * gain + 2048 at once. */
    const vec gain = vec_or(vec_shr(at, PCM_FADE_SHIFT), vec_set(PCM_GAIN_UNITY / 2 << 16));
    const vec x = vec_or(vec_widen(src), vec_set(1 << 16));
    store_plain(dst, vec_sra(vec_mac(vec_zero(), x, gain), 12));
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
        floats_from_lanes(dst + i, vec_widen(src + i));
    if (i == count)
        return;
    int16_t in[LANES] = {0};
    float out[LANES];
    memcpy(in, src + i, (count - i) * sizeof *src);
    floats_from_lanes(out, vec_widen(in));
    memcpy(dst + i, out, (count - i) * sizeof *dst);
}

static void PCM_FN(int16_from_float32)(int16_t *dst, const float *src, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        store_plain(dst + i, lanes_from_floats(src + i));
    if (i == count)
        return;
    float in[LANES] = {0};
    int16_t out[LANES];
    memcpy(in, src + i, (count - i) * sizeof *src);
    store_plain(out, lanes_from_floats(in));
    memcpy(dst + i, out, (count - i) * sizeof *dst);
}
