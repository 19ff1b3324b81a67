/* avx512.c - the kernels in 512 bits: byte permutes of VBMI, dot products of VNNI. */
/* SPDX-License-Identifier: MIT */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../kernels.h"
#include "../resample_stream.h"
#include "../vad_network.h"

#if defined(__clang__)
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni"))),           \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni")
#endif

#define PCM_FN(name) name##_avx512

/* Lanes of 32 bits: the resampler, gain, fade, floats. */
#define LANES 16
#define LANES_INDEX 2
#define GROUP_WIDE 10
#define GROUP 5
typedef __m512i vec;
typedef __m512i row;
typedef __m512i pair;
typedef __m512i middle; /* in the lower halves of lanes */
#define vec_zero() _mm512_setzero_si512()
#define vec_set(x) _mm512_set1_epi32(x)
#define row_load(p) _mm512_loadu_si512(p)
#define vec_mac(sum, a, b) _mm512_dpwssd_epi32(sum, a, b)
#define vec_add(a, b) _mm512_add_epi32(a, b)
#define vec_sra(v, count) _mm512_sra_epi32(v, _mm_cvtsi32_si128(count))
#define vec_multiply(a, b) _mm512_mullo_epi32(a, b)
#define vec_load(p) _mm512_loadu_si512(p)
#define vec_store(p, v) _mm512_storeu_si512(p, v)
#define vec_greater(a, b) _mm512_movm_epi32(_mm512_cmpgt_epi32_mask(a, b))
#define vec_sqrt(v) _mm512_cvtps_epi32(_mm512_sqrt_ps(_mm512_cvtepi32_ps(v)))
#define vec_ramp() _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define add_middle(sum, m, tap) vec_mac(sum, m, vec_set((uint16_t)(tap)))
#define middle_every2(p) row_load(p)

static PCM_INLINE pair pair_load(const int16_t *src) {
    int32_t both;
    memcpy(&both, src, 4);
    return _mm512_set1_epi32(both);
}

/* The order names the lower word of each lane; what the upper one holds meets a tap of 0. */
static PCM_INLINE middle middle_every3(const int16_t *src) {
    const vec order = _mm512_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45);
    return _mm512_permutex2var_epi16(row_load(src), order, row_load(src + 32));
}

static PCM_INLINE middle middle_every3_half(const int16_t *src) {
    const vec order = _mm512_setr_epi32(0, 0, 3, 0, 6, 0, 9, 0, 12, 0, 15, 0, 18, 0, 21, 0);
    return _mm512_maskz_permutexvar_epi16(0x11111111, order, row_load(src));
}

/* Zeros between the samples. */
static PCM_INLINE vec widen(const int16_t *src) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)src));
}

/* The pair (x, 1) times the pair (gain, 2048). */
static PCM_INLINE vec vec_scaled(const int16_t *src, vec gain) {
    const vec x = _mm512_or_si512(widen(src), vec_set(1 << 16));
    const vec g = _mm512_or_si512(_mm512_srli_epi32(gain, 16), vec_set(PCM_GAIN_UNITY / 2 << 16));
    return vec_mac(vec_zero(), x, g);
}

static PCM_INLINE void store_plain(int16_t *dst, vec v) {
    _mm256_storeu_si256((void *)dst, _mm512_cvtsepi32_epi16(v));
}

static PCM_INLINE void store_zip2(int16_t *dst, vec v, const int16_t *x) {
    const vec y = _mm512_min_epi32(_mm512_max_epi32(v, vec_set(INT16_MIN)), vec_set(INT16_MAX));
    _mm512_storeu_si512(dst, _mm512_or_si512(widen(x), _mm512_slli_epi32(y, 16)));
}

/* x0 a0 b0 x1 a1 b1 ... x7 a7 b7: words from 32 on come from x. */
static PCM_INLINE void store_zip3(int16_t *dst, vec v, const int16_t *x, int down) {
    static const uint16_t order[2][32] = {
        {32, 0, 1, 33, 2, 3, 34, 4, 5, 35, 6, 7, 36, 8, 9, 37, 10, 11, 38, 12, 13, 39, 14, 15},
        {32, 0, 1, 34, 2, 3, 36, 4, 5, 38, 6, 7, 40, 8, 9, 42, 10, 11, 44, 12, 13, 46, 14, 15}};
    const vec xs = _mm512_zextsi256_si512(_mm256_loadu_si256((const void *)x));
    const vec ys = _mm512_zextsi256_si512(_mm512_cvtsepi32_epi16(v));
    const vec zip = _mm512_permutex2var_epi16(ys, row_load(order[down - 1]), xs);
    _mm512_mask_storeu_epi16(dst, 0xFFFFFF, zip);
}

static PCM_INLINE void store_even(int16_t *dst, const int16_t *src) {
    _mm256_storeu_si256((void *)dst, _mm512_cvtepi32_epi16(row_load(src)));
}

static PCM_INLINE void floats_from_samples(float *dst, const int16_t *src) {
    const vec extended = _mm512_srai_epi32(_mm512_slli_epi32(widen(src), 16), 16);
    _mm512_storeu_ps(dst,
                     _mm512_mul_ps(_mm512_cvtepi32_ps(extended), _mm512_set1_ps(1.0f / 32768)));
}

static PCM_INLINE vec samples_from_floats(const float *src) {
    const __m512 x = _mm512_loadu_ps(src);
    const __m512 number = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, x, _CMP_ORD_Q), x);
    const __m512 y = _mm512_mul_ps(number, _mm512_set1_ps(32768));
    return _mm512_cvtps_epi32(
        _mm512_min_ps(_mm512_max_ps(y, _mm512_set1_ps(-32768)), _mm512_set1_ps(32767)));
}

/* Whole registers: level. */
#define BYTES 64
#define REG __m512i
#define MM(op) _mm512_##op
#define AND(a, b) _mm512_and_si512(a, b)
#define OR(a, b) _mm512_or_si512(a, b)
#define XOR(a, b) _mm512_xor_si512(a, b)
#define ZERO() _mm512_setzero_si512()
#define LOADU(p) _mm512_loadu_si512(p)
#define STOREU(p, v) _mm512_storeu_si512(p, v)

#include "../lanes.h"
#include "../resample_rows.h"
#include "../vad_rows.h"
#include "base64_avx512.h"
#include "g711_avx512.h"
#include "level.h"

const pcm_kernels pcm_kernels_avx512 = {
    PCM_ISA_AVX512,
    "avx512",
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

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
/* A translation unit may not be empty. */
typedef int pcm_no_avx512;
#endif
