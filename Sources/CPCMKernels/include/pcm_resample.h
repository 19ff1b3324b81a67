/* pcm_resample.h - streams between 8, 16 and 24 kHz, sample for sample the same however they are
 * cut. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_RESAMPLE_H
#define PCM_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pcm_filter {
    PCM_FILTER_STANDARD, /* linear phase, flat to 0.45 of the lower rate; 2.9 ms of delay where that
                            is 8 kHz */
    PCM_FILTER_LOW_DELAY, /* minimum phase, flat to 0.437 of the lower rate; 0.2 ms of delay at 1
                             kHz there */
} pcm_filter;

enum { PCM_RESAMPLER_HISTORY = 144 };

/*
 * The state of one stream: plain data without pointers, so it may be copied, stored and compared as
 * bytes. Set up by pcm_resampler_init(); its members are nobody else's business.
 */
typedef struct pcm_resampler {
    uint16_t plan;                          /* index of the pair of rates and the filter */
    uint16_t fill;                          /* samples held in `history` */
    int16_t history[PCM_RESAMPLER_HISTORY]; /* inputs from the first that the next output needs; the
                                               rest is 0 */
} pcm_resampler;

/*
 * pcm_resampler_init() - prepares a stream from `from` to `to` samples a second.
 *
 * Returns false, leaving a state that copies nothing and gives nothing, unless both rates are of
 * 8000, 16000, 24000 and differ.
 */
bool pcm_resampler_init(pcm_resampler *state, uint32_t from, uint32_t to, pcm_filter filter);

/* pcm_resampler_reset() - forgets all samples, as if just initialised. */
void pcm_resampler_reset(pcm_resampler *state);

/* pcm_resampler_delay() - the filter's group delay in nanoseconds; at 1 kHz for the low delay
 * filter. */
uint32_t pcm_resampler_delay(const pcm_resampler *state);

/*
 * pcm_resample_bound() - the most samples that pcm_resample() can give for `count` samples; for a
 * count of 0, the most that pcm_resample_flush() can give. Saturates at SIZE_MAX.
 */
size_t pcm_resample_bound(const pcm_resampler *state, size_t count);

/* pcm_resample_count() - the samples that pcm_resample() will give for `count` samples, exactly. */
size_t pcm_resample_count(const pcm_resampler *state, size_t count);

/* pcm_resample_tail() - the samples that pcm_resample_flush() will give when `count` more samples have been taken. */
size_t pcm_resample_tail(const pcm_resampler *state, size_t count);

/*
 * pcm_resample() - takes the next samples of a stream and gives the outputs that they complete.
 *
 *   dst    int16[pcm_resample_bound(state, count)]   at the new rate          out
 *   src    int16[count]                                                       in
 *   state  history of the filter                                              in/out
 *
 * Returns the samples written. Output k belongs to the time of input k * from / to: the filter's
 * delay shows as outputs that come later, not as silence at the start, and pcm_resample_flush()
 * gives those still due at the end. A whole stream of n samples so becomes ceil(n * to / from).
 *
 * Outputs leave in groups that belong to whole input samples (3 outputs for 2 inputs at 16 -> 24
 * kHz, 2 for 3 at 24 -> 16), half rounded up and saturated. A constant input, once the filter has
 * filled, gives itself exactly.
 *
 * Filters, both from scripts/generate-filters: see there. Figures: ResamplerQualityTests.
 */
typedef size_t pcm_resample_fn(int16_t *dst, const int16_t *src, size_t count,
                               pcm_resampler *state);
pcm_resample_fn pcm_resample;

/*
 * pcm_resample_flush() - gives the outputs still due, as if silence followed, and resets the state.
 *
 *   dst    int16[pcm_resample_bound(state, 0)]                                out
 */
typedef size_t pcm_resample_flush_fn(int16_t *dst, pcm_resampler *state);
pcm_resample_flush_fn pcm_resample_flush;

#ifdef __cplusplus
}
#endif

#endif
