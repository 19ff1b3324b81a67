/* CPCMKernels.h - telephone audio in C: base64, G.711, int16, resampling, level,
 * voice activity. */
/* SPDX-License-Identifier: MIT */
#ifndef CPCMKERNELS_H
#define CPCMKERNELS_H

/*
 * Conventions
 *
 *   Samples    int16_t, mono, native endian unless a name says linear16 (16-bit little-endian bytes).
 *   Order      dst, src, counts, options, state. `count` counts samples (characters for base64 text),
 *              `bytes` bytes.
 *   Direction  encode is towards the wire, decode towards samples.
 *   Memory     Nothing is read past src[count] or written past what a function says it returns. Any
 *              alignment will do. dst and src must not overlap, except where a function says that they
 *              may be equal. A pointer may be NULL where its count is 0.
 *   Effects    No function allocates, blocks, fails for want of a resource or touches errno. The only
 *              global is the table that pcm_kernels_best() chose. All functions may run on any thread;
 *              a state belongs to one at a time.
 *   Exact      Every instruction set gives the same bits, and so does every way of cutting a stream
 *              into calls. The scalar functions are the specification.
 *
 * A plain function (pcm_mulaw_encode) runs the best version for this CPU;
 * pcm_kernels_for(isa)->mulaw_encode runs one that the caller names.
 */
#include "pcm_base64.h"
#include "pcm_g711.h"
#include "pcm_isa.h"
#include "pcm_level.h"
#include "pcm_linear16.h"
#include "pcm_resample.h"
#include "pcm_vad.h"

#endif
