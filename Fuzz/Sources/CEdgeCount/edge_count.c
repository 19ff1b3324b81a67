/* edge_count.c - counts the calls that -sanitize-coverage=trace-pc puts at every edge.
 *
 * libFuzzer has a function of that name which does nothing; the linker's --wrap puts this one in its
 * place (scripts/fuzz-decoders). */
/* SPDX-License-Identifier: MIT */
#include "CEdgeCount.h"

static _Thread_local uint64_t edges;

void __wrap___sanitizer_cov_trace_pc(void);
void __wrap___sanitizer_cov_trace_pc(void) {
    edges++;
}

uint64_t edge_count(void) {
    return edges;
}
