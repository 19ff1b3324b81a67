/* g711.c - ITU-T G.711: a sign, a segment (the exponent) and four bits of mantissa, some of them
 * inverted. */
/* SPDX-License-Identifier: MIT */
#include "../kernels.h"

/* The place of the highest 1 bit; v is not 0. */
static unsigned top_bit(uint32_t v) {
    return 31 - (unsigned)__builtin_clz(v);
}

void pcm_mulaw_encode_scalar(uint8_t *dst, const int16_t *src, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const int32_t x = src[i] >> 2; /* 14 bits, rounded down */
        uint32_t m = (uint32_t)(x < 0 ? -x : x);
        if (m > 8158)
            m = 8158;
        m += 33; /* 33 to 8191: the bias puts the highest bit at 5 + segment */
        const uint32_t segment = top_bit(m) - 5;
        const uint32_t code = segment << 4 | (m >> (segment + 1) & 15);
        dst[i] = (uint8_t)(code ^ (x < 0 ? 0x7F : 0xFF));
    }
}

void pcm_mulaw_decode_scalar(int16_t *dst, const uint8_t *src, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t code = src[i] ^ 0xFFu;
        const int32_t m = (int32_t)(((code & 15) * 8 + 132) << (code >> 4 & 7)) - 132;
        dst[i] = (int16_t)(code & 0x80 ? -m : m);
    }
}

void pcm_alaw_encode_scalar(uint8_t *dst, const int16_t *src, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const int32_t x = src[i] >> 3; /* 13 bits, rounded down */
        const uint32_t m = (uint32_t)(x < 0 ? ~x : x);
        /* Segments 0 and 1 have the same step, so one line serves both: codes 0 to 31 for m
         * below 64. */
        const uint32_t segment = m < 64 ? 1 : top_bit(m) - 4;
        const uint32_t code = ((segment - 1) << 4) + (m >> segment);
        dst[i] = (uint8_t)(code ^ (x < 0 ? 0x55 : 0xD5));
    }
}

void pcm_alaw_decode_scalar(int16_t *dst, const uint8_t *src, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t code = src[i] ^ 0x55u;
        const uint32_t segment = code >> 4 & 7;
        const uint32_t mantissa = (code & 15) * 16 + 8;
        const int32_t m = (int32_t)(segment == 0 ? mantissa : (mantissa + 256) << (segment - 1));
        dst[i] = (int16_t)(code & 0x80 ? m : -m);
    }
}
