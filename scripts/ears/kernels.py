"""CPCMKernels as a shared library, built by the machine's C compiler, for scripts that hold it beside others."""

import ctypes
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CERTAIN = 32768
STATE_BYTES = 4096  # more than any state of a kernel; checked below


class Kernels:
    """Every instruction set of this machine; functions take and give numpy arrays of int16."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        library = pathlib.Path(self.folder.name) / "libkernels.so"
        sources = sorted((ROOT / "Sources/CPCMKernels").rglob("*.c"))
        shim = pathlib.Path(self.folder.name) / "shim.c"
        shim.write_text(
            '#include "CPCMKernels.h"\n'
            "size_t state_bytes(void) { return sizeof(pcm_vad_state); }\n"
            "const char *isa_name(int i) { const pcm_kernels *k = pcm_kernels_for((pcm_isa)i); return k ? k->name : 0; }\n"
            "size_t vad_on(int i, uint16_t *d, const int16_t *s, size_t n, pcm_vad_state *t)\n"
            "{ return pcm_kernels_for((pcm_isa)i)->vad(d, s, n, t); }\n"
        )
        subprocess.run(
            ["cc", "-std=c17", "-O2", "-shared", "-fPIC", f"-I{ROOT}/Sources/CPCMKernels/include", "-o", library, shim, *sources],
            check=True,
        )
        self.c = ctypes.CDLL(str(library))
        self.c.isa_name.restype = ctypes.c_char_p
        for name in ("pcm_vad_count", "state_bytes", "vad_on"):
            getattr(self.c, name).restype = ctypes.c_size_t
        assert self.c.state_bytes() <= STATE_BYTES
        self.isas = {self.c.isa_name(i).decode(): i for i in range(8) if self.c.isa_name(i)}

    def probabilities(self, samples, rate, isa=None):
        """What pcm_vad gives for a stream, 0 to 1."""
        samples = np.ascontiguousarray(samples, np.int16)
        state = ctypes.create_string_buffer(STATE_BYTES)
        assert self.c.pcm_vad_init(state, ctypes.c_uint32(rate))
        count = self.c.pcm_vad_count(state, ctypes.c_size_t(len(samples)))
        out = np.zeros(count, np.uint16)
        index = self.isas[isa] if isa else max(self.isas.values())
        given = self.c.vad_on(index, out.ctypes.data_as(ctypes.c_void_p), samples.ctypes.data_as(ctypes.c_void_p),
                              ctypes.c_size_t(len(samples)), state)
        assert given == count
        return out / CERTAIN

    def through_mulaw(self, samples):
        """What a telephone line leaves of samples."""
        samples = np.ascontiguousarray(samples, np.int16)
        codes, out = np.zeros(len(samples), np.uint8), np.zeros(len(samples), np.int16)
        pointer, count = ctypes.c_void_p, ctypes.c_size_t(len(samples))
        self.c.pcm_mulaw_encode(codes.ctypes.data_as(pointer), samples.ctypes.data_as(pointer), count)
        self.c.pcm_mulaw_decode(out.ctypes.data_as(pointer), codes.ctypes.data_as(pointer), count)
        return out
