"""The exported embedding model against the published one, on the question files and the articles that they ask about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bot.evaluation import questions
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.index import embeddings, weights
from retrieval.index.embeddings import OnnxEmbedder, SentenceTransformerEmbedder
from retrieval.index.onnx import OnnxEncoder

QUESTIONS = PROJECT / "tests" / "questions"


def asked() -> list[str]:
    return [q.question for name in ("seeds", "seeds-tuning") for q in questions.load(QUESTIONS / f"{name}.yaml").questions]


def passages(project: Project) -> Iterator[str]:
    for entry in project.index.catalogue.entries():
        text = project.index.catalogue.text(entry.sha256)
        for stored in project.index.catalogue.passages(entry.sha256):
            yield text[stored.passage.start : stored.passage.end]


def test_the_exported_model_is_the_published_one(seeds: Project, models: Path) -> None:
    published = SentenceTransformerEmbedder(str(weights.published(embeddings.DEFAULT)))
    exported = OnnxEmbedder(models, 2)
    texts, slices = asked(), list(passages(seeds))
    theirs, ours = (np.split(model.embed(texts + slices), [len(texts)]) for model in (published, exported))
    for one, other in zip(theirs, ours, strict=True):
        assert (one * other).sum(axis=1).min() >= 0.99999
    rankings = [np.argsort(-(of_texts @ of_slices.T), axis=1, kind="stable") for of_texts, of_slices in (theirs, ours)]
    assert np.array_equal(*rankings), "passages rank the same for every question"


def test_a_text_s_vector_does_not_depend_on_its_company(models: Path) -> None:
    model = OnnxEmbedder(models, 2)
    texts = asked()[:9]
    together = model.embed(texts)
    assert np.array_equal(together, np.vstack([model.embed([text]) for text in texts]))
    assert np.array_equal(together, model.embed(texts[::-1])[::-1])


def test_the_runtime_gets_a_model_in_which_nothing_is_left_to_rewrite(models: Path) -> None:
    import onnx

    [path] = models.glob(f"*-v{embeddings.EXPORT_VERSION}.onnx")
    operators = [node.op_type for node in onnx.load(path, load_external_data=False).graph.node]
    assert {"Attention", "BiasGelu"} <= set(operators)
    assert "SkipLayerNormalization" not in operators
    assert path.stat().st_size < 1_000_000 < path.with_suffix(".bin").stat().st_size, "weights lie by themselves"


def test_no_text_is_padded(models: Path) -> None:
    [path] = models.glob(f"*-v{embeddings.EXPORT_VERSION}.onnx")
    encoder = OnnxEncoder(path, weights.packaged(embeddings.DEFAULT) / "tokenizer.json", 256, 2)
    found = encoder.run(asked()[:5])
    lengths = [len(encoded.tokens.ids) for encoded in found]
    assert len(set(lengths)) > 1, "of different lengths, and none is padded"
    assert all(0 not in encoded.tokens.ids for encoded in found)
    assert all(encoded.outputs[0].shape == (384,) for encoded in found)
