"""From a trained module to the shipped file: fused ONNX, matrix weights and embeddings as int8."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic

from retrieval.index.export import settle, to_onnx
from retrieval.training.model import ReaderModule

OUTPUTS = {"spans": {0: "batch", 1: "tokens"}, "answers": {0: "batch"}}


def export(module: ReaderModule, target: Path, *, int8: bool = True) -> None:
    """Write the reader for `retrieval.reading.reader.OnnxReader`.

    Dynamic int8 by channel: weights are stored as int8 and activations are quantised while running, which VNNI
    instructions gain from. The validation figures in the card are those of the exported file.
    """
    module.encoder.set_attn_implementation("eager")
    config = module.encoder.config
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = Path(folder, "reader.onnx")
        to_onnx(module, OUTPUTS, config.num_attention_heads, config.hidden_size, model)
        if int8:
            # Shape inference cannot see through fused operators, so the type of what they pass on is given.
            options = {"DefaultTensorType": TensorProto.FLOAT}
            small = Path(folder, "reader.int8.onnx")
            quantize_dynamic(model, small, per_channel=True, weight_type=QuantType.QInt8, extra_options=options)
            model = small
        settle(model, target)
