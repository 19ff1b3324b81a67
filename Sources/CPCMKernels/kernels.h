/* kernels.h - what the files of this library share. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_KERNELS_H
#define PCM_KERNELS_H

#include "include/CPCMKernels.h"

/* The tables, one a file. Those of other architectures do not exist. */
extern const pcm_kernels pcm_kernels_scalar;
extern const pcm_kernels pcm_kernels_sse41;
extern const pcm_kernels pcm_kernels_avx2;
extern const pcm_kernels pcm_kernels_avx512;
extern const pcm_kernels pcm_kernels_neon;

/* The specification of each kernel, which vectors also fall back on for ends and errors. */
pcm_base64_encode_fn pcm_base64_encode_scalar;
pcm_base64_decode_fn pcm_base64_decode_scalar;
pcm_mulaw_encode_fn pcm_mulaw_encode_scalar;
pcm_mulaw_decode_fn pcm_mulaw_decode_scalar;
pcm_alaw_encode_fn pcm_alaw_encode_scalar;
pcm_alaw_decode_fn pcm_alaw_decode_scalar;
pcm_float32_from_int16_fn pcm_float32_from_int16_scalar;
pcm_int16_from_float32_fn pcm_int16_from_float32_scalar;
pcm_gain_fn pcm_gain_scalar;
pcm_fade_fn pcm_fade_scalar;
pcm_level_fn pcm_level_scalar;
pcm_resample_fn pcm_resample_scalar;
pcm_resample_flush_fn pcm_resample_flush_scalar;
pcm_vad_fn pcm_vad_scalar;

/* The value of each base64 character; 0x80 for those outside the alphabet. */
extern const uint8_t pcm_base64_values[256];

#define PCM_INLINE inline __attribute__((always_inline))

/* Unrolls the loop that follows, whose count is a constant once its function is inlined. */
#if defined(__clang__)
#define PCM_UNROLL _Pragma("clang loop unroll(full)")
#else
#define PCM_UNROLL _Pragma("GCC unroll 16")
#endif

#endif
