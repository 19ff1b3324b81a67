/* g711.h - mu-law and A-law by counting leading zeros and shifting by lane. */
/* SPDX-License-Identifier: MIT */

/*
 * s, the segment counted from 1, is the highest bit of the (biased) magnitude m, less 4; m >> s is
 * the mantissa with its leading 1. The code is 16 * s + (m >> s) less a constant: see x86/g711.h.
 */
static PCM_INLINE uint8x8_t codes_neon(int16x8_t x, int is_mulaw) {
    int16x8_t m;
    if (is_mulaw)
        m = vaddq_s16(vminq_s16(vabsq_s16(vshrq_n_s16(x, 2)), vdupq_n_s16(8158)), vdupq_n_s16(33));
    else
        m = vshrq_n_s16(veorq_s16(x, vshrq_n_s16(x, 15)), 3);
    const int16x8_t s = vmaxq_s16(vsubq_s16(vdupq_n_s16(11), vclzq_s16(m)), vdupq_n_s16(1));
    const int16x8_t sum = vaddq_s16(vshlq_n_s16(s, 4), vshlq_s16(m, vnegq_s16(s)));
    const uint8x8_t code =
        vmovn_u16(vreinterpretq_u16_s16(vsubq_s16(sum, vdupq_n_s16(is_mulaw ? 32 : 16))));
    const uint8x8_t sign = vand_u8(vshrn_n_u16(vreinterpretq_u16_s16(x), 8), vdup_n_u8(0x80));
    return veor_u8(veor_u8(code, vdup_n_u8(is_mulaw ? 0xFF : 0xD5)), sign);
}

static PCM_INLINE void encode_neon(uint8_t *dst, const int16_t *src, size_t count, int is_mulaw) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        vst1_u8(dst + i, codes_neon(vld1q_s16(src + i), is_mulaw));
    if (i == count)
        return;
    int16_t in[8] = {0};
    uint8_t out[8];
    memcpy(in, src + i, (count - i) * sizeof *src);
    vst1_u8(out, codes_neon(vld1q_s16(in), is_mulaw));
    memcpy(dst + i, out, count - i);
}

static void mulaw_encode_neon(uint8_t *dst, const int16_t *src, size_t count) {
    encode_neon(dst, src, count, 1);
}

static void alaw_encode_neon(uint8_t *dst, const int16_t *src, size_t count) {
    encode_neon(dst, src, count, 0);
}

static PCM_INLINE int16x8_t samples_neon(uint8x8_t stored, int is_mulaw) {
    const uint8x8_t code = veor_u8(stored, vdup_n_u8(is_mulaw ? 0xFF : 0x55));
    const int16x8_t e = vreinterpretq_s16_u16(vmovl_u8(vand_u8(vshr_n_u8(code, 4), vdup_n_u8(7))));
    const int16x8_t m = vreinterpretq_s16_u16(vmovl_u8(vand_u8(code, vdup_n_u8(15))));
    int16x8_t magnitude;
    if (is_mulaw) {
        const int16x8_t biased = vaddq_s16(vshlq_n_s16(m, 3), vdupq_n_s16(132));
        magnitude = vsubq_s16(vshlq_s16(biased, e), vdupq_n_s16(132));
    } else {
        /* Segment 0 has no leading 1; the others have, at 256, and are shifted by one less. */
        const int16x8_t leading =
            vreinterpretq_s16_u16(vandq_u16(vcgtq_s16(e, vdupq_n_s16(0)), vdupq_n_u16(256)));
        const int16x8_t mantissa = vaddq_s16(vshlq_n_s16(m, 4), vaddq_s16(leading, vdupq_n_s16(8)));
        magnitude = vshlq_s16(mantissa, vmaxq_s16(vsubq_s16(e, vdupq_n_s16(1)), vdupq_n_s16(0)));
    }
    /* The sign bit of the code as stored is set for positive samples. */
    const int16x8_t negative =
        vreinterpretq_s16_u16(vcltq_u16(vmovl_u8(stored), vdupq_n_u16(0x80)));
    return vsubq_s16(veorq_s16(magnitude, negative), negative);
}

static PCM_INLINE void decode_neon(int16_t *dst, const uint8_t *src, size_t count, int is_mulaw) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        vst1q_s16(dst + i, samples_neon(vld1_u8(src + i), is_mulaw));
    if (i == count)
        return;
    uint8_t in[8] = {0};
    int16_t out[8];
    memcpy(in, src + i, count - i);
    vst1q_s16(out, samples_neon(vld1_u8(in), is_mulaw));
    memcpy(dst + i, out, (count - i) * sizeof *dst);
}

static void mulaw_decode_neon(int16_t *dst, const uint8_t *src, size_t count) {
    decode_neon(dst, src, count, 1);
}

static void alaw_decode_neon(int16_t *dst, const uint8_t *src, size_t count) {
    decode_neon(dst, src, count, 0);
}
