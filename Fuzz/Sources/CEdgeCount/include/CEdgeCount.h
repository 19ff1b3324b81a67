/* CEdgeCount.h - how many edges of instrumented code this thread has run through. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* Grows by one at each edge of code that was built with -sanitize-coverage=trace-pc: what an input
 * costs, the same on every machine and under any load.  Stays 0 in a build without it. */
uint64_t edge_count(void);
