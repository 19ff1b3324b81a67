"""Detectors and enhancement: the model's probabilities, keys of known times, libspeexdsp called from here."""

import ctypes
import math
import random

import numpy as np

import signals
from folder import little_endian

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
DENOISE, AGC, NOISE_SUPPRESS, ECHO_SUPPRESS, ECHO_SUPPRESS_ACTIVE = 0, 2, 18, 20, 22


def keys(rate):
    """All 16 keys, 45 to 120 ms each, 50 to 90 ms apart, at -8 to -26 dBFS, columns up to 6 dB softer or 3 dB louder."""
    source = random.Random(23)
    samples, lines = [0] * (rate // 10), []
    for turn, key in enumerate(KEYS):
        at = KEYS.index(key)
        length = (45 + 5 * turn) * rate // 1000
        level = 32767 * 10 ** (source.uniform(-26, -14) / 20)
        twist = 10 ** (source.uniform(-6, 3) / 20)
        row, column = ROWS[at // 4], COLUMNS[at % 4]
        lines.append(f"{key} {len(samples) * 1000 // rate} {length * 1000 // rate}")
        wave = lambda i, f: math.sin(2 * math.pi * f * i / rate)
        samples += signals.rounded(level * (wave(i, row) + twist * wave(i, column)) for i in range(length))
        samples += [0] * (source.randrange(50, 90) * rate // 1000)
    return samples, "\n".join(lines) + "\n"


def syllables(count, seed):
    """Smoothed noise whose level is drawn anew every quarter second, at 8 kHz."""
    source = random.Random(seed)
    level, smooth, samples = 0.0, 0.0, []
    for index in range(count):
        if index % 2000 == 0:
            level = source.random()
        smooth += (source.uniform(-8000, 8000) - smooth) / 2
        samples.append(smooth * level)
    return signals.rounded(samples)


def suppressed(samples, size=160):
    """What libspeexdsp's preprocessor makes of them at 8 kHz, frames of 20 ms: noise softer by 18 dB at most."""
    library = ctypes.CDLL("libspeexdsp.so.1")
    library.speex_preprocess_state_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.speex_preprocess_state_init(size, 8000))
    for request, value in ((DENOISE, 1), (NOISE_SUPPRESS, -18), (ECHO_SUPPRESS, -40), (ECHO_SUPPRESS_ACTIVE, -12), (AGC, 0)):
        library.speex_preprocess_ctl(state, request, ctypes.byref(ctypes.c_int(value)))
    frames = np.array(samples[: len(samples) // size * size], "<i2").reshape(-1, size)
    for frame in frames:
        library.speex_preprocess_run(state, frame.ctypes.data_as(ctypes.c_void_p))
    library.speex_preprocess_state_destroy(state)
    return frames.ravel().tolist()


def write(folder, sounds):
    for rate in (8000, 16000):
        for name in ("speech", "noise", "sweep"):
            text = folder.root / f"vad/{name}-{rate}.txt"
            folder.write(f"vad/{name}-{rate}.txt", text.read_bytes(), "text",
                         "silero_vad.onnx of silero-vad 6.2.3 under onnxruntime, by scripts/compare-vad --vectors")
            folder.check("vad", signals.path(name, rate), expected=f"vad/{name}-{rate}.txt", tolerance=0.02)
    for rate in (8000, 16000):
        samples, lines = keys(rate)
        folder.write_wave(f"keys/keys-{rate}.wav", little_endian(samples), rate, " ".join(keys.__doc__.split()))
        folder.write(f"keys/keys-{rate}.txt", lines.encode(), "text", "key, where it begins and how long it lasts, in ms")
        folder.check("keys", f"keys/keys-{rate}.wav", expected=f"keys/keys-{rate}.txt", tolerance=10)
    source = random.Random(5)
    speech = sounds["speech", 8000]
    noisy = signals.rounded((speech[i % len(speech)] / 2 if i >= 8000 else 0) + source.gauss(0, 300) for i in range(24000))
    folder.write_wave("enhance/noisy.wav", little_endian(noisy), 8000, "a second of Gaussian noise, then speech in it")
    folder.write_wave("enhance/noise-suppressed.wav", little_endian(suppressed(noisy)), 8000, " ".join(suppressed.__doc__.split()))
    folder.check("enhance", "enhance/noisy.wav", expected="enhance/noise-suppressed.wav", stages=["noise-suppress"], tolerance=8)
    far = syllables(40000, 3)
    heard = lambda i: far[i] if i >= 0 else 0
    echo = signals.rounded(heard(i - 960) / 3 + heard(i - 1160) / 6 for i in range(len(far)))
    folder.write_wave("enhance/far.wav", little_endian(far), 8000, " ".join(syllables.__doc__.split()))
    folder.write_wave("enhance/echo.wav", little_endian(echo), 8000, "far.wav 120 ms later at a third and 145 ms later at a sixth")
    folder.check("enhance", "enhance/echo.wav", far="enhance/far.wav", stages=["echo-cancel"], softer=20)
    folder.source("vad", """
        # Voice activity

        What the Silero VAD model (silero_vad.onnx of PyPI's silero-vad 6.2.3, MIT) says of `TestVectors/signals` under onnxruntime: a probability of speech for
        each window of 32 ms, one a line. `scripts/compare-vad --vectors` writes them. Ours, in integers, may be off by 0.02.
        """)
    folder.source("keys", """
        # Telephone keys

        Sums of two sines by CPython, the frequencies of ITU-T Q.23. Each line of the text is a key, where it begins and how long it lasts, in
        milliseconds; a detector may be off by 10.
        """)
    folder.source("enhance", """
        # Enhancement

        What must come out of a caller's audio. Suppressed noise is libspeexdsp's own work, called from CPython; it computes in floating point, so samples may
        be off by 8. An echo has no one right result: after the second second it must be softer by 20 dB.
        """)
