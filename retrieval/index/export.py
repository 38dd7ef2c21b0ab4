"""Writing a BERT-like module as ONNX, its attention and normalisation fused. Needs torch; runs once per model."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import nn

SLOW_FUSIONS = ["SkipLayerNormFusion"]
"""What the runtime must not put together: its operator for a sum and a normalisation takes four times as long as the two
by themselves."""

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
        _take_sums_apart(fused.model)
        part = Path(folder, "fused.onnx")
        fused.save_model_to_file(str(part))
        part.replace(target)


def settle(source: Path, target: Path, data: Path | None = None) -> None:
    """Let the runtime rewrite a model once, as it would at every start: it then loads in a third of the time.

    Args:
        source: a model.
        target: where the rewritten one goes.
        data: beside `target`, for the weights by themselves: they are then mapped into memory and read only where they
            are used, which of a table of 30,000 words is little. None to leave them in the model.

    """
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Beyond this level the result would be for this machine's processor.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.stem}-export-") as folder:
        part = Path(folder, target.name)
        options.optimized_model_filepath = str(part)
        onnxruntime.InferenceSession(
            str(source), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
        )
        if data:
            model = onnx.load(part)
            part.unlink()
            onnx.save_model(model, part, save_as_external_data=True, location=data.name, size_threshold=4096)
            # It is made readable for its owner alone.
            Path(folder, data.name).chmod(part.stat().st_mode)
            Path(folder, data.name).replace(data)
        part.replace(target)


def _take_sums_apart(model: ModelProto) -> None:
    """Sum and normalisation as two operators again: on a CPU the fused one takes four times as long as both."""
    from onnx import helper

    nodes = []
    for node in model.graph.node:
        if node.op_type != "SkipLayerNormalization":
            nodes.append(node)
            continue
        left, right, scale, shift, *bias = node.input
        [result] = [name for name in node.output if name]
        for number, added in enumerate((*bias, right)):
            nodes.append(helper.make_node("Add", [left, added], [f"{result}_sum{number}"]))
            left = f"{result}_sum{number}"
        epsilon = next(helper.get_attribute_value(a) for a in node.attribute if a.name == "epsilon")
        nodes.append(helper.make_node("LayerNormalization", [left, scale, shift], [result], epsilon=epsilon))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
