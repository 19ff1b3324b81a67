/* pcm_linear16.h - int16 samples: little-endian bytes, float32, gain, fade. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_LINEAR16_H
#define PCM_LINEAR16_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* pcm_linear16_decode() - int16[count] from 2 * count little-endian bytes. A copy on little-endian
 * machines. */
void pcm_linear16_decode(int16_t *dst, const uint8_t *src, size_t count);

/* pcm_linear16_encode() - 2 * count little-endian bytes from int16[count]. A copy on little-endian
 * machines. */
void pcm_linear16_encode(uint8_t *dst, const int16_t *src, size_t count);

/* pcm_float32_from_int16() - x / 32768, exactly: -1 to 32767 / 32768. */
typedef void pcm_float32_from_int16_fn(float *dst, const int16_t *src, size_t count);
pcm_float32_from_int16_fn pcm_float32_from_int16;

/* pcm_int16_from_float32() - x * 32768, to nearest (ties to even), saturated; NaN becomes 0. */
typedef void pcm_int16_from_float32_fn(int16_t *dst, const float *src, size_t count);
pcm_int16_from_float32_fn pcm_int16_from_float32;

/* A gain of 1. The largest gain is 32767 / 4096, +18.06 dB. */
enum { PCM_GAIN_UNITY = 4096 };

/*
 * pcm_gain() - multiplies by gain / 4096, half rounded up, saturated.
 *
 *   gain   0 to 32767; larger values count as 32767
 *
 * dst may equal src.
 */
typedef void pcm_gain_fn(int16_t *dst, const int16_t *src, size_t count, uint16_t gain);
pcm_gain_fn pcm_gain;

/* One unit of pcm_gain() in the finer scale of pcm_fade(): a gain of 1 is 4096 << 16. */
enum { PCM_FADE_SHIFT = 16 };

/*
 * pcm_fade() - a gain that changes by the same amount with every sample: sample i is multiplied as
 * by pcm_gain(..., (start + i * step) >> 16).
 *
 *   start  gain of the first sample, 0 to 2^31 - 1
 *   step   added after each sample; start + i * step must stay in 0 to 2^31 - 1 for all i < count
 *
 * Returns start + count * step (modulo 2^32), the start of the next piece: a fade may be cut
 * anywhere. dst may equal src.
 */
typedef int32_t pcm_fade_fn(int16_t *dst, const int16_t *src, size_t count, int32_t start,
                            int32_t step);
pcm_fade_fn pcm_fade;

#ifdef __cplusplus
}
#endif

#endif
