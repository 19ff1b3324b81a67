/* vad_network.h - the voice detector's weights, as scripts/generate-vad lays them out. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_VAD_NETWORK_H
#define PCM_VAD_NETWORK_H

#include "kernels.h"

/*
 * Weights of a layer. In memory: blocks of 16 rows; in a block, pairs of inputs; of a pair, both
 * weights of each row. Row r is scaled by 2^scales[r], its bias by 2^bias_scale.
 */
typedef struct pcm_vad_matrix {
    const int16_t *weights;
    const int8_t *scales;
    const int32_t *biases; /* NULL for none; below 2^30 */
    uint16_t rows, pairs;
    int8_t bias_scale, least_scale;
} pcm_vad_matrix;

typedef struct pcm_vad_network {
    const int16_t *window;       /* Hann, scaled by 2^14 */
    uint16_t size;               /* samples of a spectrum */
    pcm_vad_matrix transform[4]; /* cosines of even, of odd bins; sines of even, of odd bins */
    pcm_vad_matrix layers[4];
    pcm_vad_matrix input, hidden; /* rows: gates in, forget, cell, out of all cells */
    const int32_t *gates;         /* biases, scaled by 2^20 */
    const int16_t *output;        /* scaled by 2^12 */
    int32_t output_bias;          /* scaled by 2^20 */
} pcm_vad_network;

/* At 8 and at 16 kHz. */
extern const pcm_vad_network pcm_vad_networks[2];

/* tanh(i / 64), scaled by 2^24: a cell is multiplied by its gate a thousand times over. */
extern const int32_t pcm_vad_tanh[514];

enum {
    PCM_VAD_RUN = 8,           /* pairs added up in 32 bits before a rounding shift */
    PCM_VAD_TRANSFORM_RUN = 4, /* the same for spectra, whose inputs have signs */
    PCM_VAD_DROP = 5,          /* by which it shifts: 31 runs cannot overflow */
    PCM_VAD_COSINE = 13,       /* a cosine of 1 is 2^13 */
    PCM_VAD_FRAMES = 4,
    PCM_VAD_BINS = 130, /* 129, to a whole pair */
};

#endif
