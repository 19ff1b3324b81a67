/* base64_avx512.h - base64 in 512 bits: one byte permute is a whole table. See also base64.h. */
/* SPDX-License-Identifier: MIT */

/*
 * Source: W. Mula, D. Lemire, Base64 encoding and decoding at almost the speed of a memory copy,
 * 2019.
 *
 * 48 bytes become 64 characters. One permute lays each triple out as b a c b, as the narrower
 * versions do. The multishift cuts each result byte out of its 64-bit lane, from a bit of its own
 * on; two bits too many stay, which the second permute, of 64 entries, does not look at:
 *
 *   bbbbcccc ccdddddd aaaaaabb bbbbcccc    most significant byte first
 *                     aaaaaabb             from bit 10 on: a, b from 4, c from 22, d from 16
 */
static PCM_INLINE __m512i PCM_FN(characters)(__m512i v) {
    static const uint8_t order[64] = {
        1,  0,  2,  1,  4,  3,  5,  4,  7,  6,  8,  7,  10, 9,  11, 10, 13, 12, 14, 13, 16, 15,
        17, 16, 19, 18, 20, 19, 22, 21, 23, 22, 25, 24, 26, 25, 28, 27, 29, 28, 31, 30, 32, 31,
        34, 33, 35, 34, 37, 36, 38, 37, 40, 39, 41, 40, 43, 42, 44, 43, 46, 45, 47, 46};
    static const char alphabet[65] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const __m512i positions = _mm512_set1_epi64(0x3036242A1016040A);
    const __m512i triples = _mm512_permutexvar_epi8(_mm512_loadu_si512(order), v);
    return _mm512_permutexvar_epi8(_mm512_multishift_epi64_epi8(positions, triples),
                                   _mm512_loadu_si512(alphabet));
}

/* The lowest `count` bits, 0 to 64. */
static PCM_INLINE __mmask64 PCM_FN(lowest)(size_t count) {
    return count < 64 ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0);
}

static size_t PCM_FN(base64_encode)(char *dst, const uint8_t *src, size_t bytes) {
    size_t i = 0, out = 0;
    /* 64 bytes are loaded for 48, so the last block is left to the masked loads below. */
    for (; i + 64 <= bytes; i += 48, out += 64)
        _mm512_storeu_si512(dst + out, PCM_FN(characters)(_mm512_loadu_si512(src + i)));
    while (i < bytes) {
        const size_t left = bytes - i < 48 ? bytes - i : 48;
        const __m512i v = _mm512_maskz_loadu_epi8(PCM_FN(lowest)(left), src + i);
        const size_t data = (left * 4 + 2) / 3, written = (left + 2) / 3 * 4;
        const __m512i text = _mm512_mask_mov_epi8(_mm512_set1_epi8('='), PCM_FN(lowest)(data),
                                                  PCM_FN(characters)(v));
        _mm512_mask_storeu_epi8(dst + out, PCM_FN(lowest)(written), text);
        i += left;
        out += written;
    }
    return out;
}

/* The value of each character; bit 7 of `wrong` is set for those outside the alphabet. */
static PCM_INLINE __m512i PCM_FN(values)(__m512i text, __m512i *wrong) {
    /* The permute looks at seven bits; bit 7 of the text itself marks what is no ASCII. */
    const __m512i v = _mm512_permutex2var_epi8(_mm512_loadu_si512(pcm_base64_values), text,
                                               _mm512_loadu_si512(pcm_base64_values + 64));
    *wrong = _mm512_ternarylogic_epi32(*wrong, v, text, 0xFE); /* wrong | v | text */
    return v;
}

/* 48 bytes in order, from four values a lane. */
static PCM_INLINE __m512i PCM_FN(triples)(__m512i value) {
    static const uint8_t order[64] = {2,  1,  0,  6,  5,  4,  10, 9,  8,  14, 13, 12,
                                      18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28,
                                      34, 33, 32, 38, 37, 36, 42, 41, 40, 46, 45, 44,
                                      50, 49, 48, 54, 53, 52, 58, 57, 56, 62, 61, 60};
    const __m512i pairs = _mm512_maddubs_epi16(value, _mm512_set1_epi32(0x01400140));
    const __m512i lanes = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));
    return _mm512_permutexvar_epi8(_mm512_loadu_si512(order), lanes);
}

static ptrdiff_t PCM_FN(base64_decode)(uint8_t *dst, const char *src, size_t count,
                                       pcm_base64_padding padding) {
    if (count == 0)
        return 0;
    /* The characters without their padding. Any other '=' is outside the alphabet. */
    const size_t last = count % 4;
    size_t data = count;
    if (last == 0)
        data -= src[count - 1] == '=' ? 1 + (size_t)(src[count - 2] == '=') : 0;
    else if (padding == PCM_BASE64_PADDING_REQUIRED || last == 1)
        return pcm_base64_decode_scalar(dst, src, count, padding);
    __m512i wrong = _mm512_setzero_si512();
    size_t i = 0, out = 0;
    /* 64 bytes are stored for 48: 88 characters make 66, and the 24 after this block write the
     * other 16 again. */
    for (; i + 88 <= data; i += 64, out += 48) {
        const __m512i v = PCM_FN(values)(_mm512_loadu_si512(src + i), &wrong);
        _mm512_storeu_si512(dst + out, PCM_FN(triples)(v));
    }
    while (i < data) {
        const size_t left = data - i < 64 ? data - i : 64;
        const __m512i text =
            _mm512_mask_loadu_epi8(_mm512_set1_epi8('A'), PCM_FN(lowest)(left), src + i);
        const __m512i v = PCM_FN(triples)(PCM_FN(values)(text, &wrong));
        const size_t written = left * 3 / 4;
        _mm512_mask_storeu_epi8(dst + out, PCM_FN(lowest)(written), v);
        i += left;
        out += written;
    }
    /* Bits that the last character does not use: 4 of the second in a quantum, 2 of the third. */
    const uint8_t unused = data % 4 == 2 ? 15 : data % 4 == 3 ? 3 : 0;
    const int bad = (pcm_base64_values[(uint8_t)src[data - 1]] & unused) != 0;
    if (bad || _mm512_movepi8_mask(wrong) != 0)
        return pcm_base64_decode_scalar(dst, src, count, padding);
    return (ptrdiff_t)out;
}
