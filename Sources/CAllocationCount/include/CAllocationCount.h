/* CAllocationCount.h - counts this thread's heap allocations, for tests and benchmarks only. */
/* SPDX-License-Identifier: MIT */
#ifndef CALLOCATIONCOUNT_H
#define CALLOCATIONCOUNT_H

#include <stdbool.h>
#include <stdint.h>

/* Allocations (malloc, calloc, realloc, aligned forms) made by the calling thread so far. */
uint64_t allocation_count(void);

/* False under the sanitizers, which own malloc themselves: nothing is counted then. */
bool allocation_counting_works(void);

#endif
