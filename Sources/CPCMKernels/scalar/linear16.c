/* linear16.c - bytes, floats, gain and fade, one sample at a time. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "../kernels.h"

void pcm_linear16_decode(int16_t *dst, const uint8_t *src, size_t count) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (count > 0)
        memcpy(dst, src, 2 * count);
#else
    for (size_t i = 0; i < count; i++)
        dst[i] = (int16_t)(uint16_t)(src[2 * i] | src[2 * i + 1] << 8);
#endif
}

void pcm_linear16_encode(uint8_t *dst, const int16_t *src, size_t count) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (count > 0)
        memcpy(dst, src, 2 * count);
#else
    for (size_t i = 0; i < count; i++) {
        dst[2 * i] = (uint8_t)src[i];
        dst[2 * i + 1] = (uint8_t)((uint16_t)src[i] >> 8);
    }
#endif
}

void pcm_float32_from_int16_scalar(float *dst, const int16_t *src, size_t count) {
    for (size_t i = 0; i < count; i++)
        dst[i] = (float)src[i] * (1.0f / 32768);
}

void pcm_int16_from_float32_scalar(int16_t *dst, const float *src, size_t count) {
    /* 1.5 * 2^23: near it floats are the whole numbers, so adding it rounds to nearest, ties to
     * even. */
    const float whole = 12582912.0f;
    for (size_t i = 0; i < count; i++) {
        float x = src[i] * 32768;
        x = x >= -32768 ? x : src[i] == src[i] ? -32768 : 0;
        x = x <= 32767 ? x : 32767;
        dst[i] = (int16_t)(int32_t)((x + whole) - whole);
    }
}

static int16_t scale(int16_t x, int32_t gain) {
    const int32_t y = (x * gain + PCM_GAIN_UNITY / 2) >> 12;
    return (int16_t)(y > INT16_MAX ? INT16_MAX : y < INT16_MIN ? INT16_MIN : y);
}

void pcm_gain_scalar(int16_t *dst, const int16_t *src, size_t count, uint16_t gain) {
    const int32_t g = gain > INT16_MAX ? INT16_MAX : gain;
    for (size_t i = 0; i < count; i++)
        dst[i] = scale(src[i], g);
}

int32_t pcm_fade_scalar(int16_t *dst, const int16_t *src, size_t count, int32_t start,
                        int32_t step) {
    uint32_t at = (uint32_t)start;
    for (size_t i = 0; i < count; i++, at += (uint32_t)step)
        dst[i] = scale(src[i], (int32_t)at >> PCM_FADE_SHIFT);
    return (int32_t)at;
}
