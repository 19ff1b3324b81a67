/* vad.c - the voice detector, one product at a time. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "../kernels.h"
#include "../vad_network.h"

#define PCM_FN(name) name##_scalar

static void products(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x, size_t stride,
                     int columns, size_t length) {
    for (int c = 0; c < columns; c++, x += stride) {
        for (size_t first = 0; first < matrix->rows; first += 16) {
            const int16_t *weights = matrix->weights + first * matrix->pairs * 2;
            int32_t *sums = dst + (size_t)c * matrix->rows + first;
            memset(sums, 0, 16 * sizeof *sums);
            for (size_t run = 0; run < matrix->pairs; run += length) {
                int32_t parts[16];
                for (size_t r = 0; r < 16; r++)
                    parts[r] = 1 << (PCM_VAD_DROP - 1);
                for (size_t p = run; p < run + length && p < matrix->pairs; p++)
                    for (size_t r = 0; r < 16; r++) {
                        const int16_t *w = weights + 32 * p + 2 * r;
                        parts[r] = (int32_t)((uint32_t)parts[r] + (uint32_t)(w[0] * x[2 * p]) +
                                             (uint32_t)(w[1] * x[2 * p + 1]));
                    }
                for (size_t r = 0; r < 16; r++)
                    sums[r] += parts[r] >> PCM_VAD_DROP;
            }
        }
    }
}

static void vad_one_scalar(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x) {
    products(dst, matrix, x, 0, 1, PCM_VAD_RUN);
}

static void vad_two_scalar(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x,
                           size_t stride) {
    products(dst, matrix, x, stride, 2, PCM_VAD_RUN);
}

static void vad_four_scalar(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x,
                            size_t stride) {
    products(dst, matrix, x, stride, 4, PCM_VAD_RUN);
}

static void vad_transform_scalar(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x,
                                 size_t stride) {
    products(dst, matrix, x, stride, 4, PCM_VAD_TRANSFORM_RUN);
}

static void vad_magnitudes_scalar(int32_t *dst, const int32_t *re, const int32_t *im, int count) {
    for (int i = 0; i < count; i++) {
        const int32_t square = re[i] * re[i] + im[i] * im[i];
        int32_t root = 0;
        for (int32_t bit = 1 << 15; bit > 0; bit >>= 1)
            if ((int64_t)(root + bit) * (root + bit) <= square)
                root += bit;
        dst[i] = root + (square > root * (root + 1));
    }
}

#include "../vad.h"

size_t pcm_vad_scalar(uint16_t *dst, const int16_t *src, size_t count, pcm_vad_state *state) {
    return vad_stream_scalar(dst, src, count, state);
}
