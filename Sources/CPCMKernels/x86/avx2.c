/* avx2.c - the kernels in 256 bits. */
/* SPDX-License-Identifier: MIT */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../kernels.h"
#include "../resample_stream.h"
#include "../vad_network.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define PCM_FN(name) name##_avx2

/* Whole registers: byte and word templates. Most instructions work on halves of 128 bits apart. */
#define BYTES 32
#define REG __m256i
#define MM(op) _mm256_##op
#define AND(a, b) _mm256_and_si256(a, b)
#define OR(a, b) _mm256_or_si256(a, b)
#define XOR(a, b) _mm256_xor_si256(a, b)
#define ZERO() _mm256_setzero_si256()
#define LOADU(p) _mm256_loadu_si256((const void *)(p))
#define STOREU(p, v) _mm256_storeu_si256((void *)(p), v)
/* A table of 16 bytes in both halves. */
#define TABLE(p) _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)(p)))
/* 64-bit pieces 0 2 1 3: what packing two registers by halves left as 0 2 1 3. */
#define IN_ORDER(v) _mm256_permute4x64_epi64(v, 0xD8)
#define ALL_ZERO(v) _mm256_testz_si256(v, v)

/* Bytes 0 to 11 are used of the lower half, 4 to 15 of the upper one, which begins at 8: 24 in all,
 * none beyond. */
static PCM_INLINE __m256i load_triples(const uint8_t *src) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const void *)src)),
                                   _mm_loadu_si128((const void *)(src + 8)), 1);
}

static PCM_INLINE __m256i encode_order(void) {
    return _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, /* lower */
                            5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);
}

static PCM_INLINE void store_triples(uint8_t *dst, __m256i v) {
    const __m256i halves = _mm256_shuffle_epi8(
        v, _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, /* lower */
                            2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    const __m256i packed =
        _mm256_permutevar8x32_epi32(halves, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
    _mm_storeu_si128((void *)dst, _mm256_castsi256_si128(packed));
    _mm_storel_epi64((void *)(dst + 16), _mm256_extracti128_si256(packed, 1));
}

/* Lanes of 32 bits: the resampler, gain, fade, floats. */
#define LANES 8
#define LANES_INDEX 1
#define GROUP_WIDE 5
#define GROUP 5
typedef __m256i vec;
typedef __m256i row;
typedef __m256i pair;
typedef __m256i middle; /* in the lower halves of lanes */
#define vec_zero() _mm256_setzero_si256()
#define vec_set(x) _mm256_set1_epi32(x)
#define row_load(p) _mm256_loadu_si256((const void *)(p))
#define vec_mac(sum, a, b) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
#define vec_add(a, b) _mm256_add_epi32(a, b)
#define vec_sra(v, count) _mm256_sra_epi32(v, _mm_cvtsi32_si128(count))
#define vec_multiply(a, b) _mm256_mullo_epi32(a, b)
#define vec_load(p) _mm256_loadu_si256((const void *)(p))
#define vec_store(p, v) _mm256_storeu_si256((void *)(p), v)
#define vec_greater(a, b) _mm256_cmpgt_epi32(a, b)
#define vec_sqrt(v) _mm256_cvtps_epi32(_mm256_sqrt_ps(_mm256_cvtepi32_ps(v)))
#define vec_ramp() _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
#define add_middle(sum, m, tap) vec_mac(sum, m, vec_set((uint16_t)(tap)))
#define middle_every2(p) row_load(p)

static PCM_INLINE pair pair_load(const int16_t *src) {
    int32_t both;
    memcpy(&both, src, 4);
    return _mm256_set1_epi32(both);
}

static PCM_INLINE __m256i two_halves(const int16_t *lower, const int16_t *upper) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const void *)lower)),
                                   _mm_loadu_si128((const void *)upper), 1);
}

static PCM_INLINE middle middle_every3(const int16_t *src) {
    const __m256i order =
        _mm256_setr_epi8(0, 1, 0, 1, 6, 7, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1, /* lower */
                         0, 1, 0, 1, 6, 7, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1);
    return _mm256_unpacklo_epi64(_mm256_shuffle_epi8(two_halves(src, src + 12), order),
                                 _mm256_shuffle_epi8(two_halves(src + 6, src + 18), order));
}

static PCM_INLINE middle middle_every3_half(const int16_t *src) {
    return _mm256_shuffle_epi8(
        two_halves(src, src + 6),
        _mm256_setr_epi8(0, 1, -1, -1, -1, -1, -1, -1, 6, 7, -1, -1, -1, -1, -1, -1, /* lower */
                         0, 1, -1, -1, -1, -1, -1, -1, 6, 7, -1, -1, -1, -1, -1, -1));
}

static PCM_INLINE __m128i narrow(vec v) {
    return _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
}

/* Zeros between the samples. */
static PCM_INLINE vec widen(const int16_t *src) {
    return _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)src));
}

/* The pair (x, 1) times the pair (gain, 2048). */
static PCM_INLINE vec vec_scaled(const int16_t *src, vec gain) {
    const vec x = _mm256_or_si256(widen(src), vec_set(1 << 16));
    const vec g = _mm256_or_si256(_mm256_srli_epi32(gain, 16), vec_set(PCM_GAIN_UNITY / 2 << 16));
    return vec_mac(vec_zero(), x, g);
}

static PCM_INLINE void store_plain(int16_t *dst, vec v) {
    _mm_storeu_si128((void *)dst, narrow(v));
}

static PCM_INLINE void store_zip2(int16_t *dst, vec v, const int16_t *x) {
    const __m128i xs = _mm_loadu_si128((const void *)x), ys = narrow(v);
    _mm_storeu_si128((void *)dst, _mm_unpacklo_epi16(xs, ys));
    _mm_storeu_si128((void *)(dst + 8), _mm_unpackhi_epi16(xs, ys));
}

/* x0 a0 b0 x1 a1 b1 x2 a2 | b2 x3 a3 b3 from a0 b0 ... a3 b3 and x0 x1 x2 x3, or every second. */
static PCM_INLINE void store_zip3(int16_t *dst, vec v, const int16_t *x, int down) {
    __m128i xs = _mm_loadu_si128((const void *)x);
    if (down == 2)
        xs = _mm_shuffle_epi8(
            xs, _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1));
    const __m128i ys = narrow(v);
    const __m128i lower = _mm_or_si128(
        _mm_shuffle_epi8(ys, _mm_setr_epi8(-1, -1, 0, 1, 2, 3, -1, -1, 4, 5, 6, 7, -1, -1, 8, 9)),
        _mm_shuffle_epi8(xs,
                         _mm_setr_epi8(0, 1, -1, -1, -1, -1, 2, 3, -1, -1, -1, -1, 4, 5, -1, -1)));
    const __m128i upper =
        _mm_or_si128(_mm_shuffle_epi8(ys, _mm_setr_epi8(10, 11, -1, -1, 12, 13, 14, 15, -1, -1, -1,
                                                        -1, -1, -1, -1, -1)),
                     _mm_shuffle_epi8(xs, _mm_setr_epi8(-1, -1, 6, 7, -1, -1, -1, -1, -1, -1, -1,
                                                        -1, -1, -1, -1, -1)));
    _mm_storeu_si128((void *)dst, lower);
    _mm_storel_epi64((void *)(dst + 8), upper);
}

static PCM_INLINE void store_even(int16_t *dst, const int16_t *src) {
    const __m256i v = _mm256_and_si256(LOADU(src), _mm256_set1_epi32(0xFFFF));
    _mm_storeu_si128((void *)dst,
                     _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}

static PCM_INLINE void floats_from_samples(float *dst, const int16_t *src) {
    const vec extended = _mm256_srai_epi32(_mm256_slli_epi32(widen(src), 16), 16);
    _mm256_storeu_ps(dst,
                     _mm256_mul_ps(_mm256_cvtepi32_ps(extended), _mm256_set1_ps(1.0f / 32768)));
}

static PCM_INLINE vec samples_from_floats(const float *src) {
    const __m256 x = _mm256_loadu_ps(src);
    const __m256 number = _mm256_and_ps(x, _mm256_cmp_ps(x, x, _CMP_ORD_Q));
    const __m256 y = _mm256_mul_ps(number, _mm256_set1_ps(32768));
    return _mm256_cvtps_epi32(
        _mm256_min_ps(_mm256_max_ps(y, _mm256_set1_ps(-32768)), _mm256_set1_ps(32767)));
}

#include "../lanes.h"
#include "../resample_rows.h"
#include "../vad_rows.h"
#include "base64.h"
#include "g711.h"
#include "level.h"

const pcm_kernels pcm_kernels_avx2 = {
    PCM_ISA_AVX2,
    "avx2",
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
typedef int pcm_no_avx2;
#endif
