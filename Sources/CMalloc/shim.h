/* shim.h - glibc's account of its own heap, which Swift's Glibc module leaves out. */
/* SPDX-License-Identifier: MIT */
#include <malloc.h>
