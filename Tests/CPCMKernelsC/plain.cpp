/* plain.cpp - every function of every header, called from C++ (scripts/check-kernels). */
/* SPDX-License-Identifier: MIT */

/*
 * The kernels are compiled as C and this as C++: it links only where a header declares its functions
 * `extern "C"`. What they give is checked by round trips; the digests are digests.c's work.
 */
#include "pcm_base64.h"
#include "pcm_g711.h"
#include "pcm_level.h"
#include "pcm_linear16.h"
#include "pcm_resample.h"

#include "pcm_isa.h"

#include "CPCMKernels.h"

#include <cstdio>
#include <cstring>
#include <vector>

static int failures = 0;

static void expect(bool holds, const char *what) {
    if (holds)
        return;
    std::printf("wrong in C++: %s\n", what);
    failures++;
}

static std::vector<int16_t> saw(size_t count) {
    std::vector<int16_t> samples(count);
    for (size_t i = 0; i < count; i++)
        samples[i] = static_cast<int16_t>(static_cast<int>(i * 641 % 60000) - 30000);
    return samples;
}

static void base64() {
    const uint8_t bytes[] = {0x00, 0x10, 0x83, 0x10, 0x51};
    std::vector<char> text(pcm_base64_encoded_count(sizeof bytes));
    expect(pcm_base64_encode(text.data(), bytes, sizeof bytes) == 8, "pcm_base64_encode");
    expect(std::memcmp(text.data(), "ABCDEFE=", 8) == 0, "base64 text");
    std::vector<uint8_t> back(pcm_base64_decoded_capacity(text.size()));
    const ptrdiff_t count =
        pcm_base64_decode(back.data(), text.data(), text.size(), PCM_BASE64_PADDING_REQUIRED);
    expect(count == 5 && std::memcmp(back.data(), bytes, 5) == 0, "pcm_base64_decode");
}

static void g711() {
    const std::vector<int16_t> samples = saw(320);
    std::vector<uint8_t> codes(320), again(320);
    std::vector<int16_t> heard(320);
    pcm_mulaw_encode(codes.data(), samples.data(), 320);
    pcm_mulaw_decode(heard.data(), codes.data(), 320);
    pcm_mulaw_encode(again.data(), heard.data(), 320);
    expect(codes == again, "mu-law");
    pcm_alaw_encode(codes.data(), samples.data(), 320);
    pcm_alaw_decode(heard.data(), codes.data(), 320);
    pcm_alaw_encode(again.data(), heard.data(), 320);
    expect(codes == again, "A-law");
}

static void samples() {
    const std::vector<int16_t> from = saw(320);
    std::vector<int16_t> to(320);
    std::vector<uint8_t> bytes(640);
    std::vector<float> floats(320);
    pcm_linear16_encode(bytes.data(), from.data(), 320);
    pcm_linear16_decode(to.data(), bytes.data(), 320);
    expect(from == to, "linear16");
    pcm_float32_from_int16(floats.data(), from.data(), 320);
    pcm_int16_from_float32(to.data(), floats.data(), 320);
    expect(from == to, "float32");
    pcm_gain(to.data(), from.data(), 320, PCM_GAIN_UNITY);
    expect(from == to, "pcm_gain");
    const int32_t unity = PCM_GAIN_UNITY << PCM_FADE_SHIFT;
    expect(pcm_fade(to.data(), from.data(), 320, unity, 0) == unity && from == to, "pcm_fade");
    expect(pcm_level(from.data(), 320).peak == 30000, "pcm_level");
}

static void resampling() {
    const std::vector<int16_t> from = saw(320);
    pcm_resampler state;
    expect(pcm_resampler_init(&state, 8000, 16000, PCM_FILTER_STANDARD), "pcm_resampler_init");
    expect(pcm_resampler_delay(&state) > 0, "pcm_resampler_delay");
    std::vector<int16_t> to(pcm_resample_bound(&state, 320) + pcm_resample_bound(&state, 0));
    const size_t due = pcm_resample_count(&state, 320), tail = pcm_resample_tail(&state, 320);
    const size_t given = pcm_resample(to.data(), from.data(), 320, &state);
    const size_t rest = pcm_resample_flush(to.data() + given, &state);
    expect(given == due && rest == tail && given + rest == 640, "pcm_resample");
    pcm_resampler_reset(&state);
}

int main() {
    base64();
    g711();
    samples();
    resampling();
    const pcm_kernels *best = pcm_kernels_best();
    expect(best != nullptr && pcm_kernels_for(best->isa) == best, "pcm_kernels_for");
    if (failures == 0)
        std::printf("%s\n", best->name);
    return failures == 0 ? 0 : 1;
}
