/* base64.h - base64 for 128 and 256 bits: 12 or 24 bytes against 16 or 32 characters. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over MM(), SI(), REG, BYTES and
 *
 *   load_triples(src)       3 * BYTES / 4 bytes, those of each 32-bit lane where encode_order()
 * expects them; reads no others encode_order()          the shuffle that lays each 3 bytes a, b, c
 * out as b a c b store_triples(dst, v)   packs the 3 lower bytes of each lane, already in order,
 * and stores 3 * BYTES / 4 bytes
 *
 * Sources: W. Mula and D. Lemire, Faster Base64 Encoding and Decoding using AVX2 Instructions,
 * 2018.
 */
/*
 * One lane, most significant byte first:
 *
 *   in        bbbbcccc ccdddddd aaaaaabb bbbbcccc      b a c b of the bytes aaaaaabb bbbbcccc
 * ccdddddd & 0fc0fc00, upper half of a product:    >> 10 and >> 6      00000000 00cccccc 00000000
 * 00aaaaaa & 003f03f0, lower half of a product:    << 8  and << 4      00dddddd 00000000 00bbbbbb
 * 00000000
 */
static PCM_INLINE REG PCM_FN(sextets)(REG v) {
    const REG ac =
        MM(mulhi_epu16)(SI (and)(v, MM(set1_epi32)(0x0FC0FC00)), MM(set1_epi32)(0x04000040));
    const REG bd =
        MM(mullo_epi16)(SI (and)(v, MM(set1_epi32)(0x003F03F0)), MM(set1_epi32)(0x01000010));
    return SI(or)(ac, bd);
}

/* Five ranges of values, each a constant away from its characters. 0 to 25 map to 13, 26 to 51 to
 * 0, 52 on to 1... */
static PCM_INLINE REG PCM_FN(characters)(REG value) {
    static const int8_t distance[16] = {'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                        '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                        '0' - 52, '+' - 62, '/' - 63, 'A'};
    const REG above = MM(subs_epu8)(value, MM(set1_epi8)(51));
    const REG upper = SI (and)(MM(cmpgt_epi8)(MM(set1_epi8)(26), value), MM(set1_epi8)(13));
    return MM(add_epi8)(value, MM(shuffle_epi8)(TABLE(distance), SI(or)(above, upper)));
}

static size_t PCM_FN(base64_encode)(char *dst, const uint8_t *src, size_t bytes) {
    enum { IN = BYTES / 4 * 3 };
    const size_t whole = bytes - bytes % 3;
    if (whole < IN)
        return pcm_base64_encode_scalar(dst, src, bytes);
    const REG order = encode_order();
    size_t i = 0;
    for (; i + IN <= whole; i += IN)
        STOREU(dst + i / 3 * 4,
               PCM_FN(characters)(PCM_FN(sextets)(MM(shuffle_epi8)(load_triples(src + i), order))));
    if (i < whole) {
        /* The last whole triples once more, ending where the input does: what overlaps is written
         * again, the same. */
        i = whole - IN;
        STOREU(dst + i / 3 * 4,
               PCM_FN(characters)(PCM_FN(sextets)(MM(shuffle_epi8)(load_triples(src + i), order))));
    }
    const size_t written = whole / 3 * 4;
    return written + pcm_base64_encode_scalar(dst + written, src + whole, bytes - whole);
}

/*
 * The upper four bits of a character say which range it may be in and how far its value is away;
 * '/' alone, in the range of '+', needs its own distance. Wrong characters: one bit for each way in
 * which an upper and a lower half do not fit.
 *
 *   upper half   2 (+ /)   3 (0-9)   4 and 6 (A-O, a-o)   5 and 7 (P-Z, p-z)   others
 *   allowed      b, f      0-9       1-f                  0-a                  none
 */
static PCM_INLINE REG PCM_FN(values)(REG text, REG *wrong) {
    static const int8_t distance[16] = {0,    63 - '/', 62 - '+', 52 - '0',
                                        -'A', -'A',     26 - 'a', 26 - 'a'};
    static const uint8_t upper_bits[16] = {16, 16, 1,  2,  4,  8,  4,  8,
                                           16, 16, 16, 16, 16, 16, 16, 16};
    static const uint8_t lower_bits[16] = {
        1 + 4 + 16,     1 + 16,         1 + 16,         1 + 16,    1 + 16,     1 + 16,
        1 + 16,         1 + 16,         1 + 16,         1 + 16,    1 + 2 + 16, 2 + 8 + 16,
        1 + 2 + 8 + 16, 1 + 2 + 8 + 16, 1 + 2 + 8 + 16, 2 + 8 + 16};
    const REG nibble = MM(set1_epi8)(15);
    const REG upper = SI (and)(MM(srli_epi16)(text, 4), nibble);
    const REG lower = SI (and)(text, nibble);
    *wrong = SI(or)(*wrong, SI (and)(MM(shuffle_epi8)(TABLE(upper_bits), upper),
                                     MM(shuffle_epi8)(TABLE(lower_bits), lower)));
    const REG slash = MM(cmpeq_epi8)(text, MM(set1_epi8)('/')); /* -1 there: entry 1 instead of 2 */
    return MM(add_epi8)(text, MM(shuffle_epi8)(TABLE(distance), MM(add_epi8)(upper, slash)));
}

/*
 * One lane of four values a b c d, most significant byte first:
 *
 *   in             00dddddd 00cccccc 00bbbbbb 00aaaaaa
 *   a * 64 + b     0000cccc ccdddddd 0000aaaa aabbbbbb
 *   ab * 4096 + cd 00000000 aaaaaabb bbbbcccc ccdddddd
 */
static PCM_INLINE REG PCM_FN(triples)(REG value) {
    const REG pairs = MM(maddubs_epi16)(value, MM(set1_epi32)(0x01400140));
    return MM(madd_epi16)(pairs, MM(set1_epi32)(0x00011000));
}

static ptrdiff_t PCM_FN(base64_decode)(uint8_t *dst, const char *src, size_t count,
                                       pcm_base64_padding padding) {
    /* Whole quanta before the last, which may be padded. */
    const size_t whole = count < 4 ? 0 : (count - 1) / 4 * 4;
    if (whole < BYTES)
        return pcm_base64_decode_scalar(dst, src, count, padding);
    REG wrong = ZERO();
    size_t i = 0;
    for (; i + BYTES <= whole; i += BYTES)
        store_triples(dst + i / 4 * 3, PCM_FN(triples)(PCM_FN(values)(LOADU(src + i), &wrong)));
    if (i < whole) {
        i = whole - BYTES; /* overlaps, as in encoding */
        store_triples(dst + i / 4 * 3, PCM_FN(triples)(PCM_FN(values)(LOADU(src + i), &wrong)));
    }
    /* Where it went wrong is for the scalar decoder to say. */
    if (!ALL_ZERO(wrong))
        return pcm_base64_decode_scalar(dst, src, count, padding);
    const ptrdiff_t last =
        pcm_base64_decode_scalar(dst + whole / 4 * 3, src + whole, count - whole, padding);
    if (last < 0)
        return last - (ptrdiff_t)whole; /* ~(p + whole) = ~p - whole */
    return (ptrdiff_t)(whole / 4 * 3) + last;
}
