"""After any sequence of changes, ingests and crashes the index is the one that is built afresh."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from support import Child, make_index, moments, snapshot

from retrieval.index.ingest import ingest, is_current

NAMES = st.sampled_from(["a.txt", "b.txt", "c.md", "sub/a.txt", "list.jsonl"])
BODIES = st.sampled_from(
    [
        "Ministers met in Geneva.\n\nNothing was signed.\n",
        "Ministers met in Vienna.\n\nNothing was signed.\n",
        "date 2021-12-17 The envoy left.\n\n" + "\n\n".join(f"He came to town {n}." for n in range(150)) + "\n",
        "---\ntitle: Three\n---\nA third text about grain.\n",
        "---\ntitle: Four\n---\nA third text about grain.\n",
        '{"id": "1", "text": "The first of two."}\n{"id": "2", "text": "The second of two."}\n',
        '{"id": "2", "text": "The second of two."}\nno JSON\n',
        "\n",
        "\0",
    ]
)
"""Of the same length, of more passages than are written at a time, with other labels only, several articles
in a file, and some that are refused."""


def _ingest(data: Path, articles: Path, die_at: int | None) -> int:
    """Lines of the index's code that ran."""
    index = make_index(data)
    last = moments(index, articles, die_at=die_at)[-1]
    index.close()
    return last


def _held(data: Path, articles: Path) -> tuple[dict[str, Any], bool]:
    """What an index holds after one more ingest, and whether it is in line then."""
    index = make_index(data)
    ingest(index, [articles])
    index.vectors.ids()  # makes the collection where there has never been anything to put into it
    held, current = snapshot(index), is_current(index, [articles])
    index.close()
    # How Chroma joins the same vectors to a graph depends on the order in which they came, and on its threads.
    del held["found"]
    return held, current


class History(RuleBasedStateMachine):
    """A folder of articles and its index."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.articles, self.data = self.folder / "articles", self.folder / "data"
        (self.articles / "sub").mkdir(parents=True)
        for name, body in (("a.txt", "Ministers met in Geneva.\n\nNothing was signed.\n"), ("c.md", "A third text.\n")):
            (self.articles / name).write_text(body, "utf-8")

    @rule(name=NAMES, body=BODIES)
    def write(self, name: str, body: str) -> None:
        """Add a file, or change one."""
        (self.articles / name).write_text(body, "utf-8")

    @rule(name=NAMES, body=BODIES)
    def write_back_in_time(self, name: str, body: str) -> None:
        """Change a file and set its time to what it was."""
        path = self.articles / name
        before = path.stat().st_mtime_ns if path.exists() else 1
        path.write_text(body, "utf-8")
        os.utime(path, ns=(before, before))

    @rule(name=NAMES, other=NAMES)
    def rename(self, name: str, other: str) -> None:
        if (self.articles / name).exists():
            (self.articles / name).replace(self.articles / other)

    @rule(name=NAMES, other=NAMES)
    def copy(self, name: str, other: str) -> None:
        if name != other and (self.articles / name).exists():
            shutil.copy2(self.articles / name, self.articles / other)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        (self.articles / name).unlink(missing_ok=True)

    @rule(name=NAMES, seconds=st.integers(1, 2**32))
    def touch(self, name: str, seconds: int) -> None:
        if (self.articles / name).exists():
            os.utime(self.articles / name, (seconds, seconds))

    @rule()
    def take_in(self) -> None:
        index = make_index(self.data)
        ingest(index, [self.articles])
        assert is_current(index, [self.articles])
        index.close()

    @rule(share=st.floats(0, 1))
    def crash(self, share: float) -> None:
        """Killed at some line of the index's code, where there is that much to do."""
        rehearsal = self.folder / "rehearsal"
        shutil.rmtree(rehearsal, ignore_errors=True)
        if self.data.exists():
            shutil.copytree(self.data, rehearsal)
        last = Child(_ingest, rehearsal, self.articles, None).result()
        child = Child(_ingest, self.data, self.articles, 1 + int(share * (last - 1)))
        assert child.ended() in {-signal.SIGKILL, 0}

    def teardown(self) -> None:
        held, current = _held(self.data, self.articles)
        expected, _ = _held(self.folder / "fresh", self.articles)
        shutil.rmtree(self.folder)
        assert current
        for kind, value in expected.items():
            assert held[kind] == value, kind


History.TestCase.settings = settings(
    max_examples=6,
    stateful_step_count=10,
    # A history is short as it is, and each takes seconds: what fails is shown and not made shorter.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
test_any_history = History.TestCase
