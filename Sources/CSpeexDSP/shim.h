/* shim.h - the resampler of libspeexdsp, for rates outside 8, 16 and 24 kHz. */
/* SPDX-License-Identifier: MIT */
#include <speex/speex_resampler.h>
