/* base64.h - base64 by tables of 64 bytes: 48 bytes against 64 characters. */
/* SPDX-License-Identifier: MIT */

/*
 * Loads and stores by 3 and by 4 sort the bytes a, b, c of triples and the characters of quanta
 * into registers of their own, so the sextets are plain shifts:
 *
 *   aaaaaabb bbbbcccc ccdddddd    00aaaaaa 00bbbbbb 00cccccc 00dddddd
 */
#define BLOCK_BYTES 48
#define BLOCK_TEXT 64

static PCM_INLINE void text_from_block(char *dst, const uint8_t *src) {
    static const char alphabet[65] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8x16x4_t table = vld1q_u8_x4((const uint8_t *)alphabet);
    const uint8x16_t sextet = vdupq_n_u8(63);
    const uint8x16x3_t in = vld3q_u8(src);
    const uint8x16_t a = vshrq_n_u8(in.val[0], 2);
    const uint8x16_t b = vandq_u8(vsliq_n_u8(vshrq_n_u8(in.val[1], 4), in.val[0], 4), sextet);
    const uint8x16_t c = vandq_u8(vsliq_n_u8(vshrq_n_u8(in.val[2], 6), in.val[1], 2), sextet);
    const uint8x16_t d = vandq_u8(in.val[2], sextet);
    const uint8x16x4_t text = {
        {vqtbl4q_u8(table, a), vqtbl4q_u8(table, b), vqtbl4q_u8(table, c), vqtbl4q_u8(table, d)}};
    vst4q_u8((uint8_t *)dst, text);
}

/* Looks each character up in the half of the table that has it; the other half gives 0. */
static PCM_INLINE uint8x16_t values_neon(uint8x16_t text, uint8x16x4_t lower, uint8x16x4_t upper) {
    return vorrq_u8(vqtbl4q_u8(lower, text), vqtbl4q_u8(upper, veorq_u8(text, vdupq_n_u8(0x40))));
}

static PCM_INLINE void block_from_text(uint8_t *dst, const char *src, uint8x16_t *wrong) {
    const uint8x16x4_t lower = vld1q_u8_x4(pcm_base64_values);
    const uint8x16x4_t upper = vld1q_u8_x4(pcm_base64_values + 64);
    const uint8x16x4_t text = vld4q_u8((const uint8_t *)src);
    const uint8x16_t a = values_neon(text.val[0], lower, upper);
    const uint8x16_t b = values_neon(text.val[1], lower, upper);
    const uint8x16_t c = values_neon(text.val[2], lower, upper);
    const uint8x16_t d = values_neon(text.val[3], lower, upper);
    /* The upper bit of a value marks what is no base64, that of a character what is no ASCII. */
    const uint8x16_t values = vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d));
    const uint8x16_t texts =
        vorrq_u8(vorrq_u8(text.val[0], text.val[1]), vorrq_u8(text.val[2], text.val[3]));
    *wrong = vorrq_u8(*wrong, vorrq_u8(values, texts));
    const uint8x16x3_t out = {{vsliq_n_u8(vshrq_n_u8(b, 4), a, 2),
                               vsliq_n_u8(vshrq_n_u8(c, 2), b, 4), vsliq_n_u8(d, c, 6)}};
    vst3q_u8(dst, out);
}

typedef uint8x16_t wrong_t;
#define none_wrong() vdupq_n_u8(0)
#define is_wrong(w) (vmaxvq_u8(w) >= 0x80)
#include "../base64_blocks.h"
