/* fuzz_resample.c - a stream gives the same samples however it is cut, on every instruction set. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "CPCMKernels.h"

enum { MOST = 4096 }; /* samples of a stream */

/* Cuts `count` samples as the bytes of `cuts` say (in turn, 1 to 512) and returns the outputs. */
static size_t run(const pcm_kernels *k, pcm_resampler state, const int16_t *samples, size_t count,
                  const uint8_t *cuts, size_t cut_count, int16_t *out) {
    size_t written = 0;
    for (size_t at = 0, turn = 0; at < count; turn++) {
        size_t step = cut_count == 0 ? count : (size_t)cuts[turn % cut_count] * 2 + 1;
        if (step > count - at)
            step = count - at;
        int16_t *exact = malloc(step * sizeof *exact);
        memcpy(exact, samples + at, step * sizeof *exact);
        const size_t bound = pcm_resample_bound(&state, step);
        int16_t *given = malloc(bound * sizeof *given);
        const size_t n = k->resample(given, exact, step, &state);
        if (n > bound)
            abort();
        memcpy(out + written, given, n * sizeof *given);
        written += n;
        at += step;
        free(exact);
        free(given);
    }
    int16_t *tail = malloc(pcm_resample_bound(&state, 0) * sizeof *tail);
    const size_t n = k->resample_flush(tail, &state);
    memcpy(out + written, tail, n * sizeof *tail);
    free(tail);
    return written + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint32_t rates[] = {8000, 16000, 24000};
    static int16_t samples[MOST], expected[3 * MOST], given[3 * MOST];
    if (size < 3)
        return 0;
    const uint32_t from = rates[data[0] % 3], to = rates[data[0] / 3 % 3];
    pcm_resampler state;
    if (!pcm_resampler_init(&state, from, to,
                            data[0] & 0x80 ? PCM_FILTER_LOW_DELAY : PCM_FILTER_STANDARD))
        return 0;
    const size_t cut_count = data[1] % 16 < size - 2 ? data[1] % 16 : size - 2;
    const uint8_t *cuts = data + 2;
    /* The rest is the samples, repeated to reach across a few blocks. */
    const uint8_t *rest = cuts + cut_count;
    const size_t pairs = (size - 2 - cut_count) / 2;
    const size_t count = pairs == 0 ? 0 : (pairs * (1 + data[1] / 16)) % MOST;
    for (size_t i = 0; i < count; i++)
        memcpy(&samples[i], rest + i % pairs * 2, 2);

    const size_t total = (count * to + from - 1) / from;
    const pcm_kernels *scalar = pcm_kernels_for(PCM_ISA_SCALAR);
    if (run(scalar, state, samples, count, NULL, 0, expected) != total)
        abort();
    for (int isa = 0; isa < PCM_ISA_COUNT; isa++) {
        const pcm_kernels *k = pcm_kernels_for((pcm_isa)isa);
        if (k == NULL)
            continue;
        if (run(k, state, samples, count, cuts, cut_count, given) != total)
            abort();
        if (memcmp(given, expected, total * sizeof *given) != 0)
            abort();
    }
    return 0;
}
