"""The composition root: settings in, collaborators out. Nothing else builds them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot import dependencies
from bot.answering import Answerer
from bot.render.terminal import markdown
from bot.settings import PROJECT, Settings
from bot.state import quick
from retrieval.errors import VerbatimError
from retrieval.index.index import Index, IndexSettings
from retrieval.index.ingest import Progress, Report, ingest, is_current, remembered_paths
from retrieval.reading.aliases import Aliases
from retrieval.reading.judge import load_calibration
from retrieval.reading.likeness import Likeness
from retrieval.reading.reader import Reader
from retrieval.reading.readers import load_reader
from retrieval.reading.search import EVERYTHING, HybridRetriever, Scope

if TYPE_CHECKING:
    from bot.claims import Checker
    from bot.compose.composer import Composer
    from bot.compose.model import ModelWriter
    from bot.compose.prose import ProseChecker
    from bot.recording import Run
    from bot.state.database import Database
    from bot.state.runs import Runs
    from retrieval.reading.langchain import ArticleRetriever

SEEDS = PROJECT / "seeds"


class Project:
    """Everything a command may need, each built when it is first asked for."""

    def __init__(self, settings: Settings, data: Path, models: Path | None = None) -> None:
        """`models` is where exported models are kept, by default in the data folder."""
        self.settings = settings
        self.data = data
        self.models = models or data / "models"

    @cached_property
    def threads(self) -> int:
        """Threads for the models."""
        return self.settings.reader.threads or os.cpu_count() or 1

    @cached_property
    def index(self) -> Index:
        """The index in the data folder."""
        return Index(
            IndexSettings(
                data=self.data,
                articles=_beside_project(self.settings.ingest.articles),
                embedding_model=self.settings.search.embedding_model,
                threads=self.threads,
                passage_words=self.settings.ingest.passage_words,
                max_bytes=self.settings.ingest.max_bytes,
                document_bytes=self.settings.ingest.document_bytes,
                pages=self.settings.ingest.pages,
                expanded_bytes=self.settings.ingest.expanded_bytes,
                wait_seconds=self.settings.ingest.wait_seconds,
                models=self.models,
                chroma=self.settings.search.chroma,
                exact_passages=self.settings.search.exact_passages,
                shared=self._shared,
            )
        )

    @cached_property
    def reader(self) -> Reader:
        """The reader that the settings name."""
        return load_reader(self.settings.reader.model, self.threads)

    def load_models(self) -> None:
        """Load both models at the same time, where both will be needed."""
        with ThreadPoolExecutor(1) as other:
            reading = other.submit(lambda: self.reader)
            _ = self.index.embedder
            reading.result()

    @cached_property
    def answerer(self) -> Answerer:
        """Answers questions; the index must be current."""
        return Answerer(
            settings=self.settings,
            index=self.index,
            retriever=HybridRetriever(self.index, self.settings.search.candidates),
            reader=self.reader,
            calibration=load_calibration(),
            aliases=Aliases.load(_beside_project(self.settings.search.aliases)),
            likeness=Likeness(),
            render=markdown,
            renew=self.renew,
        )

    @cached_property
    def checker(self) -> Checker:
        """Checks texts against the articles; the index must be current."""
        from bot.claims import Checker
        from retrieval.reading.meanings import Meanings

        return Checker(
            index=self.index,
            retriever=HybridRetriever(self.index, self.settings.search.candidates),
            aliases=Aliases.load(_beside_project(self.settings.search.aliases)),
            meanings=Meanings.load(),
            least_cosine=self.settings.check.least_cosine,
            max_characters=self.settings.check.max_characters,
            renew=self.renew,
        )

    @cached_property
    def composer(self) -> Composer | None:
        """Has a language model write above the quotes; None where the settings name none."""
        if not self.settings.compose.model:
            return None
        from bot.compose.composer import Composer
        from bot.state.ledger import Ledger

        ledger = Ledger(lambda: self.database)
        return Composer(self.settings, lambda: self.writer, lambda: self.prose_checker, ledger, markdown)

    @cached_property
    def writer(self) -> ModelWriter:
        """The language model that the settings name."""
        from bot.compose.model import ModelWriter

        return ModelWriter(self.settings.compose)

    @cached_property
    def prose_checker(self) -> ProseChecker:
        """Reads what a model wrote."""
        from bot.compose.checking.checker import Checker
        from retrieval.reading.grammar import SpacyGrammar
        from retrieval.reading.meanings import Meanings
        from retrieval.reading.wording import Wording

        aliases = Aliases.load(_beside_project(self.settings.search.aliases))
        return Checker(SpacyGrammar(), Wording(Meanings.load(), aliases, Likeness()), self.reader)

    def langchain_retriever(self, limit: int = 7, scope: Scope = EVERYTHING) -> ArticleRetriever:
        """The search for a LangChain chain: at most `limit` passages from the articles in scope."""
        from retrieval.reading.langchain import ArticleRetriever

        return ArticleRetriever(
            retriever=HybridRetriever(self.index, self.settings.search.candidates),
            catalogue=self.index.catalogue,
            aliases=Aliases.load(_beside_project(self.settings.search.aliases)),
            limit=limit,
            scope=scope,
        )

    @cached_property
    def database(self) -> Database:
        """The state. SQLAlchemy takes half a second to import, so it is opened after an answer was shown."""
        # The tables of modules that are imported are made when the database is opened.
        from bot.state import announced, feedback, posts, runs, stale, usages, watches  # noqa: F401
        from bot.state.database import Database

        return Database(self.settings.state.url, self.data)

    @cached_property
    def runs(self) -> Runs:
        """Answers that can be given again."""
        from bot.state.runs import Runs

        return Runs(self.database, self.settings.state.keep_runs, self.settings.state.keep_days)

    def keep(self, run: Run) -> bool:
        """Keep a run; False if the same run gave another answer before.

        Raises:
            StorageError: the database failed.

        """
        state = self.settings.state
        if "database" not in self.__dict__ and not state.url and state.keep_runs:
            depends = dependencies.digest(dict(run.depends))
            if quick.kept(self.data / quick.FILE, run, depends, state.keep_runs, state.keep_days):
                return True
        return self.runs.put(run)

    @property
    def _shared(self) -> str:
        """Where vectors and state are on servers, the catalogue is shared as well: through the state's database."""
        url = self.settings.state.url
        return url if self.settings.search.chroma and url.startswith("postgresql") else ""

    def paths(self) -> list[Path]:
        """What was ingested last, else the seeds."""
        return remembered_paths(self.index) or [SEEDS]

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        rebuild: bool = False,
        progress: Progress | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> Report:
        """Bring the index in line with these files and folders."""
        return ingest(self.index, paths, rebuild=rebuild, progress=progress, waiting=waiting)

    def refresh(
        self, starting: Callable[[], None], progress: Progress | None = None, waiting: Callable[[], None] | None = None
    ) -> Report | None:
        """Bring the index in line with the files ingested last if it is not; None if it was.

        Args:
            starting: called before work begins, to say so.
            progress: told after each file.
            waiting: called if another process is at it already.

        """
        paths = self.paths()
        if is_current(self.index, paths):
            return None
        starting()
        return self.ingest(paths, progress=progress, waiting=waiting)

    def renew(self) -> None:
        """Bring the index in line if the settings have that done by itself; what goes wrong shows in what is asked next."""
        if self.settings.ingest.watch:
            with suppress(VerbatimError):
                self.refresh(starting=lambda: None)


def _beside_project(path: str) -> Path:
    """Relative paths in the settings are meant from the project's folder, wherever a command is run."""
    return PROJECT / path
