"""The Silero model by onnxruntime on one thread: the reference for our own arithmetic."""

import importlib.util
import pathlib

import numpy as np
import onnxruntime


def model_path():
    """Where PyPI's silero-vad keeps its model; found without importing it, which would want torch."""
    found = importlib.util.find_spec("silero_vad")
    if found is None:
        raise SystemExit("silero-vad is missing: pip install --no-deps silero-vad==6.2.3")
    return pathlib.Path(found.origin).parent / "data" / "silero_vad.onnx"


class Oracle:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])

    def probabilities(self, samples, rate):
        """For one stream or several of one length: (windows,) or (streams, windows)."""
        samples = np.asarray(samples)
        streams = np.atleast_2d(samples).astype(np.float32) / 32768
        window, before = rate // 1000 * 32, rate // 1000 * 4
        state = np.zeros((2, len(streams), 128), np.float32)
        context = np.zeros((len(streams), before), np.float32)
        rate_input = np.array(rate, np.int64)
        given = []
        for start in range(0, streams.shape[1] - window + 1, window):
            x = np.concatenate([context, streams[:, start : start + window]], 1)
            out, state = self.session.run(None, {"input": x, "state": state, "sr": rate_input})
            given.append(out[:, 0])
            context = x[:, -before:]
        result = np.array(given).T
        return result[0] if samples.ndim == 1 else result
