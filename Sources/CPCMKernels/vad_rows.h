/* vad_rows.h - the voice detector's sums for any vector width: rows in lanes. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over the vocabulary of resample_rows.h and
 *
 *   vec_multiply(a, b)       the lower 32 bits of each product
 *   vec_greater(a, b)        -1 where a > b, else 0
 *   vec_sqrt(v)              the root of each lane of 0 to 2^31 - 1, within 1
 *   vec_load(p), vec_store(p, v)    LANES values of 32 bits
 *
 * As in the resampler the outputs are the lanes, a pair of inputs is broadcast to all, and no lane
 * is summed across: a row of the table is loaded once for all columns.
 */

static PCM_INLINE void PCM_FN(vad_products)(int32_t *dst, const pcm_vad_matrix *matrix,
                                            const int16_t *x, size_t stride, int columns, int wide,
                                            size_t length) {
    const size_t pairs = matrix->pairs;
    for (size_t first = 0; first < matrix->rows; first += (size_t)(wide * LANES)) {
        const int16_t *weights[8];
        vec sums[8];
        PCM_UNROLL
        for (int r = 0; r < wide; r++) {
            const size_t at = first + (size_t)(r * LANES);
            weights[r] = matrix->weights + at / 16 * pairs * 32 + at % 16 * 2;
        }
        PCM_UNROLL
        for (int k = 0; k < wide * columns; k++)
            sums[k] = vec_zero();
        for (size_t run = 0; run < pairs; run += length) {
            const size_t end = run + length < pairs ? run + length : pairs;
            vec parts[8];
            PCM_UNROLL
            for (int k = 0; k < wide * columns; k++)
                parts[k] = vec_set(1 << (PCM_VAD_DROP - 1));
            for (size_t p = run; p < end; p++) {
                PCM_UNROLL
                for (int c = 0; c < columns; c++) {
                    const pair inputs = pair_load(x + (size_t)c * stride + 2 * p);
                    PCM_UNROLL
                    for (int r = 0; r < wide; r++)
                        parts[c * wide + r] =
                            vec_mac(parts[c * wide + r], row_load(weights[r] + 32 * p), inputs);
                }
            }
            PCM_UNROLL
            for (int k = 0; k < wide * columns; k++)
                sums[k] = vec_add(sums[k], vec_sra(parts[k], PCM_VAD_DROP));
        }
        PCM_UNROLL
        for (int c = 0; c < columns; c++) {
            PCM_UNROLL
            for (int r = 0; r < wide; r++)
                vec_store(dst + (size_t)c * matrix->rows + first + (size_t)(r * LANES),
                          sums[c * wide + r]);
        }
    }
}

/* 4 chains of sums for 16 registers, 8 for 32. */
enum { PCM_FN(vad_chains) = LANES == 16 ? 8 : 4 };

static void PCM_FN(vad_one)(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x) {
    PCM_FN(vad_products)(dst, matrix, x, 0, 1, 4, PCM_VAD_RUN);
}

static void PCM_FN(vad_two)(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x,
                            size_t stride) {
    PCM_FN(vad_products)(dst, matrix, x, stride, 2, PCM_FN(vad_chains) / 2, PCM_VAD_RUN);
}

static void PCM_FN(vad_four)(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x,
                             size_t stride) {
    PCM_FN(vad_products)(dst, matrix, x, stride, 4, PCM_FN(vad_chains) / 4, PCM_VAD_RUN);
}

static void PCM_FN(vad_transform)(int32_t *dst, const pcm_vad_matrix *matrix, const int16_t *x,
                                  size_t stride) {
    PCM_FN(vad_products)(dst, matrix, x, stride, 4, PCM_FN(vad_chains) / 4, PCM_VAD_TRANSFORM_RUN);
}

/* `count` is a multiple of 16. r is the root to nearest when r^2 - r < s <= r^2 + r. */
static void PCM_FN(vad_magnitudes)(int32_t *dst, const int32_t *re, const int32_t *im, int count) {
    for (int i = 0; i < count; i += LANES) {
        const vec x = vec_load(re + i), y = vec_load(im + i);
        const vec square = vec_add(vec_multiply(x, x), vec_multiply(y, y));
        const vec root = vec_sqrt(square), above = vec_multiply(root, vec_add(root, vec_set(1)));
        const vec below = vec_multiply(root, vec_add(root, vec_set(-1)));
        const vec up = vec_greater(square, above);
        const vec not_down = vec_greater(square, below);
        /* root + (s > above) - (s <= below), from -1 and 0; a root of 0 stays. */
        const vec down = vec_multiply(vec_add(not_down, vec_set(1)), vec_greater(root, vec_zero()));
        vec_store(dst + i, vec_add(vec_add(root, down), vec_multiply(up, vec_set(-1))));
    }
}

#include "vad.h"
