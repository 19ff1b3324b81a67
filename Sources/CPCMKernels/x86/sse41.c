/* sse41.c - the kernels in 128 bits, and the vocabulary of the x86 templates. */
/* SPDX-License-Identifier: MIT */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../kernels.h"
#include "../resample_stream.h"
#include "../vad_network.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sse4.1"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sse4.1")
#endif

#define PCM_FN(name) name##_sse41

/* Whole registers: byte and word templates. */
#define BYTES 16
#define REG __m128i
#define MM(op) _mm_##op
#define AND(a, b) _mm_and_si128(a, b)
#define OR(a, b) _mm_or_si128(a, b)
#define XOR(a, b) _mm_xor_si128(a, b)
#define ZERO() _mm_setzero_si128()
#define LOADU(p) _mm_loadu_si128((const void *)(p))
#define STOREU(p, v) _mm_storeu_si128((void *)(p), v)
#define TABLE(p) _mm_loadu_si128((const void *)(p))
#define IN_ORDER(v) (v)
#define ALL_ZERO(v) _mm_testz_si128(v, v)

/* 12 bytes as 8 and 4, so that none is read beyond. */
static PCM_INLINE __m128i load_triples(const uint8_t *src) {
    int32_t end;
    memcpy(&end, src + 8, 4);
    return _mm_insert_epi32(_mm_loadl_epi64((const void *)src), end, 2);
}

static PCM_INLINE __m128i encode_order(void) {
    return _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
}

static PCM_INLINE void store_triples(uint8_t *dst, __m128i v) {
    const __m128i packed =
        _mm_shuffle_epi8(v, _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    const int32_t end = _mm_extract_epi32(packed, 2);
    _mm_storel_epi64((void *)dst, packed);
    memcpy(dst + 8, &end, 4);
}

/* Lanes of 32 bits: the resampler, gain, fade, floats. */
#define LANES 4
#define LANES_INDEX 0
#define GROUP_WIDE 5
#define GROUP 5
typedef __m128i vec;
typedef __m128i row;
typedef __m128i pair;
typedef __m128i middle; /* in the lower halves of lanes */
#define vec_zero() _mm_setzero_si128()
#define vec_set(x) _mm_set1_epi32(x)
#define row_load(p) _mm_loadu_si128((const void *)(p))
#define vec_mac(sum, a, b) _mm_add_epi32(sum, _mm_madd_epi16(a, b))
#define vec_add(a, b) _mm_add_epi32(a, b)
#define vec_sra(v, count) _mm_sra_epi32(v, _mm_cvtsi32_si128(count))
#define vec_multiply(a, b) _mm_mullo_epi32(a, b)
#define vec_load(p) _mm_loadu_si128((const void *)(p))
#define vec_store(p, v) _mm_storeu_si128((void *)(p), v)
#define vec_greater(a, b) _mm_cmpgt_epi32(a, b)
#define vec_sqrt(v) _mm_cvtps_epi32(_mm_sqrt_ps(_mm_cvtepi32_ps(v)))
#define vec_ramp() _mm_setr_epi32(0, 1, 2, 3)
#define add_middle(sum, m, tap) vec_mac(sum, m, vec_set((uint16_t)(tap)))
#define middle_every2(p) row_load(p)

static PCM_INLINE pair pair_load(const int16_t *src) {
    int32_t both;
    memcpy(&both, src, 4);
    return _mm_set1_epi32(both);
}

static PCM_INLINE middle middle_every3(const int16_t *src) {
    const __m128i order = _mm_setr_epi8(0, 1, 0, 1, 6, 7, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1);
    return _mm_unpacklo_epi64(_mm_shuffle_epi8(LOADU(src), order),
                              _mm_shuffle_epi8(LOADU(src + 6), order));
}

static PCM_INLINE middle middle_every3_half(const int16_t *src) {
    return _mm_shuffle_epi8(
        LOADU(src), _mm_setr_epi8(0, 1, -1, -1, -1, -1, -1, -1, 6, 7, -1, -1, -1, -1, -1, -1));
}

/* Zeros between the samples. */
static PCM_INLINE vec widen(const int16_t *src) {
    return _mm_cvtepu16_epi32(_mm_loadl_epi64((const void *)src));
}

/* The pair (x, 1) times the pair (gain, 2048). */
static PCM_INLINE vec vec_scaled(const int16_t *src, vec gain) {
    const vec x = _mm_or_si128(widen(src), vec_set(1 << 16));
    const vec g = _mm_or_si128(_mm_srli_epi32(gain, 16), vec_set(PCM_GAIN_UNITY / 2 << 16));
    return vec_mac(vec_zero(), x, g);
}

static PCM_INLINE void store_plain(int16_t *dst, vec v) {
    _mm_storel_epi64((void *)dst, _mm_packs_epi32(v, v));
}

static PCM_INLINE void store_zip2(int16_t *dst, vec v, const int16_t *x) {
    STOREU(dst, _mm_unpacklo_epi16(_mm_loadl_epi64((const void *)x), _mm_packs_epi32(v, v)));
}

/* x0 a0 b0 x1 a1 b1 from a0 b0 a1 b1 and x0 x1, or x0 - x1. */
static PCM_INLINE void store_zip3(int16_t *dst, vec v, const int16_t *x, int down) {
    __m128i xs = _mm_loadl_epi64((const void *)x);
    if (down == 2)
        xs = _mm_shufflelo_epi16(xs, 0x08);
    const __m128i zip =
        _mm_shuffle_epi8(_mm_unpacklo_epi64(_mm_packs_epi32(v, v), xs),
                         _mm_setr_epi8(8, 9, 0, 1, 2, 3, 10, 11, 4, 5, 6, 7, -1, -1, -1, -1));
    const int32_t end = _mm_extract_epi32(zip, 2);
    _mm_storel_epi64((void *)dst, zip);
    memcpy(dst + 4, &end, 4);
}

static PCM_INLINE void store_even(int16_t *dst, const int16_t *src) {
    const __m128i v = _mm_and_si128(LOADU(src), _mm_set1_epi32(0xFFFF));
    _mm_storel_epi64((void *)dst, _mm_packus_epi32(v, v));
}

static PCM_INLINE void floats_from_samples(float *dst, const int16_t *src) {
    const vec extended = _mm_srai_epi32(_mm_slli_epi32(widen(src), 16), 16);
    _mm_storeu_ps(dst, _mm_mul_ps(_mm_cvtepi32_ps(extended), _mm_set1_ps(1.0f / 32768)));
}

static PCM_INLINE vec samples_from_floats(const float *src) {
    const __m128 x = _mm_loadu_ps(src);
    const __m128 number = _mm_and_ps(x, _mm_cmpord_ps(x, x));
    const __m128 y = _mm_mul_ps(number, _mm_set1_ps(32768));
    return _mm_cvtps_epi32(_mm_min_ps(_mm_max_ps(y, _mm_set1_ps(-32768)), _mm_set1_ps(32767)));
}

#include "../lanes.h"
#include "../resample_rows.h"
#include "../vad_rows.h"
#include "base64.h"
#include "g711.h"
#include "level.h"

const pcm_kernels pcm_kernels_sse41 = {
    PCM_ISA_SSE41,
    "sse4.1",
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
typedef int pcm_no_sse41;
#endif
