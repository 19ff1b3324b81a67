/* resample_rows.h - the resampler's block kernel for any vector width: outputs in lanes. */
/* SPDX-License-Identifier: MIT */

/*
 * A template. The file that includes it defines, for its instruction set,
 *
 *   PCM_FN(name)         name with the instruction set's suffix
 *   LANES, LANES_INDEX   4, 8 or 16 lanes of 32 bits; 0, 1 or 2
 *   GROUP_WIDE, GROUP    vectors computed side by side, for which a row of taps is loaded once
 *   vec                  LANES sums of 32 bits
 *   vec_zero(), vec_set(i32), vec_add(a, b), vec_sra(v, count)      the shift is arithmetic
 *   row, row_load(i16 *)            LANES pairs of taps
 *   pair, pair_load(i16 *)          one pair of samples, for all lanes
 *   vec_mac(sum, row, pair)         sum + row[0] * pair[0] + row[1] * pair[1], modulo 2^32
 *   middle, add_middle(sum, middle, tap)                            sum + middle * tap
 *   middle_every2(i16 *)            lane k: sample 2k
 *   middle_every3(i16 *)            lane k: sample 3k
 *   middle_every3_half(i16 *)       lane 2k: sample 3k; lane 2k + 1: 0
 *   store_plain(dst, v)             saturates and stores LANES samples
 *   store_zip2(dst, v, x)           x[k], lane k: 2 * LANES samples
 *   store_zip3(dst, v, x, down)     x[down * k], lanes 2k and 2k + 1: 3 * LANES / 2 samples
 *   store_even(dst, src)            src[0], src[2], ...: LANES samples
 *
 * Why this layout: a row's taps are constant, the samples enter as broadcasts (a load, almost free
 * on x86), the outputs are in order, and no lane is ever summed across. The price is a window
 * longer by the steps of LANES - 1 outputs.
 *
 *   8 -> 16, taps c; the lanes are the outputs between the samples:
 *
 *            lane 0    lane 1    lane 2    lane 3
 *   row 0   c0  c1     -  c0     -  -      -  -      x[0] x[1]
 *   row 1   c2  c3    c1  c2    c0  c1     -  c0     x[2] x[3]
 *   row 2   c4  c5    c3  c4    c2  c3    c1  c2     x[4] x[5]
 *
 * Every row is the one before it, moved by two lanes: one table holds all of them.
 *
 * Sums: the low halves of the taps (scale 2^shift) in one accumulator, the high halves
 * (2^(shift - split)) in another. Neither can overflow, and
 *
 *   (high + (low >> split)) >> (shift - split) = floor((sum + half) / 2^shift),
 *
 * the scalar kernel's result, in whatever order it was added up.
 */

/* Adds rows [from, to) to `count` low sums, and to the high sums where `loud`. */
static PCM_INLINE int PCM_FN(rows)(vec *low, vec *high, int count, int from, int to, int loud,
                                   const int16_t *x, size_t stride, const int16_t *low_row,
                                   const int16_t *high_row, int types,
                                   const pcm_resample_plan *plan) {
    const int slide = 2 * plan->slide, step = plan->step;
    x += from * step;
    low_row -= from * slide;
    high_row -= from * slide;
    for (; from < to; from++, x += step, low_row -= slide, high_row -= slide) {
        for (int type = 0; type < types; type++) {
            const row c = row_load(low_row + type * plan->low_stride);
            const row d = loud ? row_load(high_row + type * plan->high_stride) : c;
            PCM_UNROLL
            for (int b = 0; b < count; b++) {
                const pair samples = pair_load(x + 2 * type + (size_t)b * stride);
                low[b] = vec_mac(low[b], c, samples);
                if (loud)
                    high[b] = vec_mac(high[b], d, samples);
            }
        }
    }
    return to;
}

/*
 * Sums of `count` vectors, each `stride` samples after the one before it. `low_row` and `high_row`
 * point at row 0 of the tables, `centre` at the first middle sample.
 */
static PCM_INLINE void PCM_FN(sums)(vec *high, int count, const int16_t *x, size_t stride,
                                    const int16_t *low_row, const int16_t *high_row,
                                    const int16_t *centre, size_t centre_stride, int types,
                                    pcm_finish finish, const pcm_resample_plan *plan) {
    vec low[GROUP_WIDE];
    const vec half = vec_set(1 << (plan->shift - 1));
    PCM_UNROLL
    for (int b = 0; b < count; b++) {
        low[b] = half;
        high[b] = vec_zero();
        if (finish < PCM_FINISH_CENTRE2)
            continue;
        const int16_t *c = centre + (size_t)b * centre_stride;
        const middle m = finish == PCM_FINISH_CENTRE2   ? middle_every2(c)
                         : finish == PCM_FINISH_CENTRE3 ? middle_every3(c)
                                                        : middle_every3_half(c);
        low[b] = add_middle(low[b], m, plan->centre_low);
        high[b] = add_middle(high[b], m, plan->centre_high);
    }
    const int loud = plan->high_first[LANES_INDEX], quiet = loud + plan->high_rows[LANES_INDEX];
    int done = 0;
    done = PCM_FN(rows)(low, high, count, done, loud, 0, x, stride, low_row, high_row, types, plan);
    done =
        PCM_FN(rows)(low, high, count, done, quiet, 1, x, stride, low_row, high_row, types, plan);
    (void)PCM_FN(rows)(low, high, count, done, plan->rows[LANES_INDEX], 0, x, stride, low_row,
                       high_row, types, plan);
    PCM_UNROLL
    for (int b = 0; b < count; b++)
        high[b] =
            vec_sra(vec_add(high[b], vec_sra(low[b], plan->split)), plan->shift - plan->split);
}

/* Where one vector of a block reads and writes. `at` counts vectors. */
typedef struct lane_io {
    int16_t *dst;
    const int16_t *x;      /* window of lane 0 of vector 0 */
    const int16_t *middle; /* the sample that vector 0's first output coincides with */
    size_t lane_count;     /* in all vectors */
} lane_io;

static PCM_INLINE void PCM_FN(finish)(const lane_io *io, vec v, size_t at, pcm_finish finish,
                                      int down) {
    const size_t first = at * LANES, left = io->lane_count - first;
    /* The last vector may have lanes too many: it goes through memory of its own. */
    int16_t partial[2 * LANES];
    const int whole = left >= LANES;
    if (finish == PCM_FINISH_ZIP2) {
        int16_t *dst = io->dst + 2 * first;
        store_zip2(whole ? dst : partial, v, io->middle + first);
        if (!whole)
            memcpy(dst, partial, 2 * left * sizeof *dst);
    } else if (finish == PCM_FINISH_ZIP3) {
        int16_t *dst = io->dst + 3 * first / 2;
        store_zip3(whole ? dst : partial, v, io->middle + first / 2 * (size_t)down, down);
        if (!whole)
            memcpy(dst, partial, 3 * left / 2 * sizeof *dst);
    } else {
        int16_t *dst = io->dst + first;
        store_plain(whole ? dst : partial, v);
        if (!whole)
            memcpy(dst, partial, left * sizeof *dst);
    }
}

/* A walk over every first, second or third vector. */
typedef struct vector_walk {
    size_t at, every;
    const int16_t *x; /* window of the first lane of vector `at` */
    size_t skip;      /* how far into the tables a vector begins that begins inside a slide */
} vector_walk;

/* Walks on, `count` vectors side by side, for as long as there are as many. */
static PCM_INLINE void PCM_FN(run)(const lane_io *io, vector_walk *walk, int count, int types,
                                   pcm_finish finish, const pcm_resample_plan *plan) {
    const size_t every = walk->every, stride = every * LANES / plan->slide * plan->step;
    const size_t centre_stride = finish == PCM_FINISH_CENTRE2   ? 2 * LANES
                                 : finish == PCM_FINISH_CENTRE3 ? 3 * LANES
                                                                : 3 * LANES / 2;
    const size_t vectors = (io->lane_count + LANES - 1) / LANES;
    for (; walk->at + (size_t)(count - 1) * every < vectors; walk->at += (size_t)count * every) {
        vec sums[GROUP_WIDE];
        /* It would take the macro's name for a statement of its own. */
        /* clang-format off */
        PCM_FN(sums)(sums, count, walk->x, stride, plan->low + walk->skip, plan->high + walk->skip,
                     io->middle + walk->at * centre_stride, centre_stride, types, finish, plan);
        /* clang-format on */
        PCM_UNROLL
        for (int b = 0; b < count; b++)
            PCM_FN(finish)(io, sums[b], walk->at + (size_t)b * every, finish, plan->down);
        walk->x += (size_t)count * stride;
    }
}

static PCM_INLINE void PCM_FN(plan)(const lane_io *io, int types, pcm_finish finish,
                                    const pcm_resample_plan *plan) {
    /* Vectors side by side must begin at the same place of a slide: every third does, where a slide
     * is 3 or 6 lanes. */
    const size_t every = finish == PCM_FINISH_PLAIN && plan->slide % 3 == 0 ? 3 : 1;
    for (size_t first = 0; first < every; first++) {
        const size_t lane = first * LANES;
        vector_walk walk = {first, every, io->x + lane / plan->slide * plan->step,
                            2 * (lane % plan->slide)};
        PCM_FN(run)(io, &walk, GROUP_WIDE, types, finish, plan);
        if (GROUP < GROUP_WIDE)
            PCM_FN(run)(io, &walk, GROUP, types, finish, plan);
        PCM_FN(run)(io, &walk, 1, types, finish, plan);
    }
}

static void PCM_FN(block)(int16_t *dst, const int16_t *x, size_t periods,
                          const pcm_resample_plan *plan) {
    const lane_io io = {dst, x, x + plan->back, periods * plan->lanes};
    switch ((pcm_finish)plan->finish) {
    case PCM_FINISH_PLAIN:
        if (plan->types == 1)
            PCM_FN(plan)(&io, 1, PCM_FINISH_PLAIN, plan);
        else
            PCM_FN(plan)(&io, 3, PCM_FINISH_PLAIN, plan);
        break;
    case PCM_FINISH_ZIP2:
        PCM_FN(plan)(&io, 1, PCM_FINISH_ZIP2, plan);
        break;
    case PCM_FINISH_ZIP3:
        PCM_FN(plan)(&io, 1, PCM_FINISH_ZIP3, plan);
        break;
    case PCM_FINISH_CENTRE2: {
        /* All taps but the middle one are for samples at odd distances from it: x[0], x[2], ... */
        int16_t odd[(PCM_RESAMPLER_HISTORY + PCM_RESAMPLE_BLOCK + PCM_RESAMPLE_SLACK) / 2];
        const size_t count = periods + 2u * plan->rows[LANES_INDEX];
        for (size_t i = 0; i < count; i += LANES)
            store_even(odd + i, x + 2 * i);
        const lane_io split = {dst, odd, io.middle, io.lane_count};
        PCM_FN(plan)(&split, 1, PCM_FINISH_CENTRE2, plan);
        break;
    }
    case PCM_FINISH_CENTRE3:
        PCM_FN(plan)(&io, 1, PCM_FINISH_CENTRE3, plan);
        break;
    case PCM_FINISH_CENTRE32:
        PCM_FN(plan)(&io, 1, PCM_FINISH_CENTRE32, plan);
        break;
    }
}

static size_t PCM_FN(resample)(int16_t *dst, const int16_t *src, size_t count,
                               pcm_resampler *state) {
    return pcm_resample_stream(dst, src, count, state, PCM_FN(block));
}

static size_t PCM_FN(resample_flush)(int16_t *dst, pcm_resampler *state) {
    return pcm_resample_stream_end(dst, state, PCM_FN(block));
}
