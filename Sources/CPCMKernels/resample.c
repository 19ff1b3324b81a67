/* resample.c - setting up, resetting and asking about a resampler. */
/* SPDX-License-Identifier: MIT */
#include "kernels.h"
#include "resample_stream.h"

bool pcm_resampler_init(pcm_resampler *state, uint32_t from, uint32_t to, pcm_filter filter) {
    const unsigned first = filter == PCM_FILTER_LOW_DELAY ? PCM_RESAMPLE_PLANS / 2 : 0;
    state->plan = 0;
    for (unsigned i = first; i < first + PCM_RESAMPLE_PLANS / 2; i++) {
        if (pcm_resample_plans[i].from == from && pcm_resample_plans[i].to == to)
            state->plan = (uint16_t)(i + 1);
    }
    pcm_resampler_reset(state);
    return state->plan != 0;
}

void pcm_resampler_reset(pcm_resampler *state) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    memset(state->history, 0, sizeof state->history);
    state->fill = plan == NULL ? 0 : plan->back;
}

uint32_t pcm_resampler_delay(const pcm_resampler *state) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    return plan == NULL ? 0 : plan->delay;
}

size_t pcm_resample_bound(const pcm_resampler *state, size_t count) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    if (plan == NULL)
        return 0;
    if (count == 0)
        return (plan->ahead * (size_t)plan->up + plan->down - 1) / plan->down;
    const size_t periods = (count - 1) / plan->down + 1;
    return periods <= SIZE_MAX / plan->up ? periods * plan->up : SIZE_MAX;
}

size_t pcm_resample_count(const pcm_resampler *state, size_t count) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    if (plan == NULL || count == 0)
        return 0;
    const size_t window = (size_t)plan->back + plan->ahead + 1;
    const size_t fill = state->fill + count;
    return fill < window ? 0 : ((fill - window) / plan->down + 1) * plan->up;
}

size_t pcm_resample_tail(const pcm_resampler *state, size_t count) {
    const pcm_resample_plan *plan = pcm_resample_plan_of(state);
    if (plan == NULL)
        return 0;
    const size_t periods = pcm_resample_count(state, count) / plan->up;
    const size_t due = state->fill + count - periods * plan->down - plan->back;
    return (due * plan->up + plan->down - 1u) / plan->down;
}
