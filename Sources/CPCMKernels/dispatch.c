/* dispatch.c - the only file that asks the CPU anything, and the plain entry points. */
/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include "kernels.h"

#if defined(__x86_64__)
/* __builtin_cpu_supports also checks that the operating system saves the wide registers. */
static int has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}
#endif

const pcm_kernels *pcm_kernels_for(pcm_isa isa) {
    switch (isa) {
    case PCM_ISA_SCALAR:
        return &pcm_kernels_scalar;
#if defined(__x86_64__)
    case PCM_ISA_SSE41:
        return __builtin_cpu_supports("sse4.1") ? &pcm_kernels_sse41 : NULL;
    case PCM_ISA_AVX2:
        return __builtin_cpu_supports("avx2") ? &pcm_kernels_avx2 : NULL;
    case PCM_ISA_AVX512:
        /* VBMI and VNNI leave out Skylake-X, which slows down under 512-bit work. */
        return has_avx512() ? &pcm_kernels_avx512 : NULL;
    case PCM_ISA_NEON:
        return NULL;
#elif defined(__aarch64__)
    case PCM_ISA_NEON:
        return &pcm_kernels_neon;
    case PCM_ISA_SSE41:
    case PCM_ISA_AVX2:
    case PCM_ISA_AVX512:
        return NULL;
#else
    case PCM_ISA_SSE41:
    case PCM_ISA_AVX2:
    case PCM_ISA_AVX512:
    case PCM_ISA_NEON:
        return NULL;
#endif
    }
    return NULL;
}

const pcm_kernels *pcm_kernels_best(void) {
    static _Atomic(const pcm_kernels *) chosen;
    const pcm_kernels *table = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (table != NULL)
        return table;
    static const pcm_isa widest_first[] = {PCM_ISA_AVX512, PCM_ISA_AVX2, PCM_ISA_SSE41,
                                           PCM_ISA_NEON};
    table = &pcm_kernels_scalar;
    for (size_t i = 0; i < sizeof widest_first / sizeof *widest_first; i++) {
        const pcm_kernels *wide = pcm_kernels_for(widest_first[i]);
        if (wide == NULL)
            continue;
        table = wide;
        break;
    }
    /* Threads that race here store the same pointer. */
    atomic_store_explicit(&chosen, table, memory_order_relaxed);
    return table;
}

size_t pcm_base64_encode(char *dst, const uint8_t *src, size_t bytes) {
    return pcm_kernels_best()->base64_encode(dst, src, bytes);
}

ptrdiff_t pcm_base64_decode(uint8_t *dst, const char *src, size_t count,
                            pcm_base64_padding padding) {
    return pcm_kernels_best()->base64_decode(dst, src, count, padding);
}

void pcm_mulaw_encode(uint8_t *dst, const int16_t *src, size_t count) {
    pcm_kernels_best()->mulaw_encode(dst, src, count);
}

void pcm_mulaw_decode(int16_t *dst, const uint8_t *src, size_t count) {
    pcm_kernels_best()->mulaw_decode(dst, src, count);
}

void pcm_alaw_encode(uint8_t *dst, const int16_t *src, size_t count) {
    pcm_kernels_best()->alaw_encode(dst, src, count);
}

void pcm_alaw_decode(int16_t *dst, const uint8_t *src, size_t count) {
    pcm_kernels_best()->alaw_decode(dst, src, count);
}

void pcm_float32_from_int16(float *dst, const int16_t *src, size_t count) {
    pcm_kernels_best()->float32_from_int16(dst, src, count);
}

void pcm_int16_from_float32(int16_t *dst, const float *src, size_t count) {
    pcm_kernels_best()->int16_from_float32(dst, src, count);
}

void pcm_gain(int16_t *dst, const int16_t *src, size_t count, uint16_t gain) {
    pcm_kernels_best()->gain(dst, src, count, gain);
}

int32_t pcm_fade(int16_t *dst, const int16_t *src, size_t count, int32_t start, int32_t step) {
    return pcm_kernels_best()->fade(dst, src, count, start, step);
}

pcm_level_result pcm_level(const int16_t *src, size_t count) {
    return pcm_kernels_best()->level(src, count);
}

size_t pcm_resample(int16_t *dst, const int16_t *src, size_t count, pcm_resampler *state) {
    return pcm_kernels_best()->resample(dst, src, count, state);
}

size_t pcm_resample_flush(int16_t *dst, pcm_resampler *state) {
    return pcm_kernels_best()->resample_flush(dst, state);
}

size_t pcm_vad(uint16_t *dst, const int16_t *src, size_t count, pcm_vad_state *state) {
    return pcm_kernels_best()->vad(dst, src, count, state);
}
