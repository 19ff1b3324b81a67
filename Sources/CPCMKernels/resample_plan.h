/* resample_plan.h - what one pair of rates and one filter need: integer taps, also as rows. */
/* SPDX-License-Identifier: MIT */
#ifndef PCM_RESAMPLE_PLAN_H
#define PCM_RESAMPLE_PLAN_H

#include <stdint.h>

enum { PCM_RESAMPLE_PLANS = 12 };

/* How sums become samples. Standard filters leave out taps that are 0 or the whole output. */
typedef enum pcm_finish {
    PCM_FINISH_PLAIN,    /* lanes are the outputs */
    PCM_FINISH_ZIP2,     /* 8 -> 16: an input sample before each lane */
    PCM_FINISH_ZIP3,     /* 8 -> 24, 16 -> 24: an input sample before each two lanes */
    PCM_FINISH_CENTRE2,  /* 16 -> 8: lanes take the odd samples, the middle tap an even one */
    PCM_FINISH_CENTRE3,  /* 24 -> 8: the middle tap takes every third sample */
    PCM_FINISH_CENTRE32, /* 24 -> 16: the same, for every second lane */
} pcm_finish;

/*
 * A period is `up` outputs for `down` inputs. Output r of the period whose first input is x[0] is
 *
 *   sum = sum over -back <= i <= ahead of tap(r * down - i * up) * x[i]
 *   y   = saturate((sum + 2^(shift - 1)) >> shift)
 *
 * where tap(d) is taps[|d|] (symmetric) or taps[d + advance], and 0 outside. That is the scalar
 * kernel, whole.
 *
 * Vectors compute outputs in lanes. With x[0] now the window's first sample (-back), row j holds
 * for each lane the taps of the samples x[step * j + 2 * type] and the one after it. Lane o at row
 * j sees what lane o - slide saw at row j - 1, so one table holds all rows:
 *
 *   row j, lane o = table[o - slide * j]
 *
 * A tap is high * 2^split + low, both int16; only the rows of the loud middle have a high part.
 * Taps are split so that neither sum of an output can leave int32, whatever the input.
 */
typedef struct pcm_resample_plan {
    uint16_t from, to; /* Hz */
    uint8_t up, down;
    uint32_t delay; /* ns */

    const int32_t *taps;
    uint16_t tap_count; /* stored: the middle and one half where symmetric */
    uint8_t symmetric;
    uint8_t advance; /* taps before the one that belongs to d = 0 */
    uint8_t back, ahead;
    uint8_t shift;

    uint8_t split;
    uint8_t finish; /* pcm_finish */
    uint8_t lanes;  /* lanes a period takes */
    uint8_t slide;  /* lanes a row moves by */
    uint8_t step;   /* samples a row moves by (16 -> 8: odd samples) */
    uint8_t types;  /* pairs a row has */
    int16_t centre_low, centre_high;
    const int16_t *low, *high;        /* at row 0, lane 0 */
    uint16_t low_stride, high_stride; /* int16 from one type's table to the next */

    /* For vectors of 4, 8 and 16 lanes: how many rows; which of them have a high part. */
    uint8_t rows[3], high_first[3], high_rows[3];
} pcm_resample_plan;

extern const pcm_resample_plan pcm_resample_plans[PCM_RESAMPLE_PLANS];

#endif
