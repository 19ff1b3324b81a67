/* pcm_level.h - how loud a block of samples is. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_LEVEL_H
#define PCM_LEVEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pcm_level_result {
    uint64_t
        sum_of_squares; /* exact for up to 2^34 samples; the mean square is this over their count */
    uint32_t peak;      /* largest magnitude, 0 to 32,768 */
} pcm_level_result;

/* pcm_level() - sum of squares and peak of int16[count]; both 0 for no samples. */
typedef pcm_level_result pcm_level_fn(const int16_t *src, size_t count);
pcm_level_fn pcm_level;

#ifdef __cplusplus
}
#endif

#endif
