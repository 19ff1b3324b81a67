/* resample.c - the resampler as its formula says: each output one sum, in 64 bits, rounded once. */
/* SPDX-License-Identifier: MIT */
#include "../kernels.h"
#include "../resample_stream.h"

static int32_t tap(const pcm_resample_plan *plan, int d) {
    const int at = !plan->symmetric ? d + plan->advance : d < 0 ? -d : d;
    return at >= 0 && at < plan->tap_count ? plan->taps[at] : 0;
}

static void block(int16_t *dst, const int16_t *x, size_t periods, const pcm_resample_plan *plan) {
    for (size_t q = 0; q < periods; q++, x += plan->down) {
        for (int r = 0; r < plan->up; r++) {
            int64_t sum = INT64_C(1) << (plan->shift - 1);
            for (int i = -plan->back; i <= plan->ahead; i++)
                sum += (int64_t)tap(plan, r * plan->down - i * plan->up) * x[plan->back + i];
            sum >>= plan->shift;
            *dst++ = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
        }
    }
}

size_t pcm_resample_scalar(int16_t *dst, const int16_t *src, size_t count, pcm_resampler *state) {
    return pcm_resample_stream(dst, src, count, state, block);
}

size_t pcm_resample_flush_scalar(int16_t *dst, pcm_resampler *state) {
    return pcm_resample_stream_end(dst, state, block);
}
