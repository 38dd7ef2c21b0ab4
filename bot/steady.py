"""Answers while articles change: wholly from the old text or wholly from the new, else asked again once by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.gate import UnverifiedAnswer
from retrieval.errors import ChangedMeanwhile
from retrieval.index.catalogue import Catalogue
from retrieval.index.taking import EPOCH

T = TypeVar("T")


def steady(catalogue: Catalogue, work: Callable[[], T], renew: Callable[[], object]) -> T:
    """The result of some work that reads articles. It is done once more if one of them changed or went meanwhile.

    Articles that are added disturb nothing. The second result stands whatever happens: each quote in it has passed the
    check against its article, so what can still be mixed is only which articles it was chosen from.

    Args:
        catalogue: of the articles.
        work: reads them; done at most twice.
        renew: called before the second time if a file is not what the index says of it.

    Raises:
        ChangedMeanwhile: also the second time.
        UnverifiedAnswer: also the second time.

    """
    before = catalogue.fact(EPOCH)
    try:
        done = work()
    except ChangedMeanwhile:
        return work()
    except UnverifiedAnswer:
        renew()
        return work()
    return done if catalogue.fact(EPOCH) == before else work()
