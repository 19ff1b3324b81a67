/* neon.c - the kernels for AArch64: 128 bits, 64-byte tables, multiplication by a lane. */
/* SPDX-License-Identifier: MIT */
#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "../kernels.h"
#include "../resample_stream.h"
#include "../vad_network.h"

#define PCM_FN(name) name##_neon

#define LANES 4
#define LANES_INDEX 0
#define GROUP_WIDE 8
#define GROUP 4
typedef int32x4_t vec;
typedef int16x4x2_t row; /* the first and the second taps of the pairs */
typedef int16x4_t pair;
typedef int16x4_t middle;
#define vec_zero() vdupq_n_s32(0)
#define vec_set(x) vdupq_n_s32(x)
#define vec_add(a, b) vaddq_s32(a, b)
#define vec_sra(v, count) vshlq_s32(v, vdupq_n_s32(-(count)))
#define vec_multiply(a, b) vmulq_s32(a, b)
#define vec_load(p) vld1q_s32(p)
#define vec_store(p, v) vst1q_s32(p, v)
#define vec_greater(a, b) vreinterpretq_s32_u32(vcgtq_s32(a, b))
#define vec_sqrt(v) vcvtnq_s32_f32(vsqrtq_f32(vcvtq_f32_s32(v)))
#define row_load(p) vld2_s16(p)
#define add_middle(sum, m, tap) vmlal_n_s16(sum, m, tap)
#define middle_every2(p) vld2_s16(p).val[0]
#define middle_every3(p) vld3_s16(p).val[0]

static PCM_INLINE vec vec_ramp(void) {
    static const int32_t ramp[4] = {0, 1, 2, 3};
    return vld1q_s32(ramp);
}

static PCM_INLINE pair pair_load(const int16_t *src) {
    int32_t both;
    memcpy(&both, src, 4);
    return vreinterpret_s16_s32(vdup_n_s32(both));
}

static PCM_INLINE vec vec_mac(vec sum, row taps, pair samples) {
    return vmlal_lane_s16(vmlal_lane_s16(sum, taps.val[0], samples, 0), taps.val[1], samples, 1);
}

static PCM_INLINE middle middle_every3_half(const int16_t *src) {
    const int16x4_t x = {src[0], 0, src[3], 0};
    return x;
}

static PCM_INLINE void store_plain(int16_t *dst, vec v) {
    vst1_s16(dst, vqmovn_s32(v));
}

static PCM_INLINE void store_zip2(int16_t *dst, vec v, const int16_t *x) {
    const int16x4x2_t both = {{vld1_s16(x), vqmovn_s32(v)}};
    vst2_s16(dst, both);
}

/* x0 a0 b0 x1 a1 b1 from a0 b0 a1 b1 and x0 (-) x1. */
static PCM_INLINE void store_zip3(int16_t *dst, vec v, const int16_t *x, int down) {
    static const uint8_t order[2][16] = {{8, 9, 0, 1, 2, 3, 10, 11, 4, 5, 6, 7},
                                         {8, 9, 0, 1, 2, 3, 12, 13, 4, 5, 6, 7}};
    const int16x8_t both = vcombine_s16(vqmovn_s32(v), vld1_s16(x));
    const uint8x16_t zip = vqtbl1q_u8(vreinterpretq_u8_s16(both), vld1q_u8(order[down - 1]));
    const uint32_t end = vgetq_lane_u32(vreinterpretq_u32_u8(zip), 2);
    vst1_s16(dst, vreinterpret_s16_u8(vget_low_u8(zip)));
    memcpy(dst + 4, &end, 4);
}

static PCM_INLINE void store_even(int16_t *dst, const int16_t *src) {
    vst1_s16(dst, vld2_s16(src).val[0]);
}

static PCM_INLINE vec vec_scaled(const int16_t *src, vec gain) {
    return vmlal_s16(vdupq_n_s32(PCM_GAIN_UNITY / 2), vld1_s16(src), vshrn_n_s32(gain, 16));
}

static PCM_INLINE void floats_from_samples(float *dst, const int16_t *src) {
    vst1q_f32(dst, vmulq_n_f32(vcvtq_f32_s32(vmovl_s16(vld1_s16(src))), 1.0f / 32768));
}

static PCM_INLINE vec samples_from_floats(const float *src) {
    /* The conversion saturates and turns NaN into 0 by itself; store_plain() saturates again. */
    return vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(src), 32768));
}

#include "../lanes.h"
#include "../resample_rows.h"
#include "../vad_rows.h"
#include "base64.h"
#include "g711.h"

static pcm_level_result level_neon(const int16_t *src, size_t count) {
    uint64x2_t squares = vdupq_n_u64(0);
    uint16x8_t peak = vdupq_n_u16(0);
    int16_t partial[8] = {0};
    while (count > 0) {
        if (count < 8) {
            memcpy(partial, src, count * sizeof *src);
            src = partial;
            count = 8;
        }
        const int16x8_t x = vld1q_s16(src);
        const int32x4_t lower = vmull_s16(vget_low_s16(x), vget_low_s16(x));
        const int32x4_t upper = vmull_high_s16(x, x);
        squares = vpadalq_u32(squares, vreinterpretq_u32_s32(lower));
        squares = vpadalq_u32(squares, vreinterpretq_u32_s32(upper));
        /* The magnitude of -32,768 wraps to itself, which is right when read as unsigned. */
        peak = vmaxq_u16(peak, vreinterpretq_u16_s16(vabsq_s16(x)));
        src += 8;
        count -= 8;
    }
    const pcm_level_result level = {vaddvq_u64(squares), vmaxvq_u16(peak)};
    return level;
}

const pcm_kernels pcm_kernels_neon = {
    PCM_ISA_NEON,
    "neon",
    PCM_FN(base64_encode),
    PCM_FN(base64_decode),
    PCM_FN(mulaw_encode),
    PCM_FN(mulaw_decode),
    PCM_FN(alaw_encode),
    PCM_FN(alaw_decode),
    PCM_FN(float32_from_int16),
    PCM_FN(int16_from_float32),
    PCM_FN(gain),
    PCM_FN(fade),
    PCM_FN(level),
    PCM_FN(resample),
    PCM_FN(resample_flush),
    PCM_FN(vad_stream),
};
#else
/* A translation unit may not be empty. */
typedef int pcm_no_neon;
#endif
