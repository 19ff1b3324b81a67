/* pcm_base64.h - base64 with the alphabet of RFC 4648 section 4, strict. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_BASE64_H
#define PCM_BASE64_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pcm_base64_padding {
    PCM_BASE64_PADDING_REQUIRED, /* the text is a multiple of 4 characters */
    PCM_BASE64_PADDING_OPTIONAL, /* the last quantum may also end without its '=' (all of them) */
} pcm_base64_padding;

/* The characters that `bytes` bytes become, padding included. */
static inline size_t pcm_base64_encoded_count(size_t bytes) {
    return bytes / 3 * 4 + (bytes % 3 != 0 ? 4 : 0);
}

/* The most bytes that `count` characters can hold. */
static inline size_t pcm_base64_decoded_capacity(size_t count) {
    return count / 4 * 3 + count % 4 * 3 / 4;
}

/*
 * pcm_base64_encode() - writes bytes as base64 text, padded, without line breaks.
 *
 *   dst    char[pcm_base64_encoded_count(bytes)]   no terminating zero     out
 *   src    uint8[bytes]                                                    in
 *
 * Returns the characters written.
 */
typedef size_t pcm_base64_encode_fn(char *dst, const uint8_t *src, size_t bytes);
pcm_base64_encode_fn pcm_base64_encode;

/*
 * pcm_base64_decode() - reads base64 text, or says where it is wrong.
 *
 *   dst    uint8[pcm_base64_decoded_capacity(count)]                       out
 *   src    char[count]                                                     in
 *
 * Returns the bytes written, or ~position (a negative number) of the first wrong character:
 *   - one outside the alphabet, white space included, or '=' anywhere but in its place at the end;
 *   - anything after the padding;
 *   - the last character before the padding, when the bits it does not use are not 0;
 *   - `count` itself, when the text stops short.
 * After a failure the contents of dst are undefined; nothing outside it has been written.
 */
typedef ptrdiff_t pcm_base64_decode_fn(uint8_t *dst, const char *src, size_t count,
                                       pcm_base64_padding padding);
pcm_base64_decode_fn pcm_base64_decode;

#ifdef __cplusplus
}
#endif

#endif
