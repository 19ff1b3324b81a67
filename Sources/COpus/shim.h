/* shim.h - the encoder of libopus, and what Swift cannot import: its requests are variadic. */
/* SPDX-License-Identifier: MIT */
#include <opus.h>

static inline int sidetone_opus_set_bitrate(OpusEncoder *encoder, opus_int32 bits_a_second) {
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits_a_second));
}

static inline int sidetone_opus_set_complexity(OpusEncoder *encoder, opus_int32 complexity) {
    return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}

/* Samples, at the encoder's rate, by which what is decoded comes late. */
static inline int sidetone_opus_lookahead(OpusEncoder *encoder, opus_int32 *sample_count) {
    return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(sample_count));
}
