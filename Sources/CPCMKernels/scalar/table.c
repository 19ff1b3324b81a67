/* table.c - the scalar table: the specification, and what runs where there is nothing better. */
/* SPDX-License-Identifier: MIT */
#include "../kernels.h"

const pcm_kernels pcm_kernels_scalar = {
    PCM_ISA_SCALAR,
    "scalar",
    pcm_base64_encode_scalar,
    pcm_base64_decode_scalar,
    pcm_mulaw_encode_scalar,
    pcm_mulaw_decode_scalar,
    pcm_alaw_encode_scalar,
    pcm_alaw_decode_scalar,
    pcm_float32_from_int16_scalar,
    pcm_int16_from_float32_scalar,
    pcm_gain_scalar,
    pcm_fade_scalar,
    pcm_level_scalar,
    pcm_resample_scalar,
    pcm_resample_flush_scalar,
    pcm_vad_scalar,
};
