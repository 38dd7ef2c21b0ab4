"""Every error a person can meet, as one tree. Each message ends with what to do.

VerbatimError
├── ArticleError        one file cannot be taken in; the others go on
├── StoreError
│   ├── IndexMismatch   built with another model, schema or settings
│   ├── IndexBusy       another process is writing
│   └── StorageError    the data folder cannot be read or written
│       ├── ChangedMeanwhile  an article was changed or removed while it was read
│       └── Unreachable a server that keeps articles or answers is away; nothing is lost
├── WeightsError        model weights missing or not the published ones
├── QuestionError       nothing that can be asked
├── ReceiptError        not a receipt
├── WritingError        a language model wrote nothing that can be used; the quotes stand alone
└── SettingsError       a setting is unknown or out of range
"""

from __future__ import annotations


class VerbatimError(Exception):
    """An expected failure: what happened and what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what.rstrip('.')}. {remedy}")
        self.what = what
        self.remedy = remedy


class ArticleError(VerbatimError):
    """A file that cannot be taken in as an article."""

    def __init__(self, name: str, what: str, remedy: str) -> None:
        super().__init__(f"{name}: {what}", remedy)
        self.name = name


class StoreError(VerbatimError):
    """The index cannot be used as it is."""


class IndexMismatch(StoreError):
    """The index was built with another embedding model, schema or settings."""


class IndexBusy(StoreError):
    """Another process is bringing the index in line."""


class StorageError(StoreError):
    """The data folder cannot be read or written."""


class ChangedMeanwhile(StorageError):
    """What was read is not there any more: an article was changed or removed, or the index built anew."""


class Unreachable(StorageError):
    """A server that the index or the state lies on does not answer."""

    def __init__(self, what: str, remedy: str, keeps: str) -> None:
        """`keeps` is what lies there, in a word that anybody may read: articles, answers."""
        super().__init__(what, remedy)
        self.keeps = keeps


class WeightsError(VerbatimError):
    """Model weights are missing, or are not the bytes that they should be."""


class QuestionError(VerbatimError):
    """A text that cannot be asked as a question."""


class ReceiptError(VerbatimError):
    """A text that is not a receipt."""


class WritingError(VerbatimError):
    """A language model gave nothing that can be used: no connection, no time, no budget, no sense."""


class SettingsError(VerbatimError):
    """A setting that is unknown or out of range."""
