"""Floats by numpy; level, gain and fade by CPython's integers."""

import math
import random
import struct

import numpy as np

import signals
from folder import little_endian

GAINS = (0, 1, 1448, 2048, 4095, 4096, 4097, 8192, 32767)
FADES = ((0, 4096, 1000), (4096, 0, 3999), (32767, 0, 777), (0, 32767, 4000))


def floats():
    """Values that trip conversions: not numbers, infinities, ties, the edges of int16, denormals, any bits."""
    special = [math.nan, -math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, 3.4e38, -3.4e38]
    ties = [(k + 0.5) / 32768 for k in (-32769, -32768, -3, -2, -1, 0, 1, 2, 3, 32765, 32766, 32767)]
    source = random.Random(711)
    loud = [source.uniform(-1.25, 1.25) for _ in range(4000)]
    any_bits = [source.getrandbits(32) for _ in range(4000)]
    head = struct.pack(f"<{len(special + ties + loud)}f", *special, *ties, *loud)
    return head + struct.pack(f"<{len(any_bits)}I", *any_bits)


def amplified(value, units):
    return max(-32768, min(32767, (value * units + 2048) >> 12))


def faded(values, start, target, count):
    """Starts at `start`, ends exactly at `target`; between them steps of 2^-28, cut towards zero."""
    distance = (target - start) << 16
    step = abs(distance) // count * (1 if distance > 0 else -1)
    gain = lambda i: ((start << 16) + i * step) >> 16 if i < count else target
    return [amplified(v, gain(i)) for i, v in enumerate(values)]


def write(folder, sounds):
    every = np.arange(-32768, 32768)
    as_floats = (every.astype("<f4") / np.float32(32768)).astype("<f4").tobytes()
    folder.write("samples/every-sample.f32", as_floats, "float32", "numpy: float32(x) / 32768, little-endian")
    folder.check("to-float32", "g711/every-sample.s16", expected="samples/every-sample.f32")
    odd = floats()
    with np.errstate(invalid="ignore"):  # signalling NaNs are among them
        values = np.frombuffer(odd, "<f4").astype(np.float64)
    numbers = np.where(np.isnan(values), 0, values)
    back = np.clip(np.rint(np.clip(numbers, -2, 2) * 32768), -32768, 32767).astype("<i2")
    folder.write("samples/odd-floats.f32", odd, "float32", " ".join(floats.__doc__.split()))
    folder.write("samples/odd-floats.s16", back.tobytes(), "linear16", "numpy: clip(rint(x * 32768)), NaN as 0")
    folder.check("from-float32", "samples/odd-floats.f32", expected="samples/odd-floats.s16")
    noise = sounds["noise", 8000]
    for units in GAINS:
        name = f"samples/noise-8000-gain-{units}.s16"
        folder.write(name, little_endian(amplified(v, units) for v in noise), "linear16",
                     f"Python's integers: (x * {units} + 2048) >> 12, saturated", 8000)
        folder.check("gain", signals.path("noise", 8000), expected=name, gain=units)
    for start, target, count in FADES:
        name = f"samples/noise-8000-fade-{start}-{target}-{count}.s16"
        folder.write(name, little_endian(faded(noise, start, target, count)), "linear16",
                     f"Python's integers: gain {start} to {target} in {count} samples", 8000)
        folder.check("fade", signals.path("noise", 8000), expected=name, fade=[start, target, count])
    for (name, rate), values in sounds.items():
        folder.check("level", signals.path(name, rate), sumOfSquares=sum(v * v for v in values),
                     peak=max(abs(v) for v in values))
    folder.source("samples", """
        # Samples

        Float conversions by numpy (IEEE 754 binary32, ties to even), gains and fades by CPython's integers with the
        formulas that manifest.json states for each file. The sums of squares and peaks of all signals are CPython's
        too and stand in manifest.json itself. Little-endian throughout: .s16 is int16, .f32 is binary32.
        """)
