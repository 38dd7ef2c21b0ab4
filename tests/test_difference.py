"""What became of quoted words in a later version of their article, and how it is shown."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from discord_fixtures import ANSWERED, plain
from hypothesis import given
from hypothesis import strategies as st

from bot.fates import Fate, Mark
from bot.render.difference import Kind, difference, markdown
from bot.render.difference import plain as for_terminals
from bot.render.discord import PAGE, Heading, pages
from bot.wiring import Project
from retrieval.corpus.matching import Version

TEXTS = st.lists(st.sampled_from("Moscow proposed talks in Geneva. not **all** @everyone ~~x~~ 1. - # <@1>".split())).map(
    " ".join
)


@pytest.fixture(scope="module")
def article(seeds: Project) -> Version:
    catalogue = seeds.index.catalogue
    sha256 = catalogue.entries()[0].sha256
    return Version(catalogue.text(sha256), catalogue.body(sha256))


@given(TEXTS, TEXTS)
def test_a_difference_holds_all_words_of_both_and_no_others(before: str, after: str) -> None:
    pieces = difference(before, after)
    for gone, text in ((Kind.ADDED, before), (Kind.REMOVED, after)):
        assert " ".join(piece.words for piece in pieces if piece.kind is not gone) == text
    assert all(one.kind is not other.kind for one, other in pairwise(pieces))


@given(TEXTS, TEXTS)
def test_discord_shows_the_words_as_they_are(before: str, after: str) -> None:
    shown = plain(markdown(before, after)).split()
    assert shown == [word for piece in difference(before, after) for word in piece.words.split()]


def test_old_words_are_struck_beside_the_new_ones() -> None:
    before, after = "They will talk in Geneva on Monday.", "They will not talk in Vienna on Monday."
    assert markdown(before, after) == "They will **not** talk in ~~Geneva~~ **Vienna** on Monday."
    assert for_terminals(before, after) == "They will {+not+} talk in [-Geneva-] {+Vienna+} on Monday."
    assert markdown(before, None) == "~~They will talk in Geneva on Monday.~~"


def quotes(article: Version) -> list[str]:
    """One sentence, and two in a row."""
    spans = article.sentences
    return [article.text[slice(*spans[5])], article.text[spans[6][0] : spans[7][1]]]


def test_words_that_moved_or_are_laid_out_otherwise_are_the_same(article: Version) -> None:
    for quote in quotes(article):
        moved = Version(f"A correction was made.\n\n{article.text}", article.body)
        place = moved.same(quote, article.text.index(quote))
        assert place is not None
        assert moved.text[slice(*place)] == quote
        wide = Version(article.text.replace(quote, quote.replace(" ", "  ")), article.body)
        place = wide.same(quote, 0)
        assert place is not None
        assert wide.text[slice(*place)].split() == quote.split()


def test_of_two_places_the_nearer_one_is_taken(article: Version) -> None:
    quote = quotes(article)[0]
    twice = Version(f"{article.text}\n{quote}\n", article.body)
    assert twice.same(quote, 0) == (article.text.index(quote), article.text.index(quote) + len(quote))
    assert twice.same(quote, len(twice.text)) == (len(article.text) + 1, len(article.text) + 1 + len(quote))


def test_a_sentence_that_now_denies_the_words_does_not_hold_them(article: Version) -> None:
    quote = quotes(article)[0]
    denied = Version(article.text.replace(quote, f"It is not true, the ministry wrote, that {quote}"), article.body)
    assert denied.same(quote, 0) is None
    near = denied.closest(quote)
    assert near is not None
    added = [p.words for p in difference(quote, denied.text[slice(*near)]) if p.kind is Kind.ADDED]
    assert added == ["It is not true, the ministry wrote, that"]


def test_the_closest_sentences_are_the_changed_ones_and_nothing_is_close_to_what_was_dropped(article: Version) -> None:
    for quote in quotes(article):
        words = quote.split()
        changed = " ".join([*words[:3], "suddenly", *words[4:]])
        version = Version(
            f"A new first line, longer than the old one.\n{article.text.replace(quote, changed)}", article.body
        )
        near = version.closest(quote)
        assert near is not None
        assert version.text[slice(*near)] == changed
        assert Version(article.text.replace(quote, ""), article.body).closest(quote) is None


@pytest.mark.parametrize("words", [3, 300, 600, 900, 1500])
@pytest.mark.parametrize("mark", [Mark(Fate.GONE), Mark(Fate.CHANGED), Mark(Fate.CHANGED, "Other words. " * 150)])
def test_whatever_becomes_of_a_quote_no_limit_cuts_it(seeds: Project, words: int, mark: Mark) -> None:
    answer = seeds.answerer.ask(ANSWERED)
    text = " ".join(f"w{n}*" for n in range(words))
    long = replace(answer.quotes[0], text=text, end=answer.quotes[0].start + len(text), highlight=None)
    made = pages(replace(answer, quotes=(long, *answer.quotes[1:])), {}, Heading(question=True), {"q1": mark})
    assert all(sum(block.units for block in page.blocks) <= PAGE for page in made)
    (marked,) = [block for page in made for block in page.blocks if block.mark]
    shown = marked.whole.text if marked.whole else plain(marked.text)
    assert all(f"w{n}*" in shown for n in range(words))
    assert mark.now is None or shown.count("Other words.") == 150
