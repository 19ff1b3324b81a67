/* base64_blocks.h - whole blocks by vectors, the last quantum by the scalar kernel. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over PCM_FN() and
 *
 *   BLOCK_BYTES, BLOCK_TEXT      what a block reads and writes, exactly: 3 bytes for 4 characters
 *   text_from_block(dst, src)
 *   block_from_text(dst, src, &wrong)   adds a mark to `wrong` where a character is not base64
 *   wrong_t, none_wrong(), is_wrong(wrong)
 */

static size_t PCM_FN(base64_encode)(char *dst, const uint8_t *src, size_t bytes) {
    const size_t whole = bytes - bytes % 3;
    if (whole < BLOCK_BYTES)
        return pcm_base64_encode_scalar(dst, src, bytes);
    size_t i = 0, out = 0;
    for (; i + BLOCK_BYTES <= whole; i += BLOCK_BYTES, out += BLOCK_TEXT)
        text_from_block(dst + out, src + i);
    if (i < whole) {
        /* A block that ends where the triples do: what overlaps is written again, the same. */
        i = whole - BLOCK_BYTES;
        text_from_block(dst + i / 3 * 4, src + i);
    }
    const size_t written = whole / 3 * 4;
    return written + pcm_base64_encode_scalar(dst + written, src + whole, bytes - whole);
}

static ptrdiff_t PCM_FN(base64_decode)(uint8_t *dst, const char *src, size_t count,
                                       pcm_base64_padding padding) {
    /* All quanta but the last, which may be padded. */
    const size_t whole = count < 4 ? 0 : (count - 1) / 4 * 4;
    if (whole < BLOCK_TEXT)
        return pcm_base64_decode_scalar(dst, src, count, padding);
    wrong_t wrong = none_wrong();
    size_t i = 0, out = 0;
    for (; i + BLOCK_TEXT <= whole; i += BLOCK_TEXT, out += BLOCK_BYTES)
        block_from_text(dst + out, src + i, &wrong);
    if (i < whole) {
        i = whole - BLOCK_TEXT; /* overlaps, as in encoding */
        block_from_text(dst + i / 4 * 3, src + i, &wrong);
    }
    /* Where it went wrong is for the scalar decoder to say. */
    if (is_wrong(wrong))
        return pcm_base64_decode_scalar(dst, src, count, padding);
    const size_t written = whole / 4 * 3;
    const ptrdiff_t last =
        pcm_base64_decode_scalar(dst + written, src + whole, count - whole, padding);
    if (last < 0)
        return last - (ptrdiff_t)whole; /* ~(position + whole) = ~position - whole */
    return (ptrdiff_t)written + last;
}
