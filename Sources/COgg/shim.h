/* shim.h - the pages of libogg. */
/* SPDX-License-Identifier: MIT */
#include <ogg/ogg.h>
