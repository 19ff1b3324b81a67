/* fuzz_vad.c - a stream gives the same probabilities however it is cut, on every instruction set. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "CPCMKernels.h"

enum { MOST = 2600, WINDOWS = MOST / 256 + 1 }; /* samples of a stream */

/* Cuts `count` samples as the bytes of `cuts` say (in turn, 1 to 512) and returns the windows. */
static size_t run(const pcm_kernels *k, uint32_t rate, const int16_t *samples, size_t count,
                  const uint8_t *cuts, size_t cut_count, uint16_t *out) {
    pcm_vad_state state;
    size_t windows = 0;
    if (!pcm_vad_init(&state, rate))
        abort();
    for (size_t at = 0, turn = 0; at < count; turn++) {
        size_t step = cut_count == 0 ? count : (size_t)cuts[turn % cut_count] * 2 + 1;
        if (step > count - at)
            step = count - at;
        int16_t *exact = malloc(step * sizeof *exact);
        memcpy(exact, samples + at, step * sizeof *exact);
        const size_t due = pcm_vad_count(&state, step);
        uint16_t *given = malloc(due * sizeof *given + (due == 0));
        if (k->vad(given, exact, step, &state) != due)
            abort();
        for (size_t i = 0; i < due; i++)
            if (given[i] > PCM_VAD_CERTAIN)
                abort();
        memcpy(out + windows, given, due * sizeof *given);
        windows += due;
        at += step;
        free(exact);
        free(given);
    }
    return windows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int16_t samples[MOST];
    uint16_t expected[WINDOWS], given[WINDOWS];
    if (size < 4)
        return 0;
    const uint32_t rate = data[0] & 1 ? 16000 : 8000;
    const size_t cut_count = data[1] % 16 < size - 3 ? data[1] % 16 : size - 3;
    const uint8_t *cuts = data + 2;
    /* The rest is the samples, repeated to reach across a few windows. */
    const uint8_t *rest = cuts + cut_count;
    const size_t pairs = (size - 2 - cut_count) / 2;
    const size_t count = pairs == 0 ? 0 : (pairs * (1 + data[1])) % MOST;
    for (size_t i = 0; i < count; i++)
        memcpy(&samples[i], rest + i % pairs * 2, 2);

    const pcm_kernels *scalar = pcm_kernels_for(PCM_ISA_SCALAR);
    const size_t total = run(scalar, rate, samples, count, NULL, 0, expected);
    if (total != count / (rate / 1000 * 32))
        abort();
    for (int isa = 0; isa < PCM_ISA_COUNT; isa++) {
        const pcm_kernels *k = pcm_kernels_for((pcm_isa)isa);
        if (k == NULL)
            continue;
        if (run(k, rate, samples, count, cuts, cut_count, given) != total)
            abort();
        if (memcmp(given, expected, total * sizeof *given) != 0)
            abort();
    }
    return 0;
}
