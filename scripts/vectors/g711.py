"""G.711 by CPython's audioop."""

import audioop

import signals
from folder import little_endian

LAWS = {"mulaw": (audioop.lin2ulaw, audioop.ulaw2lin), "alaw": (audioop.lin2alaw, audioop.alaw2lin)}


def write(folder, sounds):
    every_sample = little_endian(range(-32768, 32768))
    every_code = bytes(range(256))
    folder.write("g711/every-sample.s16", every_sample, "linear16", "-32768 to 32767 in order, little-endian")
    folder.write("g711/every-code.u8", every_code, "raw", "0 to 255 in order")
    for law, (compress, expand) in LAWS.items():
        codes = f"g711/every-sample.{law}"
        folder.write(codes, compress(every_sample, 2), law, f"audioop.lin2{'u' if law == 'mulaw' else 'a'}law")
        folder.check(f"{law}-encode", "g711/every-sample.s16", expected=codes)
        linear = f"g711/every-code-from-{law}.s16"
        folder.write(linear, expand(every_code, 2), "linear16", f"audioop.{'u' if law == 'mulaw' else 'a'}law2lin")
        folder.check(f"{law}-decode", "g711/every-code.u8", expected=linear)
        speech = compress(little_endian(sounds["speech", 8000]), 2)
        coded = f"g711/speech-8000-{law}.wav"
        folder.write_wave(coded, speech, 8000, "signals/speech-8000.wav through audioop, then a header", law)
        decoded = f"g711/speech-8000-{law}-decoded.wav"
        folder.write_wave(decoded, expand(speech, 2), 8000, f"{coded} through audioop, then a header")
        folder.check("wave-decode", coded, expected=decoded)
        folder.check("wave-encode", signals.path("speech", 8000), expected=coded, encoding=law)
    folder.source("g711", """
        # G.711

        ITU-T G.711 (11/88): mu-law and A-law of all 65,536 samples and of all 256 codes, and speech in WAV files with
        format tags 7 and 6. The values are CPython's: `audioop.lin2ulaw`, `lin2alaw`, `ulaw2lin` and `alaw2lin`
        (Python 3.8 to 3.12), whose arithmetic is that of Sun's g711.c. G.711 leaves open how 16 bits become 14 or
        13; ITU-T G.191's tool and sox round otherwise and differ by one code step at some decision boundaries.
        """)
