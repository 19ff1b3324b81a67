/* pcm_g711.h - ITU-T G.711 mu-law and A-law, both directions. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_G711_H
#define PCM_G711_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Encoding agrees bit for bit with CPython's audioop on all 65,536 inputs: a sample is first
 * shifted right by 2 (mu-law) or 3 (A-law), rounding towards minus infinity, and then made a
 * magnitude.
 *
 * G.711 leaves that first rounding open. For mu-law, ITU-T G.191 (one's complement of the 16-bit
 * sample) differs from this on 508 inputs and spandsp (negates all 16 bits) on 381: always by one
 * code, always at the lower end of a negative step. Decoding is the same everywhere.
 */

/* uint8[count] from int16[count]. */
typedef void pcm_mulaw_encode_fn(uint8_t *dst, const int16_t *src, size_t count);
pcm_mulaw_encode_fn pcm_mulaw_encode;

/* int16[count] from uint8[count]; the magnitude is at most 32,124. */
typedef void pcm_mulaw_decode_fn(int16_t *dst, const uint8_t *src, size_t count);
pcm_mulaw_decode_fn pcm_mulaw_decode;

/* uint8[count] from int16[count]. */
typedef void pcm_alaw_encode_fn(uint8_t *dst, const int16_t *src, size_t count);
pcm_alaw_encode_fn pcm_alaw_encode;

/* int16[count] from uint8[count]; the magnitude is at most 32,256. */
typedef void pcm_alaw_decode_fn(int16_t *dst, const uint8_t *src, size_t count);
pcm_alaw_decode_fn pcm_alaw_decode;

#ifdef __cplusplus
}
#endif

#endif
