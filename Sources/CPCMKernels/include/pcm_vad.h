/* pcm_vad.h - how probable it is that somebody speaks: the Silero VAD network in integers. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_VAD_H
#define PCM_VAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PCM_VAD_CERTAIN = 32768, /* a probability of 1 */
    PCM_VAD_SAMPLES = 576,   /* the longest window with what precedes it */
    PCM_VAD_CELLS = 128,
};

/*
 * The state of one stream: plain data without pointers, so it may be copied, stored and compared as
 * bytes. Set up by pcm_vad_init(); its members are nobody else's business.
 */
typedef struct pcm_vad_state {
    uint16_t rate;                    /* in kHz, 0 before pcm_vad_init() */
    uint16_t fill;                    /* samples of `samples` that are there */
    int16_t samples[PCM_VAD_SAMPLES]; /* the end of the window before, then the current window */
    int16_t hidden[PCM_VAD_CELLS];    /* of the LSTM, scaled by 2^15 */
    int32_t cells[PCM_VAD_CELLS];     /* of the LSTM, scaled by 2^20 */
} pcm_vad_state;

/*
 * pcm_vad_init() - prepares a stream of `rate` samples a second.
 *
 * Returns false, leaving a state that takes nothing and gives nothing, unless the rate is 8000 or
 * 16000.
 */
bool pcm_vad_init(pcm_vad_state *state, uint32_t rate);

/* pcm_vad_reset() - forgets all samples and all speech, as if just initialised. */
void pcm_vad_reset(pcm_vad_state *state);

/* pcm_vad_count() - the probabilities that pcm_vad() will give for `count` samples, exactly. */
size_t pcm_vad_count(const pcm_vad_state *state, size_t count);

/*
 * pcm_vad() - takes the next samples of a stream and judges each window of 32 ms that they complete.
 *
 *   dst    uint16[pcm_vad_count(state, count)]   probabilities of speech, 0 to PCM_VAD_CERTAIN  out
 *   src    int16[count]                                                                         in
 *   state  the current window and what the network remembers                                    in/out
 *
 * Returns the probabilities written. Window k is samples 512 k to 512 k + 511 at 16 kHz, 256 k to
 * 256 k + 255 at 8 kHz.
 *
 * The weights and the network are those of Silero VAD 6.2 (MIT, https://github.com/snakers4/silero-vad)
 * rounded to 16 bits by scripts/generate-vad. All arithmetic is in integers; activations share an
 * exponent a layer, so that quiet speech is heard as exactly as loud speech. How near it comes to the
 * model: scripts/compare-vad.
 */
typedef size_t pcm_vad_fn(uint16_t *dst, const int16_t *src, size_t count, pcm_vad_state *state);
pcm_vad_fn pcm_vad;

#ifdef __cplusplus
}
#endif

#endif
