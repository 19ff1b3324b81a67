"""The sounds: half a second each at 8, 16 and 24 kHz, and one and a half seconds of speech."""

import array
import math
import random
import subprocess
import tempfile
import wave

from folder import little_endian

RATES = (8000, 16000, 24000)
SECONDS = 0.5
FULL = 32767
SENTENCE = "Sidetone hears you, and says so."


def rounded(values):
    return [max(-32768, min(FULL, math.floor(v + 0.5))) for v in values]


def sweep(rate, n):
    """100 Hz to 0.98 of half the rate, its logarithm linear in time, at -2 dBFS."""
    low, high = 100.0, 0.49 * rate
    growth = math.log(high / low)
    phase = lambda i: 2 * math.pi * low * SECONDS / growth * (math.exp(growth * i / n) - 1)
    return rounded(0.794 * FULL * math.sin(phase(i)) for i in range(n))


def tone(rate, n):
    """1,004 Hz at -2 dBFS: no whole number of samples a period."""
    return rounded(0.794 * FULL * math.sin(2 * math.pi * 1004 * i / rate) for i in range(n))


def steps(rate, n):
    """Levels from silence to full scale, both signs, 20 ms each: constants must come out as themselves."""
    levels = [0, 1, -1, 100, -100, 5000, -5000, 20000, -20000, 32767, -32768, 0]
    return [levels[i // (rate // 50) % len(levels)] for i in range(n)]


def impulses(rate, n):
    """Single samples of full scale, 251 apart, which is prime; the signs alternate."""
    return [(FULL if i // 251 % 2 else -32768) if i % 251 == 7 else 0 for i in range(n)]


def noise(rate, n):
    """White over all 65,536 values: Python's Mersenne Twister, seeded with the rate."""
    source = random.Random(rate)
    return [source.getrandbits(16) - 32768 for _ in range(n)]


def square(rate, n):
    """A full-scale square wave of 440 Hz: its overshoot must saturate and not wrap."""
    return [FULL if 880 * i // rate % 2 == 0 else -32768 for i in range(n)]


def speech():
    """espeak-ng's voice at its own 22,050 Hz, one and a half seconds of it."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        try:
            subprocess.run(["espeak-ng", "-v", "en", "-w", file.name, SENTENCE], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"scripts/generate-vectors: {error}; install espeak-ng 1.51")
        with wave.open(file.name) as sound:
            data = sound.readframes(sound.getnframes())
            assert sound.getframerate() == 22050 and sound.getsampwidth() == 2
    values = array.array("h")
    values.frombytes(data)
    return list(values[: 22050 * 3 // 2])


def at_rate(values, source, target):
    """Another rate by a windowed sinc of 64 zero crossings with taps of 20 bits: integers, hence the same anywhere."""
    common = math.gcd(source, target)
    up, down = target // common, source // common
    cut = min(1.0, target / source) * 0.95
    reach = math.ceil(32 / cut)
    phases = []
    for phase in range(up):
        taps = []
        for i in range(-reach + 1, reach + 1):
            x = i - phase / up
            window = 0.5 + 0.5 * math.cos(math.pi * x / reach) if abs(x) < reach else 0
            lobe = math.sin(math.pi * cut * x) / (math.pi * x) if x else cut
            taps.append(math.floor(lobe * window * (1 << 20) + 0.5))
        phases.append(taps)
    padded = [0] * reach + values + [0] * (reach + 1)
    result = []
    for k in range(len(values) * up // down):
        at, phase = divmod(k * down, up)
        window = padded[at + 1 : at + 1 + 2 * reach]
        total = sum(t * v for t, v in zip(phases[phase], window))
        result.append(max(-32768, min(FULL, (total + (1 << 19)) >> 20)))
    return result


def write(folder):
    """Writes all and returns {(name, rate): samples}."""
    sounds = {}
    for make in (sweep, tone, steps, impulses, noise, square):
        for rate in RATES:
            sounds[make.__name__, rate] = make(rate, int(SECONDS * rate))
    spoken = speech()
    for rate in RATES:
        sounds["speech", rate] = at_rate(spoken, 22050, rate)
    made = {make.__name__: " ".join(make.__doc__.split())
            for make in (sweep, tone, steps, impulses, noise, square, speech)}
    for (name, rate), values in sounds.items():
        folder.write_wave(path(name, rate), little_endian(values), rate, made[name])
    folder.source("signals", f"""
        # Signals

        Inputs of the other folders' vectors, as WAV files (RIFF, format tag 1, 16 bits, mono). scripts/generate-vectors
        computes them with CPython's `math` and `random`; manifest.json has the formula of each in words.

        The speech is espeak-ng 1.51 (GPL-3.0-or-later; its output is not covered by its licence):
        `espeak-ng -v en -w speech.wav "{SENTENCE}"`, the first 1.5 s, brought from 22,050 Hz to the three
        rates by the script's own windowed sinc. Another version of espeak-ng says it differently.
        """)
    return sounds


def path(name, rate):
    return f"signals/{name}-{rate}.wav"
