/* g711.h - mu-law and A-law for 128 and 256 bits, by byte shuffles and multiplications. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over MM(), AND, OR, XOR, REG, BYTES and IN_ORDER(v), which undoes what 256-bit packs
 * do to the order of 64-bit pieces (see sse41.c).
 *
 * Encoding. The highest bit of the (biased) magnitude m decides the segment, so two tables of 16
 * do, one for the upper and one for the lower four bits that matter. With s counted from 1, an
 * upper entry that is not 0 is always the larger:
 *
 *   mu-law   m   ---h hhhl lllx xxxx    13 bits, 33 to 8191     s = highest bit - 4
 *   A-law    m   ---- hhhh llll xxxx    12 bits, 0 to 4095      s = highest bit - 4, at least 1
 *
 * m >> s is the mantissa with its leading 1 (16 to 31; A-law's lowest segment has none: 0 to 31),
 * got as the upper half of m * 2^(16 - s). The code is then 16 * s + (m >> s) and a constant.
 */
typedef struct law {
    int shift;                    /* leaves the eight bits h and l of the magnitude */
    uint8_t upper[16], lower[16]; /* s by h and by l */
    int8_t base[16];              /* 16 * s and the constant, by s */
    uint8_t flip;                 /* inverted for samples of 0 and above */
} law;

/* clang-format off */
static const law mulaw = {
    5,
    {0, 5, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8},
    {1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4},
    {0, -16, 0, 16, 32, 48, 64, 80, 96},
    0xFF};
static const law alaw = {
    4,
    {0, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7},
    {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3},
    {0, 0, 16, 32, 48, 64, 80, 96},
    0xD5};
/* clang-format on */

static PCM_INLINE REG PCM_FN(mulaw_magnitude)(REG x) {
    const REG m = MM(abs_epi16)(MM(srai_epi16)(x, 2));
    return MM(add_epi16)(MM(min_epi16)(m, MM(set1_epi16)(8158)), MM(set1_epi16)(33));
}

static PCM_INLINE REG PCM_FN(alaw_magnitude)(REG x) {
    return MM(srai_epi16)(XOR(x, MM(srai_epi16)(x, 15)), 3);
}

/* BYTES samples to BYTES codes. */
static PCM_INLINE void PCM_FN(encode_block)(uint8_t *dst, const int16_t *src, const law *table,
                                            int is_mulaw) {
    static const uint8_t powers[16] = {0, 128, 64, 32, 16, 8, 4, 2, 1};
    const REG x0 = LOADU(src), x1 = LOADU(src + BYTES / 2);
    const REG m0 = is_mulaw ? PCM_FN(mulaw_magnitude)(x0) : PCM_FN(alaw_magnitude)(x0);
    const REG m1 = is_mulaw ? PCM_FN(mulaw_magnitude)(x1) : PCM_FN(alaw_magnitude)(x1);
    const REG high =
        MM(packus_epi16)(MM(srli_epi16)(m0, table->shift), MM(srli_epi16)(m1, table->shift));
    const REG nibble = MM(set1_epi8)(15);
    const REG h = AND(MM(srli_epi16)(high, 4), nibble), l = AND(high, nibble);
    const REG s = MM(max_epu8)(MM(shuffle_epi8)(TABLE(table->upper), h),
                               MM(shuffle_epi8)(TABLE(table->lower), l));
    /* 2^(8 - s) as the upper byte of a word is 2^(16 - s). */
    const REG power = MM(shuffle_epi8)(TABLE(powers), s);
    const REG q0 = MM(mulhi_epu16)(m0, MM(unpacklo_epi8)(ZERO(), power));
    const REG q1 = MM(mulhi_epu16)(m1, MM(unpackhi_epi8)(ZERO(), power));
    const REG code =
        MM(add_epi8)(MM(shuffle_epi8)(TABLE(table->base), s), MM(packus_epi16)(q0, q1));
    const REG sign = AND(MM(packs_epi16)(x0, x1), MM(set1_epi8)((char)0x80));
    const REG flipped = XOR(XOR(code, MM(set1_epi8)((char)table->flip)), sign);
    STOREU(dst, IN_ORDER(flipped));
}

static PCM_INLINE void PCM_FN(encode)(uint8_t *dst, const int16_t *src, size_t count,
                                      const law *table, int is_mulaw) {
    size_t i = 0;
    for (; i + BYTES <= count; i += BYTES)
        PCM_FN(encode_block)(dst + i, src + i, table, is_mulaw);
    if (i == count)
        return;
    int16_t in[BYTES] = {0};
    uint8_t out[BYTES];
    memcpy(in, src + i, (count - i) * sizeof *src);
    PCM_FN(encode_block)(out, in, table, is_mulaw);
    memcpy(dst + i, out, count - i);
}

static void PCM_FN(mulaw_encode)(uint8_t *dst, const int16_t *src, size_t count) {
    PCM_FN(encode)(dst, src, count, &mulaw, 1);
}

static void PCM_FN(alaw_encode)(uint8_t *dst, const int16_t *src, size_t count) {
    PCM_FN(encode)(dst, src, count, &alaw, 0);
}

/*
 * Decoding. With e the three bits under the sign and m the lower four (after inversion), both laws
 * are a multiplication of byte pairs, (power, minus) times (2 m + 33, -1), and a shift:
 *
 *   mu-law   (2^e * (2 m + 33) - 33) * 4
 *   A-law    (2^max(e - 1, 0) * (2 m + 33) - (e == 0 ? 32 : 0)) * 8
 *
 * The tables are indexed by the code as it stands: the inversion is in their order, and so is the
 * sign in an upper nibble, which selects the same.
 */
typedef struct expansion {
    uint8_t power[16], minus[16]; /* by the upper nibble */
    int8_t odd[16]; /* -(2 m + 33) by the lower nibble: codes below 0x80 are negative */
    int shift;
} expansion;

/* clang-format off */
static const expansion mulaw_expansion = {
    {128, 64, 32, 16, 8, 4, 2, 1, 128, 64, 32, 16, 8, 4, 2, 1},
    {33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33},
    {-63, -61, -59, -57, -55, -53, -51, -49, -47, -45, -43, -41, -39, -37, -35, -33},
    2};
static const expansion alaw_expansion = {
    {16, 8, 64, 32, 1, 1, 4, 2, 16, 8, 64, 32, 1, 1, 4, 2},
    {0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0},
    {-43, -41, -47, -45, -35, -33, -39, -37, -59, -57, -63, -61, -51, -49, -55, -53},
    3};
/* clang-format on */

/* BYTES codes to BYTES samples. */
static PCM_INLINE void PCM_FN(decode_block)(int16_t *dst, const uint8_t *src,
                                            const expansion *table) {
    const REG code =
        IN_ORDER(LOADU(src)); /* so that unpacking by halves of 128 bits keeps the order */
    const REG nibble = MM(set1_epi8)(15);
    const REG e = AND(MM(srli_epi16)(code, 4), nibble);
    const REG power = MM(shuffle_epi8)(TABLE(table->power), e);
    const REG minus = MM(shuffle_epi8)(TABLE(table->minus), e);
    const REG sign = OR(code, MM(set1_epi8)(1)); /* never 0, which psignb would take for a zero */
    const REG odd = MM(sign_epi8)(MM(shuffle_epi8)(TABLE(table->odd), AND(code, nibble)), sign);
    const REG one = MM(sign_epi8)(MM(set1_epi8)(1), sign);
    const REG y0 = MM(maddubs_epi16)(MM(unpacklo_epi8)(power, minus), MM(unpacklo_epi8)(odd, one));
    const REG y1 = MM(maddubs_epi16)(MM(unpackhi_epi8)(power, minus), MM(unpackhi_epi8)(odd, one));
    STOREU(dst, MM(slli_epi16)(y0, table->shift));
    STOREU(dst + BYTES / 2, MM(slli_epi16)(y1, table->shift));
}

static PCM_INLINE void PCM_FN(decode)(int16_t *dst, const uint8_t *src, size_t count,
                                      const expansion *table) {
    size_t i = 0;
    for (; i + BYTES <= count; i += BYTES)
        PCM_FN(decode_block)(dst + i, src + i, table);
    if (i == count)
        return;
    uint8_t in[BYTES] = {0};
    int16_t out[BYTES];
    memcpy(in, src + i, count - i);
    PCM_FN(decode_block)(out, in, table);
    memcpy(dst + i, out, (count - i) * sizeof *dst);
}

static void PCM_FN(mulaw_decode)(int16_t *dst, const uint8_t *src, size_t count) {
    PCM_FN(decode)(dst, src, count, &mulaw_expansion);
}

static void PCM_FN(alaw_decode)(int16_t *dst, const uint8_t *src, size_t count) {
    PCM_FN(decode)(dst, src, count, &alaw_expansion);
}
