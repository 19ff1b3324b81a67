/* shim.h - libspeexdsp: the resampler for rates outside 8, 16 and 24 kHz, echo cancelling, noise suppression. */
/* SPDX-License-Identifier: MIT */
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <speex/speex_resampler.h>
#include <stdint.h>

/*
 * Numbers too small for a whole mantissa count as 0 on this thread from here on; gives back how they counted
 * before. A processor takes a hundred times as long for them, and a filter that forgets in silence holds
 * nothing else.
 */
static inline uint64_t sidetone_ignore_subnormals(void) {
#if defined(__x86_64__)
    const uint32_t before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | 0x8040);
    return before;
#elif defined(__aarch64__)
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (uint64_t)1 << 24));
    return before;
#else
    return 0;
#endif
}

/* Numbers count again as they did. */
static inline void sidetone_restore_subnormals(uint64_t before) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr((uint32_t)before);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
    (void)before;
#endif
}
