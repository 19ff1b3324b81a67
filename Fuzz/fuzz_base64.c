/* fuzz_base64.c - text decodes the same everywhere, and what decodes, encodes back. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "CPCMKernels.h"

/* Copies of exactly the size, so that the address sanitizer sees a byte too far. */
static void *exactly(const void *bytes, size_t count) {
    void *copy = malloc(count);
    if (copy == NULL && count > 0)
        abort();
    if (count > 0)
        memcpy(copy, bytes, count);
    return copy;
}

static void decodes(const char *text, size_t count, pcm_base64_padding padding) {
    const size_t capacity = pcm_base64_decoded_capacity(count);
    uint8_t *expected = malloc(capacity);
    const ptrdiff_t result =
        pcm_kernels_for(PCM_ISA_SCALAR)->base64_decode(expected, text, count, padding);
    for (int isa = 1; isa < PCM_ISA_COUNT; isa++) {
        const pcm_kernels *k = pcm_kernels_for((pcm_isa)isa);
        if (k == NULL)
            continue;
        uint8_t *given = malloc(capacity);
        if (k->base64_decode(given, text, count, padding) != result)
            abort();
        if (result > 0 && memcmp(given, expected, (size_t)result) != 0)
            abort();
        free(given);
        if (result < 0)
            continue;
        /* Decoding is strict, so there is one text for the bytes, up to the padding left out. */
        const size_t bytes = (size_t)result;
        char *back = malloc(pcm_base64_encoded_count(bytes));
        const size_t written = k->base64_encode(back, expected, bytes);
        if (written < count || (count > 0 && memcmp(back, text, count) != 0))
            abort();
        for (size_t i = count; i < written; i++)
            if (back[i] != '=')
                abort();
        free(back);
    }
    if (result < 0 && (size_t)~result > count)
        abort();
    free(expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = exactly(data, size);
    decodes(text, size, PCM_BASE64_PADDING_REQUIRED);
    decodes(text, size, PCM_BASE64_PADDING_OPTIONAL);
    free(text);
    /* And the other way round, where every input is valid. */
    uint8_t *bytes = exactly(data, size);
    const size_t count = pcm_base64_encoded_count(size);
    text = malloc(count);
    if (pcm_base64_encode(text, bytes, size) != count)
        abort();
    decodes(text, count, PCM_BASE64_PADDING_REQUIRED);
    free(text);
    free(bytes);
    return 0;
}
