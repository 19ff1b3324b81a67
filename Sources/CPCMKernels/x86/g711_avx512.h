/* g711_avx512.h - mu-law and A-law in 512 bits: byte permutes of 128 entries, shifts by lane. */
/* SPDX-License-Identifier: MIT */

/*
 * Encoding, as in g711.h: (s << 4) + (m >> s) is the code and a constant. s comes from one table
 * of the magnitude's upper seven bits, of 13 for mu-law, of 12 for A-law.
 */
static const uint8_t PCM_FN(mulaw_segments)[128] = {
    1, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8,
    8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8};
static const uint8_t PCM_FN(alaw_segments)[128] = {
    1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

/* Codes of 32 samples in the lower bytes of words, before the flips. */
static PCM_INLINE __m512i PCM_FN(codes)(__m512i x, const uint8_t *segments, int is_mulaw) {
    __m512i m;
    if (is_mulaw) {
        m = _mm512_abs_epi16(_mm512_srai_epi16(x, 2));
        m = _mm512_add_epi16(_mm512_min_epi16(m, _mm512_set1_epi16(8158)), _mm512_set1_epi16(33));
    } else {
        m = _mm512_srai_epi16(_mm512_xor_si512(x, _mm512_srai_epi16(x, 15)), 3);
    }
    const __m512i upper = _mm512_srli_epi16(m, is_mulaw ? 6 : 5);
    const __m512i s = _mm512_maskz_permutex2var_epi8(0x5555555555555555, LOADU(segments), upper,
                                                     LOADU(segments + 64));
    return _mm512_add_epi16(_mm512_slli_epi16(s, 4), _mm512_srlv_epi16(m, s));
}

/* 64 samples to 64 codes. */
static PCM_INLINE __m512i PCM_FN(encode_64)(__m512i x0, __m512i x1, const uint8_t *segments,
                                            int is_mulaw) {
    /* Packing works on 128 bits apart. Saturated, a sample keeps its sign. */
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const __m512i sums = _mm512_packus_epi16(PCM_FN(codes)(x0, segments, is_mulaw),
                                             PCM_FN(codes)(x1, segments, is_mulaw));
    const __m512i signs = _mm512_packs_epi16(x0, x1);
    /* For mu-law ~(sums - 32). */
    const __m512i flipped = is_mulaw ? _mm512_sub_epi8(_mm512_set1_epi8(31), sums)
                                     : _mm512_xor_si512(_mm512_sub_epi8(sums, _mm512_set1_epi8(16)),
                                                        _mm512_set1_epi8((char)0xD5));
    /* flipped ^ (signs & 0x80) */
    return _mm512_permutexvar_epi64(
        order, _mm512_ternarylogic_epi32(flipped, signs, _mm512_set1_epi8((char)0x80), 0x78));
}

static PCM_INLINE void PCM_FN(encode)(uint8_t *dst, const int16_t *src, size_t count,
                                      const uint8_t *segments, int is_mulaw) {
    size_t i = 0;
    for (; i + 64 <= count; i += 64)
        STOREU(dst + i, PCM_FN(encode_64)(LOADU(src + i), LOADU(src + i + 32), segments, is_mulaw));
    if (i == count)
        return;
    const uint64_t lanes = (UINT64_C(1) << (count - i)) - 1;
    const __m512i x0 = _mm512_maskz_loadu_epi16((__mmask32)lanes, src + i);
    const __m512i x1 = _mm512_maskz_loadu_epi16((__mmask32)(lanes >> 32), src + i + 32);
    _mm512_mask_storeu_epi8(dst + i, lanes, PCM_FN(encode_64)(x0, x1, segments, is_mulaw));
}

static void PCM_FN(mulaw_encode)(uint8_t *dst, const int16_t *src, size_t count) {
    PCM_FN(encode)(dst, src, count, PCM_FN(mulaw_segments), 1);
}

static void PCM_FN(alaw_encode)(uint8_t *dst, const int16_t *src, size_t count) {
    PCM_FN(encode)(dst, src, count, PCM_FN(alaw_segments), 0);
}

/* Decoding: the magnitude of each code without its sign, its lower and its upper bytes. */
static const uint8_t PCM_FN(mulaw_lower)[128] = {
    124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124,
    124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 124, 252, 252, 252, 252, 252, 252,
    252, 252, 252, 252, 252, 252, 252, 252, 252, 252, 60,  188, 60,  188, 60,  188, 60,  188, 60,
    188, 60,  188, 60,  188, 60,  188, 92,  28,  220, 156, 92,  28,  220, 156, 92,  28,  220, 156,
    92,  28,  220, 156, 108, 76,  44,  12,  236, 204, 172, 140, 108, 76,  44,  12,  236, 204, 172,
    140, 116, 100, 84,  68,  52,  36,  20,  4,   244, 228, 212, 196, 180, 164, 148, 132, 120, 112,
    104, 96,  88,  80,  72,  64,  56,  48,  40,  32,  24,  16,  8,   0,
};
static const uint8_t PCM_FN(mulaw_upper)[128] = {
    125, 121, 117, 113, 109, 105, 101, 97, 93, 89, 85, 81, 77, 73, 69, 65, 62, 60, 58, 56, 54, 52,
    50,  48,  46,  44,  42,  40,  38,  36, 34, 32, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19,
    18,  17,  16,  15,  15,  14,  14,  13, 13, 12, 12, 11, 11, 10, 10, 9,  9,  8,  8,  7,  7,  7,
    6,   6,   6,   6,   5,   5,   5,   5,  4,  4,  4,  4,  3,  3,  3,  3,  3,  3,  2,  2,  2,  2,
    2,   2,   2,   2,   1,   1,   1,   1,  1,  1,  1,  1,  1,  1,  1,  1,  0,  0,  0,  0,  0,  0,
    0,   0,   0,   0,   0,   0,   0,   0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
};
static const uint8_t PCM_FN(alaw_lower)[128] = {
    128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 192, 64,  192,
    64,  192, 64,  192, 64,  192, 64,  192, 64,  192, 64,  192, 64,  0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   88,  72,  120, 104, 24,  8,   56,  40,  216, 200, 248, 232,
    152, 136, 184, 168, 88,  72,  120, 104, 24,  8,   56,  40,  216, 200, 248, 232, 152, 136, 184,
    168, 96,  32,  224, 160, 96,  32,  224, 160, 96,  32,  224, 160, 96,  32,  224, 160, 176, 144,
    240, 208, 48,  16,  112, 80,  176, 144, 240, 208, 48,  16,  112, 80,
};
static const uint8_t PCM_FN(alaw_upper)[128] = {
    21,  20, 23,  22,  17, 16, 19, 18, 29, 28, 31, 30, 25, 24, 27, 26, 10, 10, 11,  11,  8,   8,
    9,   9,  14,  14,  15, 15, 12, 12, 13, 13, 86, 82, 94, 90, 70, 66, 78, 74, 118, 114, 126, 122,
    102, 98, 110, 106, 43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55,  53,  1,   1,
    1,   1,  1,   1,   1,  1,  1,  1,  1,  1,  1,  1,  1,  1,  0,  0,  0,  0,  0,   0,   0,   0,
    0,   0,  0,   0,   0,  0,  0,  0,  5,  5,  5,  5,  4,  4,  4,  4,  7,  7,  7,   7,   6,   6,
    6,   6,  2,   2,   2,  2,  2,  2,  2,  2,  3,  3,  3,  3,  3,  3,  3,  3,
};

/* 32 samples, half of what 64 codes give: `words` are magnitudes, codes below 0x80 are negative. */
static PCM_INLINE __m512i PCM_FN(with_sign)(__m512i words, __mmask32 positive) {
    return _mm512_mask_sub_epi16(words, ~positive, ZERO(), words);
}

/* 64 codes to 64 samples. */
static PCM_INLINE void PCM_FN(decode_64)(__m512i code, const uint8_t *lower_table,
                                         const uint8_t *upper_table, __m512i samples[2]) {
    /* Unpacking works on 128 bits apart: the first 64 of each go to one result, the others to the
     * other. */
    const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
    const __mmask64 positive = _mm512_movepi8_mask(code);
    const __m512i index = _mm512_permutexvar_epi64(order, code);
    const __m512i lower =
        _mm512_permutex2var_epi8(LOADU(lower_table), index, LOADU(lower_table + 64));
    const __m512i upper =
        _mm512_permutex2var_epi8(LOADU(upper_table), index, LOADU(upper_table + 64));
    samples[0] = PCM_FN(with_sign)(_mm512_unpacklo_epi8(lower, upper), (__mmask32)positive);
    samples[1] = PCM_FN(with_sign)(_mm512_unpackhi_epi8(lower, upper), (__mmask32)(positive >> 32));
}

/* Whole blocks without masks: these go by port 5 of Intel's cores, which the permutes fill. */
static PCM_INLINE void PCM_FN(decode)(int16_t *dst, const uint8_t *src, size_t count,
                                      const uint8_t *lower_table, const uint8_t *upper_table) {
    __m512i samples[2];
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        PCM_FN(decode_64)(LOADU(src + i), lower_table, upper_table, samples);
        STOREU(dst + i, samples[0]);
        STOREU(dst + i + 32, samples[1]);
    }
    if (i == count)
        return;
    const uint64_t lanes = (UINT64_C(1) << (count - i)) - 1;
    PCM_FN(decode_64)(_mm512_maskz_loadu_epi8(lanes, src + i), lower_table, upper_table, samples);
    _mm512_mask_storeu_epi16(dst + i, (__mmask32)lanes, samples[0]);
    _mm512_mask_storeu_epi16(dst + i + 32, (__mmask32)(lanes >> 32), samples[1]);
}

static void PCM_FN(mulaw_decode)(int16_t *dst, const uint8_t *src, size_t count) {
    PCM_FN(decode)(dst, src, count, PCM_FN(mulaw_lower), PCM_FN(mulaw_upper));
}

static void PCM_FN(alaw_decode)(int16_t *dst, const uint8_t *src, size_t count) {
    PCM_FN(decode)(dst, src, count, PCM_FN(alaw_lower), PCM_FN(alaw_upper));
}
