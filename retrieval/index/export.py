"""Writing a BERT-like module as ONNX, its attention and normalisation fused. Needs torch; runs once per model."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def to_onnx(module: nn.Module, outputs: dict[str, dict[int, str]], heads: int, hidden: int, target: Path) -> None:
    """Export, fuse, and put in place in one step, so that a half-written file is never seen. One process at a time.

    Args:
        module: takes the three `INPUTS`, int64 of shape (batch, tokens).
        outputs: name -> its dynamic axes.
        heads: attention heads of the encoder.
        hidden: width of the encoder.
        target: where the model goes.

    """
    import torch
    from onnxruntime.transformers import optimizer

    target.parent.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 8, dtype=torch.int64)
    axes = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | outputs
    logging.getLogger("onnxruntime.transformers").setLevel(logging.ERROR)
    for left in target.parent.glob(f"{target.stem}-export-*"):
        # A process that was killed while it exported left this.
        shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.stem}-export-") as folder,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        plain = Path(folder, "plain.onnx")
        torch.onnx.export(
            module.eval(),
            (example, example, torch.zeros_like(example)),
            plain,
            input_names=list(INPUTS),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        fused = optimizer.optimize_model(str(plain), "bert", num_heads=heads, hidden_size=hidden, opt_level=0)
        part = Path(folder, "fused.onnx")
        fused.save_model_to_file(str(part))
        part.replace(target)
