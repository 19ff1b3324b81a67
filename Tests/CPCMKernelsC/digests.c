/* digests.c - runs every kernel of every instruction set on the same noise and compares digests. */
/* SPDX-License-Identifier: MIT */

/*
 * For any compiler, any optimisation, any processor (scripts/check-kernels): the digests below are
 * the same everywhere. Buffers are heap blocks of exactly the size a contract gives, so that a
 * sanitizer sees a byte too far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CPCMKernels.h"

typedef struct digest {
    uint64_t state; /* of the noise */
    uint64_t hash;  /* FNV-1a over everything the kernels gave */
} digest;

static uint32_t noise(digest *d) {
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (uint32_t)(d->state >> 32);
}

static void add(digest *d, const void *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        d->hash = (d->hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001B3);
}

/* A block of `bytes` bytes of noise; every fourth int16 is at full scale. */
static void *block(digest *d, size_t bytes) {
    uint8_t *p = malloc(bytes + (bytes == 0));
    if (p == NULL)
        abort();
    for (size_t i = 0; i < bytes; i++) {
        const uint32_t x = noise(d);
        p[i] = (uint8_t)(x >> 8);
        if (i % 2 == 1 && x % 4 == 0) {
            p[i - 1] = x & 4 ? 0xFF : 0x00;
            p[i] = x & 4 ? 0x7F : 0x80;
        }
    }
    return p;
}

static size_t lengths(int i) {
    return i < 200 ? (size_t)i : (size_t)i * 7;
}

static void g711(digest *d, const pcm_kernels *k) {
    for (int i = 0; i < 260; i++) {
        const size_t n = lengths(i);
        int16_t *x = block(d, 2 * n), *y = block(d, 2 * n);
        uint8_t *c = block(d, n);
        k->mulaw_decode(y, c, n);
        add(d, y, 2 * n);
        k->alaw_decode(y, c, n);
        add(d, y, 2 * n);
        k->mulaw_encode(c, x, n);
        add(d, c, n);
        k->alaw_encode(c, x, n);
        add(d, c, n);
        free(x);
        free(y);
        free(c);
    }
}

static void base64(digest *d, const pcm_kernels *k) {
    for (int i = 0; i < 260; i++) {
        const size_t n = lengths(i), room = pcm_base64_encoded_count(n);
        uint8_t *bytes = block(d, n);
        char *text = block(d, room);
        const size_t written = k->base64_encode(text, bytes, n);
        add(d, text, written);
        for (int turn = 0; turn < 8; turn++) {
            /* Right, cut short, and wrong somewhere. */
            const size_t cut = turn % 4 < 3 ? 0 : noise(d) % 4;
            const size_t count = written > cut ? written - cut : written;
            if (turn >= 4 && count > 0) {
                const size_t place = noise(d) % count;
                text[place] = turn % 2 ? (char)noise(d) : "=A/z+"[noise(d) % 5];
            }
            char *exact = malloc(count + (count == 0));
            if (exact == NULL)
                abort();
            memcpy(exact, text, count);
            const size_t capacity = pcm_base64_decoded_capacity(count);
            uint8_t *out = block(d, capacity);
            const ptrdiff_t result = k->base64_decode(out, exact, count,
                                                      turn % 2 == 0 ? PCM_BASE64_PADDING_REQUIRED
                                                                    : PCM_BASE64_PADDING_OPTIONAL);
            const int64_t portable = result;
            add(d, &portable, sizeof portable);
            if (result > 0)
                add(d, out, (size_t)result);
            free(exact);
            free(out);
        }
        free(bytes);
        free(text);
    }
}

static void samples(digest *d, const pcm_kernels *k) {
    for (int i = 0; i < 260; i++) {
        const size_t n = lengths(i);
        int16_t *x = block(d, 2 * n), *y = block(d, 2 * n);
        float *f = block(d, 4 * n);
        k->int16_from_float32(y, f, n);
        add(d, y, 2 * n);
        k->float32_from_int16(f, x, n);
        add(d, f, 4 * n);
        k->gain(y, x, n, (uint16_t)noise(d));
        add(d, y, 2 * n);
        const int32_t start = (int32_t)(noise(d) >> 1), step = (int32_t)(noise(d) >> 12) - 524288;
        const int32_t next = k->fade(y, x, n, start, step);
        add(d, y, 2 * n);
        add(d, &next, sizeof next);
        const pcm_level_result level = k->level(x, n);
        add(d, &level.sum_of_squares, sizeof level.sum_of_squares);
        add(d, &level.peak, sizeof level.peak);
        free(x);
        free(y);
        free(f);
    }
}

static void resample(digest *d, const pcm_kernels *k) {
    static const uint32_t rates[] = {8000, 16000, 24000};
    for (int plan = 0; plan < 18; plan++) {
        const uint32_t from = rates[plan % 3], to = rates[plan / 3 % 3];
        pcm_resampler state;
        if (!pcm_resampler_init(&state, from, to,
                                plan < 9 ? PCM_FILTER_STANDARD : PCM_FILTER_LOW_DELAY))
            continue;
        for (int call = 0; call < 60; call++) {
            const size_t n = call % 5 == 0 ? noise(d) % 1500 + 1 : noise(d) % 170 + 1;
            int16_t *x = block(d, 2 * n), *y = block(d, 2 * pcm_resample_bound(&state, n));
            add(d, y, 2 * k->resample(y, x, n, &state));
            free(x);
            free(y);
            if (call % 20 != 19)
                continue;
            y = block(d, 2 * pcm_resample_bound(&state, 0));
            add(d, y, 2 * k->resample_flush(y, &state));
            free(y);
        }
    }
}

/* Noise at every level down to silence, and what drives the transform's sums to their limits. */
static void vad(digest *d, const pcm_kernels *k) {
    for (uint32_t rate = 8000; rate <= 16000; rate += 8000) {
        pcm_vad_state state;
        if (!pcm_vad_init(&state, rate))
            abort();
        for (int call = 0; call < 48; call++) {
            const size_t n = call % 5 == 0 ? noise(d) % 1500 : noise(d) % 330;
            int16_t *x = block(d, 2 * n);
            for (size_t i = 0; i < n; i++) {
                if (call % 8 == 7)
                    x[i] = (i >> (call / 8)) % 2 == 0 ? INT16_MAX : INT16_MIN;
                else if (call % 8 == 6)
                    x[i] = call % 16 == 6 ? 16383 : INT16_MIN;
                else
                    x[i] = (int16_t)(x[i] / (1 << (call % 17)));
            }
            const size_t due = pcm_vad_count(&state, n);
            uint16_t *y = block(d, 2 * due);
            if (k->vad(y, x, n, &state) != due)
                abort();
            add(d, y, 2 * due);
            free(x);
            free(y);
        }
        add(d, state.hidden, sizeof state.hidden);
        add(d, state.cells, sizeof state.cells);
    }
}

int main(void) {
    static const struct {
        const char *name;
        void (*run)(digest *, const pcm_kernels *);
        uint64_t expected;
    } families[] = {
        {"g711", g711, UINT64_C(0x2A5F73F08CF0EB55)},
        {"base64", base64, UINT64_C(0xDE73FDEE615E39E8)},
        {"samples", samples, UINT64_C(0x1B6B4DACCBDCCDBE)},
        {"resample", resample, UINT64_C(0x6DD704C0688F2E73)},
        {"vad", vad, UINT64_C(0x5BF543E73EEF9CA7)},
    };
    int failures = 0;
    for (int isa = 0; isa < PCM_ISA_COUNT; isa++) {
        const pcm_kernels *k = pcm_kernels_for((pcm_isa)isa);
        if (k == NULL)
            continue;
        for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
            digest d = {UINT64_C(0x9E3779B97F4A7C15), UINT64_C(0xCBF29CE484222325)};
            families[i].run(&d, k);
            const int same = d.hash == families[i].expected;
            failures += !same;
            printf("%-8s %-8s %016llX%s\n", k->name, families[i].name, (unsigned long long)d.hash,
                   same ? "" : "  WRONG");
        }
    }
    return failures != 0;
}
