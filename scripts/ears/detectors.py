"""Voice detectors under one rule: each gives a probability or a yes a frame, and one gate makes beginnings and ends of them."""

import ctypes
import json
import subprocess
import tempfile
import wave

import numpy as np

ONSET, HANGOVER = 0.06, 0.4  # seconds


def gate(values, frame, enter=0.5, leave=0.35):
    """Spans (decided, ended) in seconds of frames of `frame` seconds, by VoiceDetector's rule."""
    onset, hangover = int(np.ceil(ONSET / frame - 1e-9)), int(np.ceil(HANGOVER / frame - 1e-9))
    most_gap = max(round(0.064 / frame), 1)
    spans, is_open, spoken, quiet = [], False, 0, 0
    for i, value in enumerate(values):
        spoken += value >= enter
        quiet = 0 if value >= leave else quiet + 1
        if not is_open and spoken >= onset:
            is_open = True
            spans.append([(i + 1) * frame, len(values) * frame])
        elif not is_open and quiet >= most_gap:
            spoken = 0
        elif is_open and quiet >= hangover:
            is_open, spoken = False, 0
            spans[-1][1] = (i + 1 - quiet) * frame
    return spans


class Command:
    """One of ours, by `sidetone vad`: the very code that calls run."""

    def __init__(self, sidetone, name):
        self.command = [sidetone, "vad", "--json", "--detector", name]

    def spans(self, samples, rate):
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            with wave.open(file.name, "wb") as sound:
                sound.setparams((1, 2, rate, len(samples), "NONE", ""))
                sound.writeframes(samples.tobytes())
            run = subprocess.run(self.command + [file.name], capture_output=True, check=False)
        if run.returncode > 1:
            raise SystemExit(run.stderr.decode())
        return [(s["decidedMs"] / 1000, s["endMs"] / 1000) for s in json.loads(run.stdout)["spans"]]


class Model:
    """The Silero model by onnxruntime."""

    def __init__(self, oracle):
        self.oracle = oracle

    def spans(self, samples, rate):
        return gate(self.oracle.probabilities(samples, rate), 0.032)


class WebRTC:
    """PyPI's webrtcvad in its third of four modes, frames of 20 ms."""

    def __init__(self, mode=2):
        import webrtcvad

        self.make = lambda: webrtcvad.Vad(mode)

    def values(self, samples, rate):
        vad, size = self.make(), rate // 50
        return [float(vad.is_speech(samples[i : i + size].tobytes(), rate)) for i in range(0, len(samples) - size + 1, size)]

    def spans(self, samples, rate):
        return gate(self.values(samples, rate), 0.02)


class Speex:
    """libspeexdsp's preprocessor with its voice detection, frames of 20 ms."""

    def __init__(self):
        self.c = ctypes.CDLL("libspeexdsp.so.1")
        self.c.speex_preprocess_state_init.restype = ctypes.c_void_p

    def values(self, samples, rate):
        size = rate // 50
        state = ctypes.c_void_p(self.c.speex_preprocess_state_init(size, rate))
        on = ctypes.c_int(1)
        self.c.speex_preprocess_ctl(state, 4, ctypes.byref(on))  # SPEEX_PREPROCESS_SET_VAD
        samples = samples.copy()
        given = []
        for i in range(0, len(samples) - size + 1, size):
            frame = samples[i : i + size].ctypes.data_as(ctypes.c_void_p)
            given.append(float(self.c.speex_preprocess_run(state, frame)))
        self.c.speex_preprocess_state_destroy(state)
        return given

    def spans(self, samples, rate):
        return gate(self.values(samples, rate), 0.02)
