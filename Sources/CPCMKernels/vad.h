/* vad.h - the voice detector for any instruction set. */
/* SPDX-License-Identifier: MIT */

/*
 * A template over PCM_FN and
 *
 *   vad_products_few(dst, matrix, x)            the sums of a matrix with one column
 *   vad_products(dst, matrix, x, stride, n)     with n columns, x + stride * k, 2 or 4 of them
 *   vad_magnitudes(dst, re, im, count)          the roots of re^2 + im^2, to nearest
 *
 * Sums are exact but for what PCM_VAD_DROP rounds off each run, the same for all. Whatever else
 * there is to do is plain C, integers only: each value has one exponent with all others of its
 * layer, value = integer * 2^exponent.
 */

/* Bits that the magnitudes of values need. */
static PCM_INLINE int PCM_FN(vad_bits)(uint32_t all) {
    return all == 0 ? 0 : 32 - __builtin_clz(all);
}

/* One frame, windowed and folded twice: what the even and the odd bins' cosines and sines take. */
static PCM_INLINE void PCM_FN(vad_fold)(int16_t folded[4][72], const int16_t *x,
                                        const pcm_vad_network *net, int shift) {
    const int n = net->size, half = n / 2, quarter = n / 4;
    const int32_t round = 1 << (shift - 1);
    int32_t y[256];
    for (int i = 0; i < n; i++)
        y[i] = x[i] * net->window[i];
    int32_t even[129], odd[129];
    even[0] = y[0];
    odd[0] = 0;
    for (int i = 1; i < half; i++) {
        even[i] = y[i] + y[n - i];
        odd[i] = y[i] - y[n - i];
    }
    even[half] = y[half];
    odd[half] = 0;
    for (int i = 0; i <= quarter; i++) {
        /* The sample in the middle meets itself. */
        const int32_t e = i < quarter ? even[half - i] : 0, o = i < quarter ? odd[half - i] : 0;
        const int32_t sums[4] = {even[i] + e, even[i] - e, odd[i] - o, odd[i] + o};
        for (int k = 0; k < 4; k++) {
            const int32_t v = (sums[k] + round) >> shift;
            folded[k][i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
        }
    }
    for (int k = 0; k < 4; k++)
        folded[k][quarter + 1] = 0;
}

/* A rounding may have made it 2^15. */
static PCM_INLINE int32_t PCM_FN(vad_limited)(int32_t v) {
    return v > INT16_MAX ? INT16_MAX : v < -INT16_MAX ? -INT16_MAX : v;
}

/*
 * The magnitudes of the four spectra of a window: bins as channels, zeros before and after.
 *
 * Returns their exponent.
 */
static int PCM_FN(vad_spectra)(int16_t *dst, size_t channels, const int16_t *samples,
                               const pcm_vad_network *net) {
    const int n = net->size, hop = n / 2, quarter = n / 4, length = 2 * n + quarter;
    int16_t x[640];
    memcpy(x, samples, (size_t)length * sizeof *x);
    for (int i = 0; i < quarter; i++)
        x[length + i] = x[length - 2 - i];
    uint32_t all = 0;
    for (int i = 0; i < length; i++) {
        const int32_t sample = x[i];
        all |= (uint32_t)(sample < 0 ? -sample : sample);
    }
    /* Up to 14 bits: twice that in a fold, 8 of a run and 13 bits of cosines make 31. */
    const int up = all == 0 ? 0 : 14 - PCM_FN(vad_bits)(all);
    int16_t folded[4][PCM_VAD_FRAMES][72];
    int32_t nyquist[PCM_VAD_FRAMES];
    for (int t = 0; t < PCM_VAD_FRAMES; t++) {
        int16_t frame[4][72];
        PCM_FN(vad_fold)(frame, x + t * hop, net, 14 - up);
        nyquist[t] = 0;
        for (int i = 0; i <= quarter; i++)
            nyquist[t] += i % 2 == 0 ? frame[0][i] : -frame[0][i];
        nyquist[t] *= 1 << (PCM_VAD_COSINE - PCM_VAD_DROP);
        for (int k = 0; k < 4; k++)
            memcpy(folded[k][t], frame[k], sizeof frame[k]);
    }
    int32_t sums[4][PCM_VAD_FRAMES * 64];
    for (int k = 0; k < 4; k++)
        PCM_FN(vad_transform)(sums[k], &net->transform[k], folded[k][0], 72);
    all = 0;
    for (int t = 0; t < PCM_VAD_FRAMES; t++)
        all |= (uint32_t)(nyquist[t] < 0 ? -nyquist[t] : nyquist[t]);
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < PCM_VAD_FRAMES * quarter; i++)
            all |= (uint32_t)(sums[k][i] < 0 ? -sums[k][i] : sums[k][i]);
    /* Parts of 15 bits have roots of 16 at most: all lose the last one then. */
    const int bits = PCM_FN(vad_bits)(all), down = bits > 15 ? bits - 15 : 0;
    const int32_t round = down > 0 ? 1 << (down - 1) : 0;
    int32_t roots[PCM_VAD_FRAMES][2][64];
    all = 0;
    for (int t = 0; t < PCM_VAD_FRAMES; t++) {
        for (int p = 0; p < 2; p++) {
            int32_t re[64], im[64];
            for (int i = 0; i < quarter; i++) {
                const int32_t cosine = (sums[p][t * quarter + i] + round) >> down;
                const int32_t sine = (sums[p + 2][t * quarter + i] + round) >> down;
                re[i] = PCM_FN(vad_limited)(cosine);
                im[i] = PCM_FN(vad_limited)(sine);
            }
            PCM_FN(vad_magnitudes)(roots[t][p], re, im, quarter);
            for (int i = 0; i < quarter; i++)
                all |= (uint32_t)roots[t][p][i];
        }
        nyquist[t] = (nyquist[t] + round) >> down;
        nyquist[t] = nyquist[t] < 0 ? -nyquist[t] : nyquist[t];
        all |= (uint32_t)nyquist[t];
    }
    const int last = all > INT16_MAX;
    memset(dst, 0, (PCM_VAD_FRAMES + 2) * channels * sizeof *dst);
    for (int t = 0; t < PCM_VAD_FRAMES; t++) {
        int16_t *out = dst + (size_t)(t + 1) * channels;
        for (int i = 0; i < 2 * quarter; i++)
            out[i] = (int16_t)((roots[t][i % 2][i / 2] + last) >> last);
        out[2 * quarter] = (int16_t)((nyquist[t] + last) >> last);
    }
    return last + down + PCM_VAD_DROP - PCM_VAD_COSINE - up - 15;
}

/* v / 2^shift to nearest, for shifts from 1 on. */
static PCM_INLINE int32_t PCM_FN(vad_rounded)(int32_t v, int shift) {
    return shift > 31 ? 0 : ((v >> (shift - 1)) + 1) >> 1;
}

/*
 * Adds biases to sums, cuts below 0, and brings all to 15 bits. `columns` columns of `matrix->rows`
 * sums become as many rows of channels.
 *
 * Returns the exponent of the result.
 */
static int PCM_FN(vad_activate)(int16_t *dst, int32_t *sums, const pcm_vad_matrix *matrix,
                                int columns, int exponent) {
    /* Both parts lose a bit at least, so that they can be added. */
    const int widest = exponent + PCM_VAD_DROP - matrix->least_scale;
    const int common = (widest > -matrix->bias_scale ? widest : -matrix->bias_scale) + 1;
    const int bias_shift = common + matrix->bias_scale;
    uint32_t all = 0;
    for (int c = 0; c < columns; c++) {
        int32_t *column = sums + c * matrix->rows;
        for (int i = 0; i < matrix->rows; i++) {
            const int shift = common - (exponent + PCM_VAD_DROP - matrix->scales[i]);
            const int32_t v = PCM_FN(vad_rounded)(column[i], shift) +
                              PCM_FN(vad_rounded)(matrix->biases[i], bias_shift);
            column[i] = v > 0 ? v : 0;
            all |= (uint32_t)column[i];
        }
    }
    const int bits = PCM_FN(vad_bits)(all), down = bits > 15 ? bits - 15 : 0;
    const int32_t round = down > 0 ? 1 << (down - 1) : 0;
    for (int i = 0; i < columns * matrix->rows; i++) {
        const int32_t v = (int32_t)(((uint32_t)sums[i] + (uint32_t)round) >> down);
        dst[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v);
    }
    return common + down;
}

/* tanh of x / 2^(6 + shift), scaled by 2^24: straight lines between 1,024 points. */
static PCM_INLINE int32_t PCM_FN(vad_tanh)(int32_t x, int shift) {
    const int32_t size = x < 0 ? -x : x, most = (512 << shift) - 1, a = size < most ? size : most;
    const int32_t i = a >> shift, part = (a & ((1 << shift) - 1)) >> (shift - 8);
    const int32_t low = pcm_vad_tanh[i], high = pcm_vad_tanh[i + 1];
    const int32_t y = low + (((high - low) * part + 128) >> 8);
    return x < 0 ? -y : y;
}

/* The logistic function of x / 2^20, scaled by 2^24. */
static PCM_INLINE int32_t PCM_FN(vad_logistic)(int32_t x) {
    return ((1 << 24) + PCM_FN(vad_tanh)(x, 15)) >> 1;
}

/* One step of the LSTM. The input's part of a gate is limited to 512, where nothing changes any more. */
static void PCM_FN(vad_remember)(pcm_vad_state *state, const int16_t *x, int exponent,
                                 const pcm_vad_network *net) {
    enum { GATES = 4 * PCM_VAD_CELLS };
    int32_t from_input[GATES], gate[GATES];
    PCM_FN(vad_one)(from_input, &net->input, x);
    PCM_FN(vad_one)(gate, &net->hidden, state->hidden);
    for (int i = 0; i < GATES; i++) {
        const int up = 20 + exponent + PCM_VAD_DROP - net->input.scales[i];
        const int64_t wide = up > 0 ? (int64_t)from_input[i] * (INT64_C(1) << (up < 30 ? up : 30))
                                    : from_input[i] >> (up > -31 ? -up : 31);
        const int32_t limit = 1 << 29;
        const int32_t part = (int32_t)(wide > limit ? limit : wide < -limit ? -limit : wide);
        /* 15 bits of the hidden state and the row's own scale, less what was dropped, to 20. */
        const int down = 15 + net->hidden.scales[i] - PCM_VAD_DROP - 20;
        gate[i] = part + (gate[i] >> (down < 31 ? down : 31)) + net->gates[i];
    }
    for (int i = 0; i < PCM_VAD_CELLS; i++) {
        const int64_t in = PCM_FN(vad_logistic)(gate[i]);
        const int64_t keep = PCM_FN(vad_logistic)(gate[i + PCM_VAD_CELLS]);
        const int32_t fresh = PCM_FN(vad_tanh)(gate[i + 2 * PCM_VAD_CELLS], 14);
        const int64_t out = PCM_FN(vad_logistic)(gate[i + 3 * PCM_VAD_CELLS]);
        const int64_t cell =
            ((keep * state->cells[i] + (1 << 23)) >> 24) + ((in * fresh + (1 << 27)) >> 28);
        const int32_t limit = 1 << 30;
        state->cells[i] = (int32_t)(cell > limit ? limit : cell < -limit ? -limit : cell);
        const int64_t shown = out * PCM_FN(vad_tanh)(state->cells[i], 14);
        state->hidden[i] =
            (int16_t)PCM_FN(vad_limited)((int32_t)((shown + (INT64_C(1) << 32)) >> 33));
    }
}

/* The probability of the window that the state holds. */
static uint16_t PCM_FN(vad_window)(pcm_vad_state *state) {
    const pcm_vad_network *net = &pcm_vad_networks[state->rate == 16];
    const size_t bins = net->size / 2u + 2;
    /* A frame of zeros before and after those of each layer that looks to both sides. */
    int16_t a[6 * PCM_VAD_BINS], b[6 * 128];
    int32_t sums[PCM_VAD_FRAMES * 128];
    int exponent = PCM_FN(vad_spectra)(a, bins, state->samples, net);
    PCM_FN(vad_four)(sums, &net->layers[0], a, bins);
    memset(b, 0, sizeof b);
    exponent = PCM_FN(vad_activate)(b + 128, sums, &net->layers[0], 4, exponent);
    PCM_FN(vad_two)(sums, &net->layers[1], b, 256);
    exponent = PCM_FN(vad_activate)(a, sums, &net->layers[1], 2, exponent);
    PCM_FN(vad_one)(sums, &net->layers[2], a);
    exponent = PCM_FN(vad_activate)(b, sums, &net->layers[2], 1, exponent);
    PCM_FN(vad_one)(sums, &net->layers[3], b);
    exponent = PCM_FN(vad_activate)(a, sums, &net->layers[3], 1, exponent);
    PCM_FN(vad_remember)(state, a, exponent, net);
    int64_t sum = 0;
    for (int i = 0; i < PCM_VAD_CELLS; i++)
        sum += (state->hidden[i] > 0 ? state->hidden[i] : 0) * net->output[i];
    return (uint16_t)((PCM_FN(vad_logistic)((int32_t)(sum >> 7) + net->output_bias) + 256) >> 9);
}

static size_t PCM_FN(vad_stream)(uint16_t *dst, const int16_t *src, size_t count,
                                 pcm_vad_state *state) {
    if (state->rate != 8 && state->rate != 16)
        return 0;
    const size_t before = 4u * state->rate, whole = 36u * state->rate;
    size_t given = 0;
    while (count > 0) {
        const size_t room = whole - state->fill, taken = count < room ? count : room;
        memcpy(state->samples + state->fill, src, taken * sizeof *src);
        state->fill = (uint16_t)(state->fill + taken);
        src += taken;
        count -= taken;
        if (state->fill < whole)
            break;
        dst[given++] = PCM_FN(vad_window)(state);
        memcpy(state->samples, state->samples + whole - before, before * sizeof *src);
        memset(state->samples + before, 0, (whole - before) * sizeof *src);
        state->fill = (uint16_t)before;
    }
    return given;
}
