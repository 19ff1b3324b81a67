/* base64.c - base64 one quantum at a time: 3 bytes, 4 characters. */
/* SPDX-License-Identifier: MIT */
#include "../kernels.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of each character; 0x80 for those outside the alphabet. */
enum { no = 0x80 };
const uint8_t pcm_base64_values[256] = {
    /* clang-format off */
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, 62, no, no, no, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, no, no, no, no, no, no,
    no,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, no, no, no, no, no,
    no, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    no, no, no, no, no, no, no, no, no, no, no, no, no, no, no, no,
    /* clang-format on */
};

size_t pcm_base64_encode_scalar(char *dst, const uint8_t *src, size_t bytes) {
    char *out = dst;
    for (; bytes >= 3; bytes -= 3, src += 3, out += 4) {
        const uint32_t v = (uint32_t)src[0] << 16 | (uint32_t)src[1] << 8 | src[2];
        out[0] = alphabet[v >> 18];
        out[1] = alphabet[v >> 12 & 63];
        out[2] = alphabet[v >> 6 & 63];
        out[3] = alphabet[v & 63];
    }
    if (bytes == 0)
        return (size_t)(out - dst);
    const uint32_t v = (uint32_t)src[0] << 16 | (bytes == 2 ? (uint32_t)src[1] << 8 : 0);
    out[0] = alphabet[v >> 18];
    out[1] = alphabet[v >> 12 & 63];
    out[2] = bytes == 2 ? alphabet[v >> 6 & 63] : '=';
    out[3] = '=';
    return (size_t)(out - dst) + 4;
}

/* Finds the first wrong character of a last quantum, which has `count` characters from `position`
 * on (0 to 4). */
static ptrdiff_t decode_last(uint8_t *dst, const uint8_t *src, size_t position, size_t count,
                             pcm_base64_padding padding) {
    size_t data = 0; /* characters before the padding */
    while (data < count && pcm_base64_values[src[position + data]] < no)
        data++;
    const int bare = data == count; /* it ends without padding */
    if (bare && count == 0)
        return 0;
    if (bare && count < 4 && (padding == PCM_BASE64_PADDING_REQUIRED || data < 2))
        return ~(ptrdiff_t)(position + count);
    if (!bare) {
        for (size_t i = data; i < 4; i++) {
            if (i == count)
                return ~(ptrdiff_t)(position + count);
            if (i < 2 || src[position + i] != '=')
                return ~(ptrdiff_t)(position + i);
        }
    }
    const uint32_t a = pcm_base64_values[src[position]], b = pcm_base64_values[src[position + 1]];
    const uint32_t c = data > 2 ? pcm_base64_values[src[position + 2]] : 0;
    const uint32_t d = data > 3 ? pcm_base64_values[src[position + 3]] : 0;
    const uint32_t v = a << 18 | b << 12 | c << 6 | d;
    const uint32_t unused = data == 2 ? b & 15 : data == 3 ? c & 3 : 0;
    if (unused != 0)
        return ~(ptrdiff_t)(position + data - 1);
    dst[0] = (uint8_t)(v >> 16);
    if (data > 2)
        dst[1] = (uint8_t)(v >> 8);
    if (data > 3)
        dst[2] = (uint8_t)v;
    return (ptrdiff_t)data - 1;
}

ptrdiff_t pcm_base64_decode_scalar(uint8_t *dst, const char *text, size_t count,
                                   pcm_base64_padding padding) {
    const uint8_t *src = (const uint8_t *)text;
    uint8_t *out = dst;
    size_t position = 0;
    /* All quanta but the last, which alone may be padded or short. */
    for (; count - position > 4; position += 4, out += 3) {
        const uint32_t a = pcm_base64_values[src[position]],
                       b = pcm_base64_values[src[position + 1]];
        const uint32_t c = pcm_base64_values[src[position + 2]],
                       d = pcm_base64_values[src[position + 3]];
        if ((a | b | c | d) >= no)
            break;
        const uint32_t v = a << 18 | b << 12 | c << 6 | d;
        out[0] = (uint8_t)(v >> 16);
        out[1] = (uint8_t)(v >> 8);
        out[2] = (uint8_t)v;
    }
    const size_t left = count - position;
    const ptrdiff_t last = decode_last(out, src, position, left < 4 ? left : 4, padding);
    if (last < 0)
        return last;
    /* Padding that is right in itself, with more text after it. */
    if (left > 4)
        return ~(ptrdiff_t)(position + 4);
    return out - dst + last;
}
