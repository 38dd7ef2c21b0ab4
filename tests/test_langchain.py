from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest
from conftest import MakeProject
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from bot.wiring import SEEDS, Project
from retrieval.index.embeddings import OnnxEmbedder
from retrieval.index.langchain import LangChainEmbeddings
from retrieval.reading.search import Scope

QUESTION = "Where did Moscow propose to hold the negotiations?"


def exact(document: Document) -> bool:
    with (SEEDS / document.metadata["article"]).open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    return text[document.metadata["start"] : document.metadata["end"]] == document.page_content


def test_passages_come_as_documents_exact_and_with_their_place(seeds: Project) -> None:
    found = seeds.langchain_retriever(limit=5).invoke(QUESTION)
    assert len(found) == 5
    assert all(exact(document) for document in found)
    assert any("in Geneva" in document.page_content for document in found)
    assert len({document.id for document in found}) == 5
    entries = {entry.name: entry for entry in seeds.index.catalogue.entries()}
    for document in found:
        meta = document.metadata
        entry = entries[meta["article"]]
        assert (meta["title"], meta["sha256"], meta["published"]) == (entry.metadata.title, entry.sha256, "2021-12-17")
        assert meta["paragraph"] >= 1
        assert -1 <= meta["cosine"] <= 1
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_it_is_a_part_of_a_chain(seeds: Project) -> None:
    chain = seeds.langchain_retriever(limit=2) | RunnableLambda(lambda documents: [d.metadata["article"] for d in documents])
    assert set(chain.invoke(QUESTION)) <= {path.name for path in SEEDS.iterdir()}
    assert chain.batch([QUESTION, ""])[1] == []
    assert asyncio.run(chain.ainvoke(QUESTION)) == chain.invoke(QUESTION)


def test_a_scope_limits_what_is_found(seeds: Project) -> None:
    name = sorted(path.name for path in SEEDS.iterdir())[1]
    found = seeds.langchain_retriever(scope=Scope(articles=frozenset({name}))).invoke(QUESTION)
    assert {document.metadata["article"] for document in found} == {name}
    assert seeds.langchain_retriever(scope=Scope(as_of=date(2021, 12, 16))).invoke(QUESTION) == []


@pytest.mark.parametrize("query", ["", " \n", "\ud800", "?", "\x00", "x" * 5000, '"NEAR(' + "AND " * 50])
def test_nasty_queries_are_harmless(seeds: Project, query: str) -> None:
    assert all(exact(document) for document in seeds.langchain_retriever().invoke(query))


def test_without_articles_nothing_is_found(project: MakeProject, tmp_path: Path) -> None:
    assert project(tmp_path).langchain_retriever().invoke(QUESTION) == []


def test_the_embeddings_are_langchain_s(models: Path) -> None:
    embeddings = LangChainEmbeddings(OnnxEmbedder(models, 1))
    one, other = embeddings.embed_documents(["Talks in Geneva.", "Grain prices."])
    query = embeddings.embed_query("Where are the talks?")
    assert len(one) == len(query) == 384
    assert sum(a * b for a, b in zip(query, one, strict=True)) > sum(a * b for a, b in zip(query, other, strict=True))
    assert embeddings.embed_documents([]) == []
