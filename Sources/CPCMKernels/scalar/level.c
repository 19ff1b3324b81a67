/* level.c - sum of squares and peak, one sample at a time. */
/* SPDX-License-Identifier: MIT */
#include "../kernels.h"

pcm_level_result pcm_level_scalar(const int16_t *src, size_t count) {
    pcm_level_result level = {0, 0};
    for (size_t i = 0; i < count; i++) {
        const int32_t x = src[i];
        const uint32_t magnitude = (uint32_t)(x < 0 ? -x : x);
        level.sum_of_squares += magnitude * magnitude;
        if (magnitude > level.peak)
            level.peak = magnitude;
    }
    return level;
}
