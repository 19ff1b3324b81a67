/* base64.h - base64 for 128 and 256 bits: 12 or 24 bytes against 16 or 32 characters. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over MM(), AND, OR, REG, BYTES (see sse41.c) and
 *
 *   load_triples(src)        3 bytes for each 32-bit lane, and no others
 *   encode_order()           the shuffle of what load_triples() gives that lays the bytes a, b, c
 *                            of each triple out as b a c b
 *   store_triples(dst, v)    stores the 3 lower bytes of each lane, highest first
 *
 * Source: W. Mula, D. Lemire, Faster Base64 Encoding and Decoding using AVX2 Instructions, 2018.
 */
#define BLOCK_BYTES (BYTES / 4 * 3)
#define BLOCK_TEXT BYTES

/*
 * Cuts a triple aaaaaabb bbbbcccc ccdddddd into its sextets. One lane, most significant byte first:
 *
 *   in                              bbbbcccc ccdddddd aaaaaabb bbbbcccc
 *   in & 0FC0FC00                   0000cccc cc000000 aaaaaa00 00000000
 *     upper half of * 0400 0040     00000000 00cccccc 00000000 00aaaaaa    >> 6 and >> 10
 *   in & 003F03F0                   00000000 00dddddd 000000bb bbbb0000
 *     lower half of * 0100 0010     00dddddd 00000000 00bbbbbb 00000000    << 8 and << 4
 */
static PCM_INLINE REG PCM_FN(sextets)(REG in) {
    const REG ac = MM(mulhi_epu16)(AND(in, MM(set1_epi32)(0x0FC0FC00)), MM(set1_epi32)(0x04000040));
    const REG bd = MM(mullo_epi16)(AND(in, MM(set1_epi32)(0x003F03F0)), MM(set1_epi32)(0x01000010));
    return OR(ac, bd);
}

/*
 * The alphabet is five runs of characters, each a constant away from its values. The entry of the
 * table: 0 for values up to 25, 1 up to 51, then 2 to 11 for the digits, 12 and 13 for '+' and '/'.
 */
static PCM_INLINE REG PCM_FN(characters)(REG value) {
    static const int8_t distance[16] = {'A',      'a' - 26, '0' - 52, '0' - 52, '0' - 52,
                                        '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                        '0' - 52, '0' - 52, '+' - 62, '/' - 63};
    const REG past_upper = MM(cmpgt_epi8)(value, MM(set1_epi8)(25)); /* -1 there */
    const REG entry = MM(sub_epi8)(MM(subs_epu8)(value, MM(set1_epi8)(51)), past_upper);
    return MM(add_epi8)(value, MM(shuffle_epi8)(TABLE(distance), entry));
}

static PCM_INLINE void PCM_FN(text_from_block)(char *dst, const uint8_t *src) {
    const REG triples = MM(shuffle_epi8)(load_triples(src), encode_order());
    STOREU(dst, PCM_FN(characters)(PCM_FN(sextets)(triples)));
}

/*
 * The upper four bits of a character say which run it may be in and how far its value is away;
 * '/' alone, next to '+', needs a distance of its own. Wrong characters: each bit is one way in
 * which an upper and a lower half do not fit.
 *
 *   upper half   2 (+ /)   3 (0-9)   4 and 6 (A-O, a-o)   5 and 7 (P-Z, p-z)   others
 *   lower half   b, f      0-9       1-f                  0-a                  none
 */
static PCM_INLINE REG PCM_FN(values)(REG text, REG *wrong) {
    static const int8_t distance[16] = {0,    63 - '/', 62 - '+', 52 - '0',
                                        -'A', -'A',     26 - 'a', 26 - 'a'};
    static const uint8_t upper_bits[16] = {16, 16, 1,  2,  4,  8,  4,  8,
                                           16, 16, 16, 16, 16, 16, 16, 16};
    static const uint8_t lower_bits[16] = {21, 17, 17, 17, 17, 17, 17, 17,
                                           17, 17, 19, 26, 27, 27, 27, 26};
    const REG nibble = MM(set1_epi8)(15);
    const REG upper = AND(MM(srli_epi16)(text, 4), nibble);
    const REG lower = AND(text, nibble);
    *wrong = OR(*wrong, AND(MM(shuffle_epi8)(TABLE(upper_bits), upper),
                            MM(shuffle_epi8)(TABLE(lower_bits), lower)));
    const REG slash = MM(cmpeq_epi8)(text, MM(set1_epi8)('/')); /* -1: entry 1 instead of 2 */
    return MM(add_epi8)(text, MM(shuffle_epi8)(TABLE(distance), MM(add_epi8)(upper, slash)));
}

/*
 * One lane of four values a b c d, most significant byte first:
 *
 *   in               00dddddd 00cccccc 00bbbbbb 00aaaaaa
 *   a * 64 + b       0000cccc ccdddddd 0000aaaa aabbbbbb
 *   ab * 4096 + cd   00000000 aaaaaabb bbbbcccc ccdddddd
 */
static PCM_INLINE void PCM_FN(block_from_text)(uint8_t *dst, const char *src, REG *wrong) {
    const REG value = PCM_FN(values)(LOADU(src), wrong);
    const REG halves = MM(maddubs_epi16)(value, MM(set1_epi32)(0x01400140));
    store_triples(dst, MM(madd_epi16)(halves, MM(set1_epi32)(0x00011000)));
}

typedef REG wrong_t;
#define none_wrong() ZERO()
#define is_wrong(w) (!ALL_ZERO(w))
#define text_from_block PCM_FN(text_from_block)
#define block_from_text PCM_FN(block_from_text)
#include "../base64_blocks.h"
