/* vad.c - setting up and counting for the voice detector. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "kernels.h"

bool pcm_vad_init(pcm_vad_state *state, uint32_t rate) {
    const bool known = rate == 8000 || rate == 16000;
    state->rate = known ? (uint16_t)(rate / 1000) : 0;
    pcm_vad_reset(state);
    return known;
}

void pcm_vad_reset(pcm_vad_state *state) {
    const uint16_t rate = state->rate;
    memset(state, 0, sizeof *state);
    if (rate != 8 && rate != 16)
        return;
    state->rate = rate;
    /* The first window is preceded by silence. */
    state->fill = (uint16_t)(4 * rate);
}

size_t pcm_vad_count(const pcm_vad_state *state, size_t count) {
    if (state->rate != 8 && state->rate != 16)
        return 0;
    const size_t window = 32u * state->rate, held = state->fill - 4u * state->rate;
    return count / window + (count % window + held) / window;
}
