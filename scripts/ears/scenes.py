"""Sounds to listen to: prompts of Debian's asterisk packages, espeak-ng's voices, made noises, music and tones."""

import pathlib
import subprocess
import wave

import numpy as np
from scipy import signal

SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")


def voices():
    """Folders of recorded prompts by language and voice; each is another speaker but for the two of Allison."""
    found = sorted(p for p in SOUNDS.glob("*_*_*_*") if any(p.glob("*.wav")))
    if len(found) < 5:
        raise SystemExit("prompts are missing: scripts/setup --bench installs them")
    return found


def read(path):
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2), path
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def prompts(voice, least=1.0):
    """Recorded prompts of a voice that last `least` seconds at least, in the order of their names."""
    for path in sorted(voice.glob("*.wav")):
        samples = read(path)
        if len(samples) >= least * 8000:
            yield samples


def speech(voice, seconds, random):
    """Prompts in a random order with pauses between, at 8 kHz."""
    parts, length = [], 0
    all_prompts = list(prompts(voice))
    while length < seconds * 8000:
        parts += [all_prompts[random.integers(len(all_prompts))], np.zeros(random.integers(1600, 12000), np.int16)]
        length += len(parts[-1]) + len(parts[-2])
    return np.concatenate(parts)[: seconds * 8000]


def spoken(text, voice, rate):
    """espeak-ng's voice; wideband at 16 kHz."""
    made = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], check=True, capture_output=True).stdout
    samples = np.frombuffer(made[44:], "<i2").astype(float)
    return signal.resample_poly(samples, rate // 50, 22050 // 50)


def white(count, rate, random):
    return random.standard_normal(count)


def pink(count, rate, random):
    spectrum = np.fft.rfft(random.standard_normal(count))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1), count)


def car(count, rate, random):
    """A motor's harmonics over brown noise."""
    spectrum = np.fft.rfft(random.standard_normal(count))
    noise = np.fft.irfft(spectrum / (np.arange(len(spectrum)) + 20 * count / rate), count)
    time = np.arange(count) / rate
    motor = sum(np.sin(2 * np.pi * 47 * k * time + k) / k for k in range(1, 8))
    return noise / noise.std() + 0.5 * motor


def street(count, rate, random):
    """Pink noise that swells and falls, with knocks."""
    seconds = np.arange(count // rate + 2)
    swell = np.interp(np.arange(count) / rate, seconds, random.uniform(0.3, 2, len(seconds)))
    sound = pink(count, rate, random)
    sound = sound / sound.std() * swell
    for start in random.integers(0, max(count - rate // 4, 1), max(count // rate // 2, 1)):
        length = rate // 20
        sound[start : start + length] += 6 * random.standard_normal(length) * np.exp(-np.arange(length) / (rate / 150))
    return sound


def babble(count, rate, random):
    """Eight speakers at once."""
    total = np.zeros(count)
    for voice in range(8):
        part = speech(voices()[voice % len(voices())], count // rate + 1, random).astype(float)
        total += signal.resample_poly(part, rate // 8000, 1)[:count]
    return total


def music(count, rate, random):
    """Plucked chords over a bass, 100 a minute."""
    total = np.zeros(count)
    beat = int(rate * 0.6)
    for start in range(0, count, beat):
        length = min(2 * beat, count - start)
        time = np.arange(length) / rate
        root = 110 * 2 ** (random.integers(0, 12) / 12)
        for interval in (0, 4, 7, 12):
            for harmonic in range(1, 7):
                pitch = 2 * root * 2 ** (interval / 12) * harmonic
                if pitch < rate / 2:
                    total[start : start + length] += np.sin(2 * np.pi * pitch * time) * np.exp(-3 * harmonic * time) / harmonic
        total[start : start + length] += 2 * np.sin(2 * np.pi * root / 2 * time) * np.exp(-2 * time)
    return total


def tones(count, rate, random):
    """Dial, ring-back and busy tones, keys, sweeps."""
    time = np.arange(count) / rate
    parts = [np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 350 * time), np.sin(2 * np.pi * 425 * time) * (time % 1 < 0.5),
             np.sin(2 * np.pi * 770 * time) + np.sin(2 * np.pi * 1336 * time), signal.chirp(time % 3, 50, 3, rate * 0.48)]
    return np.choose((time // 1.5 % 4).astype(int), parts)


NOISES = {"white": white, "pink": pink, "car": car, "street": street, "babble": babble, "music": music, "tones": tones}


def at_level(sound, dbfs):
    """Scaled so that its root mean square, where it sounds, is `dbfs` below full scale; cut at full scale."""
    sound = np.asarray(sound, float)
    loud = sound[abs(sound) > 0.02 * abs(sound).max()] if len(sound) else sound
    scale = 32768 * 10 ** (dbfs / 20) / max(np.sqrt(np.mean(loud**2)), 1e-9) if len(loud) else 0
    return np.clip(np.rint(sound * scale), -32768, 32767).astype(np.int16)
