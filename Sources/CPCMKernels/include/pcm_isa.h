/* pcm_isa.h - the instruction sets, each as a table of kernels that can be listed, forced and
 * compared. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_ISA_H
#define PCM_ISA_H

#include "pcm_base64.h"
#include "pcm_g711.h"
#include "pcm_level.h"
#include "pcm_linear16.h"
#include "pcm_resample.h"
#include "pcm_vad.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pcm_isa {
    PCM_ISA_SCALAR, /* portable C: the specification of all the others */
    PCM_ISA_SSE41,  /* x86-64 with SSE4.1: 128 bits */
    PCM_ISA_AVX2,   /* x86-64 with AVX2: 256 bits */
    PCM_ISA_AVX512, /* x86-64 with AVX-512 F, BW, DQ, VL, VBMI and VNNI (Ice Lake, Zen 4): 512 bits
                     */
    PCM_ISA_NEON,   /* AArch64 */
} pcm_isa;

enum { PCM_ISA_COUNT = PCM_ISA_NEON + 1 };

/* One instruction set's kernels. Contracts are with the plain functions of the same names. */
typedef struct pcm_kernels {
    pcm_isa isa;
    const char *name; /* "scalar", "sse4.1", "avx2", "avx512", "neon" */
    pcm_base64_encode_fn *base64_encode;
    pcm_base64_decode_fn *base64_decode;
    pcm_mulaw_encode_fn *mulaw_encode;
    pcm_mulaw_decode_fn *mulaw_decode;
    pcm_alaw_encode_fn *alaw_encode;
    pcm_alaw_decode_fn *alaw_decode;
    pcm_float32_from_int16_fn *float32_from_int16;
    pcm_int16_from_float32_fn *int16_from_float32;
    pcm_gain_fn *gain;
    pcm_fade_fn *fade;
    pcm_level_fn *level;
    pcm_resample_fn *resample;
    pcm_resample_flush_fn *resample_flush;
    pcm_vad_fn *vad;
} pcm_kernels;

/* The widest instruction set this CPU and its operating system support. Never NULL; asks the CPU
 * once. */
const pcm_kernels *pcm_kernels_best(void);

/* The named instruction set, or NULL where this CPU lacks it or the library was built without it.
 */
const pcm_kernels *pcm_kernels_for(pcm_isa isa);

#ifdef __cplusplus
}
#endif

#endif
