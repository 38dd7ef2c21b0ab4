from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Child, make_index, snapshot, without_privileges

from retrieval.errors import StorageError, VerbatimError
from retrieval.index.index import Index
from retrieval.index.ingest import Report, ingest, is_current

GOOD = "Ministers met in Geneva.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    (made / "a-good.txt").write_text(GOOD, "utf-8")
    (made / "z-good.txt").write_text("They met again in Oslo.\n", "utf-8")
    return made


def write(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(50_000_000)


BAD = [
    ("latin1.txt", write("“Café” ".encode() + "café".encode("latin-1")), r"is not UTF-8 \(byte 0xe9 at position 15\)"),
    ("cut.txt", write("Geneva 🙂".encode()[:-1]), r"is not UTF-8 \(byte 0xf0 at position 7\)"),
    ("surrogate.txt", write(b"Geneva \xed\xa0\x80"), r"is not UTF-8 \(byte 0xed at position 7\)"),
    ("utf16.txt", write("Geneva".encode("utf-16")), r"looks binary \(a zero byte at position 3\)"),
    ("empty.txt", write(b""), "is empty"),
    ("blank.txt", write("\ufeff \r\n\u2003\n".encode()), "is empty"),
    ("binary.txt", write(b"\x7fELF\x02\x01\x01\x00\x00"), r"looks binary \(a zero byte at position 7\)"),
    ("link.txt", lambda path: path.symlink_to("nowhere"), "is a link to nowhere"),
    ("loop.txt", lambda path: path.symlink_to("loop.txt"), "Too many levels of symbolic links"),
    ("pipe.txt", os.mkfifo, "is not a regular file"),
    ("folder.txt", Path.mkdir, None),
    ("large.txt", sparse, "is 50,000,000 bytes, more than the 1,000,000 allowed"),
    ("front.md", write(b"---\ntitle: [\n---\nThey met."), r"has broken front matter \(line 3\)"),
    ("open.md", write(b"---\ntitle: A\nThey met."), "front matter that is never closed"),
    ("date.txt", write(b"date 2021-12-99 They met."), "has a date that is none: '2021-12-99'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "reason"), BAD, ids=[name for name, *_ in BAD])
def test_a_bad_file_is_named_with_its_reason_and_stops_no_other(
    index: Index, folder: Path, name: str, make: Callable[[Path], Any], reason: str | None
) -> None:
    make(folder / name)
    report = ingest(index, [folder])
    assert report.added == ["a-good.txt", "z-good.txt"]
    assert list(report.rejected) == ([name] if reason else [])
    if reason:
        with pytest.raises(VerbatimError, match=rf"^{name}: .*{reason}"):
            raise VerbatimError(report.rejected[name].rstrip("."), "")
    assert is_current(index, [folder])


def test_all_bad_files_at_once(index: Index, folder: Path) -> None:
    for name, make, _ in BAD:
        make(folder / name)
    report = ingest(index, [folder])
    assert report.added == ["a-good.txt", "z-good.txt"]
    assert sorted(report.rejected) == sorted(name for name, _, reason in BAD if reason)
    assert all(len(message.rstrip(".").split(". ")) >= 2 for message in report.rejected.values()), "each says what to do"


def test_a_file_that_turns_bad_leaves_and_comes_back_when_mended(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    held = snapshot(index)
    (folder / "a-good.txt").write_bytes(b"\xff")
    report = ingest(index, [folder])
    assert (report.removed, list(report.rejected)) == (["a-good.txt"], ["a-good.txt"])
    assert len(index.vectors.ids()) == index.catalogue.count() == 1
    (folder / "a-good.txt").write_text(GOOD, "utf-8")
    assert not is_current(index, [folder])
    assert ingest(index, [folder]).added == ["a-good.txt"]
    assert snapshot(index) == held


def test_names_that_are_not_utf8(index: Index, folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(GOOD, "utf-8")
    report = ingest(index, [folder])
    assert report.rejected == {r"caf\udce9.txt": r"caf\udce9.txt: has a name that is not UTF-8. Rename it."}
    assert is_current(index, [folder])
    with pytest.raises(StorageError, match="a name that is not UTF-8"):
        ingest(index, [Path(os.fsdecode(b"/caf\xe9"))])


def test_what_is_not_an_article_is_left_alone(index: Index, folder: Path) -> None:
    for name in (".hidden.txt", "picture.png", "notes.odt", "~"):
        (folder / name).write_bytes(b"\x00")
    (folder / ".git").mkdir()
    (folder / ".git" / "message.txt").write_text("no", "utf-8")
    report = ingest(index, [folder])
    assert (report.added, report.rejected) == (["a-good.txt", "z-good.txt"], {})


@pytest.mark.parametrize("what", ["a link to nowhere", "no name", "a file as folder"])
def test_a_path_that_cannot_be_opened(index: Index, folder: Path, what: str) -> None:
    (folder / "link").symlink_to("nowhere")
    path = {"a link to nowhere": folder / "link", "no name": folder / "x", "a file as folder": folder / "a-good.txt" / "x"}
    with pytest.raises(StorageError, match="Give a file or a folder that can be read"):
        ingest(index, [path[what]])


def _unprivileged(data: Path, paths: list[Path]) -> Report | str:
    without_privileges()
    index = make_index(data)
    try:
        return ingest(index, paths)
    except VerbatimError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        index.close()


def test_files_and_folders_that_may_not_be_read(index: Index, folder: Path) -> None:
    data = index.settings.data
    (folder / "shut.txt").write_text("Closed.\n", "utf-8")
    (folder / "shut.txt").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed" / "inside.txt").write_text("Inside.\n", "utf-8")
    (folder / "closed").chmod(0)
    report = Child(_unprivileged, data, [folder]).result()
    assert report.added == ["a-good.txt", "z-good.txt"]
    assert report.rejected == {
        "shut.txt": "shut.txt: cannot be read (Permission denied). Allow reading, or leave it out.",
        "closed": "closed: this folder may not be read. Allow reading (chmod u+rx) or leave it out.",
    }
    (folder / "closed").chmod(0o700)
    assert Child(_unprivileged, data, [folder]).result().added == ["closed/inside.txt"]
    folder.chmod(0)
    said = Child(_unprivileged, data, [folder]).result()
    folder.chmod(0o700)
    assert said == f"StorageError: {folder} may not be read. Allow reading (chmod u+rx) and run the command again."
    assert index.catalogue.count() == 3, "a folder that cannot be opened removes nothing"


def test_a_data_folder_that_may_not_be_written(tmp_path: Path, folder: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir(mode=0o555)
    said = Child(_unprivileged, parent / "data", [folder]).result()
    assert said.startswith("StorageError: ")
    assert said.endswith("Permission denied. Make the folder writable and leave space, or choose another with --data.")


def _questioned(data: Path, folder: Path) -> list[str]:
    without_privileges()
    said = []
    for work in (is_current, lambda index, paths: str(ingest(index, paths))):
        index = make_index(data)
        try:
            said.append(str(work(index, [folder])))
        except VerbatimError as error:
            said.append(f"{type(error).__name__}: {error}")
        index.close()
    return said


def test_an_index_that_may_only_be_read_says_so_and_stays_whole(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    held = snapshot(index)
    index.close()
    data = index.settings.data
    for folder_or_file in (data, *data.rglob("*")):
        folder_or_file.chmod(0o555 if folder_or_file.is_dir() else 0o444)
    (folder / "new.txt").write_text("More.\n", "utf-8")
    said = Child(_questioned, data, folder).result()
    for folder_or_file in (data, *data.rglob("*")):
        folder_or_file.chmod(0o755 if folder_or_file.is_dir() else 0o644)
    for line in said:
        assert line.startswith("StorageError: ")
        assert "riteable" in line or "ritable" in line
    assert snapshot(index) == held


@pytest.mark.parametrize(
    "content", [b"this is no database, but long enough to look like one" * 40, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_catalogue_that_is_none_offers_to_rebuild(index: Index, folder: Path, content: bytes) -> None:
    ingest(index, [folder])
    held = snapshot(index)
    index.close()
    for left in index.settings.data.glob("catalogue*"):
        left.write_bytes(content)
    with pytest.raises(StorageError, match="verbatim ingest --rebuild"):
        is_current(index, [folder])
    ingest(index, [folder], rebuild=True)
    assert snapshot(index) == held
