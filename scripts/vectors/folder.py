"""The folder of vectors: writes files and remembers what the manifest says about them."""

import array
import hashlib
import json
import struct
import sys

TAGS = {"linear16": (1, 16), "alaw": (6, 8), "mulaw": (7, 8)}


def little_endian(values):
    words = array.array("h", values)
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


class Folder:
    def __init__(self, root):
        self.root, self.files, self.checks = root, [], []

    def write(self, name, data, encoding, made, rate=None):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        entry = {"file": name, "encoding": encoding, "made": made, "sha256": hashlib.sha256(data).hexdigest()}
        if rate:
            entry["rate"] = rate
        self.files.append(entry)

    def write_wave(self, name, data, rate, made, encoding="linear16"):
        """A WAV file around bytes that are in the encoding already."""
        tag, bits = TAGS[encoding]
        form = struct.pack("<HHIIHH", tag, 1, rate, rate * bits // 8, bits // 8, bits)
        if tag != 1:  # RIFF asks for the size of the extension and a fact chunk
            form += struct.pack("<H", 0)
        chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form
        if tag != 1:
            chunks += b"fact" + struct.pack("<II", 4, len(data))
        chunks += b"data" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        self.write(name, b"RIFF" + struct.pack("<I", len(chunks)) + chunks, encoding, made, rate)

    def check(self, operation, source, **rest):
        """What `sidetone vectors check` runs: an operation, its input, and what it must give."""
        self.checks.append({"operation": operation, "input": source, **rest})

    def source(self, topic, text):
        """The SOURCE.md of a topic; `made` in the manifest has the details of each file."""
        lines = [line.strip() for line in text.strip().splitlines()]
        (self.root / topic / "SOURCE.md").write_text("\n".join(lines) + "\n", encoding="ascii")

    def finish(self):
        manifest = {"version": 1, "files": self.files, "checks": self.checks}
        text = json.dumps(manifest, indent=1, sort_keys=True)
        (self.root / "manifest.json").write_text(text + "\n", encoding="ascii")
        size = sum((self.root / entry["file"]).stat().st_size for entry in self.files)
        print(f"{len(self.files)} files, {size:,} bytes, {len(self.checks)} checks")
