/* shim.h - libspeexdsp: the resampler for rates outside 8, 16 and 24 kHz, echo cancelling, noise suppression. */
/* SPDX-License-Identifier: MIT */
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <speex/speex_resampler.h>
