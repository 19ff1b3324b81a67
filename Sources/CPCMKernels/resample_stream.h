/* resample_stream.h - the stream around a block kernel: history, counting, the tail. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_RESAMPLE_STREAM_H
#define PCM_RESAMPLE_STREAM_H

#include <string.h>

#include "kernels.h"
#include "resample_plan.h"

enum {
    /* Inputs taken at a time: 20 ms at 24 kHz, a whole number of vectors for every pair. */
    PCM_RESAMPLE_BLOCK = 480,
    /* Zeros after the last sample. A block kernel may read 96 of them, for lanes whose outputs are
     * not kept: 15 lanes, of which 24 -> 8 has one for 3 samples, and two rows that start inside a
     * slide. The copy back into the history takes 118: all its 144 samples but the 26 or more that
     * every call leaves there. */
    PCM_RESAMPLE_SLACK = 128,
};

/*
 * Gives `periods` periods (1 or more) of outputs: int16[periods * up]. x is the window of the first
 * period, from -back on, and holds (periods - 1) * down + back + ahead + 1 samples and
 * PCM_RESAMPLE_SLACK more.
 */
typedef void pcm_resample_block_fn(int16_t *dst, const int16_t *x, size_t periods,
                                   const pcm_resample_plan *plan);

static inline const pcm_resample_plan *pcm_resample_plan_of(const pcm_resampler *state) {
    const unsigned plan = state->plan - 1u;
    return plan < PCM_RESAMPLE_PLANS ? &pcm_resample_plans[plan] : NULL;
}

/* In pieces that become plain loads and stores: a call would cost more than the copy. */
static PCM_INLINE void pcm_resample_copy_history(int16_t *dst, const int16_t *src) {
    enum { PIECE = PCM_RESAMPLER_HISTORY / 3 };
    memcpy(dst, src, PIECE * sizeof *dst);
    memcpy(dst + PIECE, src + PIECE, PIECE * sizeof *dst);
    memcpy(dst + 2 * PIECE, src + 2 * PIECE, PIECE * sizeof *dst);
}

static inline size_t pcm_resample_stream(int16_t *dst, const int16_t *src, size_t count,
                                         pcm_resampler *state, pcm_resample_block_fn *block) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    if (plan == NULL || count == 0)
        return 0;
    const size_t window = (size_t)plan->back + plan->ahead + 1;
    int16_t x[PCM_RESAMPLER_HISTORY + PCM_RESAMPLE_BLOCK + PCM_RESAMPLE_SLACK];
    /* Between calls fill < window, and no window is longer than the history. */
    size_t fill = state->fill, written = 0;
    pcm_resample_copy_history(x, state->history);
    for (;;) {
        const size_t taken = count < PCM_RESAMPLE_BLOCK ? count : PCM_RESAMPLE_BLOCK;
        memcpy(x + fill, src, taken * sizeof *x);
        src += taken;
        count -= taken;
        fill += taken;
        size_t used = 0;
        memset(x + fill, 0, PCM_RESAMPLE_SLACK * sizeof *x);
        if (fill >= window) {
            const size_t periods = (fill - window) / plan->down + 1;
            block(dst + written, x, periods, plan);
            written += periods * plan->up;
            used = periods * plan->down;
            fill -= used;
        }
        if (count == 0) {
            pcm_resample_copy_history(state->history, x + used);
            state->fill = (uint16_t)fill;
            return written;
        }
        memmove(x, x + used, fill * sizeof *x);
    }
}

static inline size_t pcm_resample_stream_end(int16_t *dst, pcm_resampler *state,
                                             pcm_resample_block_fn *block) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    if (plan == NULL)
        return 0;
    int16_t x[2 * PCM_RESAMPLER_HISTORY + PCM_RESAMPLE_SLACK] = {0};
    int16_t y[PCM_RESAMPLER_HISTORY];
    /* Inputs that have no output yet: at most `ahead`. The most outputs are 24 periods of 3. */
    const size_t due = state->fill - (size_t)plan->back;
    const size_t outputs = (due * plan->up + plan->down - 1u) / plan->down;
    if (outputs > 0) {
        memcpy(x, state->history, state->fill * sizeof *x);
        block(y, x, (due + plan->down - 1u) / plan->down, plan);
        memcpy(dst, y, outputs * sizeof *y);
    }
    pcm_resampler_reset(state);
    return outputs;
}

#endif
