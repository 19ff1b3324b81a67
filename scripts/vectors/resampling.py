"""The resampler's outputs, by the definition: insert zeros, convolve, drop, round once."""

import re

import numpy as np

import signals
from folder import little_endian

FILTERS = ("standard", "low-delay")


def read_plans(path):
    """{(from, to, filter): plan} and the taps, from the generated C table."""
    text = path.read_text(encoding="ascii")
    taps = {name: [int(v) for v in body.replace("\n", " ").split(",") if v.strip()]
            for name, body in re.findall(r"const int32_t (\w+)\[\d+\] = \{(.*?)\};", text, re.S)}
    plans = {}
    table = text[text.index("pcm_resample_plans[") :]
    for number, entry in enumerate(table.split("{.from")[1:]):
        field = lambda name: int(re.search(rf"\.{name} = (\d+)", "{.from" + entry).group(1))
        half = taps[re.search(r"\.taps = (\w+)", entry).group(1)]
        full = half[:0:-1] + half if field("symmetric") else half
        plans[field("from"), field("to"), FILTERS[number // 6]] = {
            "taps": np.array(full, np.int64), "advance": field("advance"), "shift": field("shift"),
            "up": field("up"), "down": field("down")}
    assert len(plans) == 12, "resample_filters.c is not as this script knows it"
    return plans


def resample(values, plan):
    """ceil(n * up / down) outputs; output k is the sum around input k * down / up, half rounded up and saturated."""
    up, down = plan["up"], plan["down"]
    count = -(-len(values) * up // down)
    stuffed = np.zeros(len(values) * up, np.int64)
    stuffed[::up] = values
    whole = np.convolve(stuffed, plan["taps"])
    whole = np.concatenate([whole, np.zeros(plan["advance"] + count * down, np.int64)])
    sums = whole[plan["advance"] :: down][:count]
    return np.clip((sums + (1 << (plan["shift"] - 1))) >> plan["shift"], -32768, 32767)


def write(folder, sounds, table):
    plans = read_plans(table)
    for (name, rate), values in sounds.items():
        for (source, target, shape), plan in plans.items():
            if source != rate:
                continue
            file = f"resample/{name}-{source}-to-{target}-{shape}.wav"
            folder.write_wave(file, little_endian(resample(values, plan).tolist()), target,
                              f"integer convolution in numpy with the {shape} taps")
            folder.check("resample", signals.path(name, rate), expected=file, rate=target, filter=shape)
    folder.source("resample", """
        # Resampling

        What the resampler makes of the signals, by pair of rates and filter, as WAV files. The filters' design is
        ours (scripts/generate-filters), so there is no foreign output to compare with; what is foreign is the
        computation: scripts/generate-vectors reads the taps from Sources/CPCMKernels/resample_filters.c and computes
        the definition in numpy's 64-bit integers (zeros inserted, `numpy.convolve`, decimated, half rounded up,
        saturated). That the filters are good is for the quality tests to say, not for these files.
        """)
