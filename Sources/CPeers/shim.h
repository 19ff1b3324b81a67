/* shim.h - the libraries that the benchmarks compare with, and the few things Swift cannot import. */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/evp.h>
#include <samplerate.h>
#include <soxr.h>

/* First: the others use its macros. */
#include <spandsp/telephony.h>

#include <spandsp/bit_operations.h>
#include <spandsp/g711.h>

/* spandsp's G.711 is inline functions for one sample: these are the loops around them. */
static inline void peer_mulaw_encode(uint8_t *dst, const int16_t *src, size_t count) {
    for (size_t i = 0; i < count; i++)
        dst[i] = linear_to_ulaw(src[i]);
}

static inline void peer_mulaw_decode(int16_t *dst, const uint8_t *src, size_t count) {
    for (size_t i = 0; i < count; i++)
        dst[i] = ulaw_to_linear(src[i]);
}

static inline void peer_alaw_encode(uint8_t *dst, const int16_t *src, size_t count) {
    for (size_t i = 0; i < count; i++)
        dst[i] = linear_to_alaw(src[i]);
}

static inline void peer_alaw_decode(int16_t *dst, const uint8_t *src, size_t count) {
    for (size_t i = 0; i < count; i++)
        dst[i] = alaw_to_linear(src[i]);
}

/* memcpy() that the compiler cannot see through: a copy that nobody reads is still made. */
static inline void peer_memcpy(void *dst, const void *src, size_t bytes) {
    memcpy(dst, src, bytes);
    __asm__ volatile("" : : "r"(dst) : "memory");
}

/* The compiler that built the kernels too: SwiftPM has one for C and Swift. */
static inline const char *peer_compiler(void) {
    return __VERSION__;
}
