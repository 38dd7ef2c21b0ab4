"""What Discord shows of an article: the article's own characters, whole, and nothing that formats, pings or hides."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pytest
from discord_fixtures import plain
from hypothesis import example, given, settings
from hypothesis import strategies as st
from simcord.preview._markdown import markdown_tokens

from bot.answer import Answer, Part, Quote, Status, Timings
from bot.commands.verify import Verdict
from bot.render import citations, lens
from bot.render.discord import PAGE, Heading, Page, pages
from bot.render.links import address, web
from bot.render.neutral import inline, markdown, units, visible
from retrieval.corpus import receipts
from retrieval.corpus.article import text_digest
from retrieval.reading.speakers import Speaker

LONG_URL = "https://news.example/" + "x" * 2000
ARTICLE = "He said: “We will talk in Geneva.” Then he left. We will talk, he added."


def quote(text: str, number: int = 1, highlight: str | None = None, **changes: object) -> Quote:
    start = 7
    found = text.find(highlight) if highlight else -1
    made = Quote(
        number=number,
        text=text,
        article="a.txt",
        title="Talks",
        publisher=None,
        url=None,
        published=date(2021, 12, 17),
        start=start,
        end=start + len(text),
        sha256=text_digest(text),
        highlight=(start + found, start + found + len(highlight or "")) if found >= 0 else None,
        speaker=Speaker("Sergei Ryabkov", "person"),
        paragraph=3,
        score=0.9,
        receipt=receipts.make("a.txt", start, start + len(text), text, text_digest(text)) + str(number),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def answer(*quotes: Quote, status: Status = Status.ANSWERED, nearest: tuple[Quote, ...] = (), **changes: object) -> Answer:
    numbers = tuple(q.number for q in quotes)
    made = Answer(
        run_id="r",
        question="Where will they talk?",
        status=status,
        quotes=quotes,
        parts=(Part("Where will they talk?", status, numbers, ()),),
        missing=(),
        nearest=nearest,
        confidence=0.9,
        text="",
        timings=Timings(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def shown(page: Page) -> str:
    return "\n".join(f"{block.text}\n{block.source}" for block in page.blocks)


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("*_~`|\\<>[]()@#&:;!-+=./\"' \n\t0123456789abc"),
        st.sampled_from("\u200b\u200d\u202e\u2066\u00ad\ufeff\u3164\u2800\u0000\u001b\u2028\r\ufe0f"),
        st.sampled_from("“”’é漢ج🙂"),
    ),
    max_size=80,
)


@settings(deadline=None)
@given(HOSTILE)
@example("@everyone <@&123> <#1> <t:1:R> </ask:1> <:a:1> https://evil.example :smile: ||x|| `y` __z__ &amp;")
@example("# Title\n- item\n1. one\n> quote\n>>> more\n-# small\n```\ncode\n```\n===\n---")
@example("    indented\n\ttab")
@example("a\u200bb\u202ec")
def test_any_text_is_shown_as_it_is(text: str) -> None:
    lines = markdown(text)
    assert all(line.strip() for line in lines)
    body = "\n".join(f"> {line}" for line in lines)
    kinds = {token["type"] for token in walk(markdown_tokens(body, "text_display", context=CONTEXT))}
    assert kinds <= {"blockquote", "paragraph", "inline", "text", "break"}
    assert plain(body).split() == visible(text).split()


CONTEXT = {"users": {"123": "alice"}, "roles": {"123": "mods"}, "channels": {"1": "general"}, "everyone": True}


def walk(tokens: list[dict[str, object]]) -> list[dict[str, object]]:
    return [t for token in tokens for t in (token, *walk(token.get("children", [])))]  # type: ignore[arg-type]


@settings(deadline=None)
@given(HOSTILE)
def test_nothing_invisible_is_left(text: str) -> None:
    for c in "".join(markdown(text)) + inline(text):
        assert c in "\u200d\ufe0f" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_joiners_stay_where_scripts_and_emoji_need_them() -> None:
    assert visible("می\u200cخواهم 👩\u200d🚀 ❤\ufe0f") == "می\u200cخواهم 👩\u200d🚀 ❤\ufe0f"
    assert visible("par\u200dtner ev\u200cil a\ufe0f") == "partner evil a"


@settings(deadline=None)
@given(st.text(st.sampled_from("ab *_.\n"), min_size=1, max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_the_answering_words_are_bold_and_no_others(text: str, one: int, other: int) -> None:
    a, b = sorted((one % (len(text) + 1), other % (len(text) + 1)))
    marked = "\n".join(markdown(text, (a, b)))
    unescaped = re.sub(r"\\(.)", lambda m: chr(0xE000 + ord(m[1])), marked)
    strong = "".join(re.findall(r"\*\*(.*?)\*\*", unescaped, re.DOTALL))
    seen = "".join(chr(ord(c) - 0xE000) if c >= "\ue000" else c for c in strong)
    assert seen.split() == text[a:b].split() or "".join(seen.split()) == "".join(text[a:b].split())


def test_an_answer_in_full() -> None:
    made = answer(quote("We will talk in Geneva.", highlight="Geneva"))
    (page,) = pages(made, {}, Heading(question=True))
    receipt = made.quotes[0].receipt
    assert shown(page).split("\n") == [
        "### Where will they talk?",
        "",
        "> We will talk in **Geneva**.",
        f"-# **Sergei Ryabkov** · Talks · 17 December 2021 · paragraph 3 · `{receipt}`",
    ]


def test_a_refusal_names_what_is_missing_and_cites_nothing() -> None:
    near = quote("We will talk in Geneva.", highlight="Geneva")
    made = answer(status=Status.REFUSED, nearest=(near,), missing=("Minsk", "@here", "x" * 500))
    (page,) = pages(made, {}, Heading())
    said = shown(page)
    assert "✋ **The articles do not answer this.** No article mentions **Minsk**, **\\@here** or **xxx" in said
    assert "Closest we have, not an answer" in said
    assert near.receipt not in said
    assert "**Geneva**" not in said
    assert len(said) < 800


def test_a_question_of_several_parts() -> None:
    first, second = quote("We will talk in Geneva.", 1), quote("Then he left.", 2)
    parts = (
        Part("where will they talk?", Status.ANSWERED, (1,), ()),
        Part("who left?", Status.ANSWERED, (2, 1), ()),
        Part("what is Minsk?", Status.REFUSED, (), ("Minsk",)),
    )
    (page,) = pages(answer(first, second, status=Status.PARTIAL, parts=parts), {}, Heading(question=True))
    said = shown(page)
    assert [line for line in said.split("\n") if line.startswith("###")] == [
        "### Where will they talk?", "### Who left?", "### What is Minsk?",
    ]  # fmt: skip
    assert said.count("> We will talk in Geneva.") == 1
    assert "See quote 1 above." in said
    assert "No article mentions **Minsk**." in said


def test_long_quotes_go_to_pages_of_their_own_and_are_never_torn() -> None:
    texts = ["".join(f"{n} word * " for n in range(k, k + 220)).strip() + "." for k in range(4)]
    made = answer(*(quote(text, n) for n, text in enumerate(texts, 1)))
    result = pages(made, {}, Heading(question=True))
    assert len(result) == 4
    for page, text in zip(result, texts, strict=True):
        assert sum(block.units for block in page.blocks) <= PAGE
        assert text in plain("\n".join(b.text for b in page.blocks if b.key))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 6000), min_size=1, max_size=10), st.sampled_from("a*🙂"))
def test_every_quote_is_whole_on_its_page_or_attached(sizes: list[int], c: str) -> None:
    made = answer(*(quote(c * size, n) for n, size in enumerate(sizes, 1)))
    found: dict[str | None, str] = {}
    for page in pages(made, {}, Heading(question=True)):
        assert sum(block.units for block in page.blocks) <= PAGE
        assert sum(block.key is not None for block in page.blocks) <= 4
        found |= {b.key: b.whole.text if b.whole else plain(b.text) for b in page.blocks if b.key}
    assert found == {f"q{n}": c * size for n, size in enumerate(sizes, 1)}


def test_names_that_are_texts_of_their_own_are_neutral_too() -> None:
    made = quote("Yes.", title="[click](https://evil.example) @everyone\n# Big", publisher="`code`")
    (page,) = pages(answer(made), {made.receipt: "https://news.example/a"}, Heading())
    tokens = walk(markdown_tokens(page.blocks[0].source, "text_display", context=CONTEXT))
    assert [t["href"] for t in tokens if t["type"] == "link_open"] == ["https://news.example/a"]
    assert "mention" not in {t["type"] for t in tokens}
    assert "[click](https://evil.example) @everyone # Big · `code`" in plain(page.blocks[0].source)


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("Geneva", "#:~:text=Geneva"),
        ("We will talk", "#:~:text=We%20will%20talk%20in%20Geneva."),  # not unique, so the whole passage
        ("talk in Geneva.", "#:~:text=talk%20in%20Geneva."),
    ],
)
def test_links_lead_to_the_words_where_they_are_unique(words: str, fragment: str) -> None:
    made = quote("We will talk in Geneva.", highlight=words, url="https://news.example/a?b=c")
    assert address(made, ARTICLE) == "https://news.example/a?b=c" + fragment


def test_links_without_a_unique_place_lead_to_the_article() -> None:
    made = quote("Yes.", url="https://news.example/a#top")
    assert address(made, "Yes. Yes.") == "https://news.example/a#top"
    assert address(made, "No. Yes.") == "https://news.example/a#top:~:text=Yes."
    assert address(quote("Yes."), "Yes.") is None


def test_long_passages_are_named_by_their_ends() -> None:
    text = "One-two, three & four five six seven eight nine ten eleven\ntwelve thirteen."
    found = address(quote(text, url="https://news.example/a"), text)
    assert found is not None
    directive = found.split(":~:text=")[1]
    first, last = directive.split(",")
    assert unquote(first) == "One-two, three & four"
    assert unquote(last) == "ten eleven twelve thirteen."
    assert "-" not in directive
    assert "&" not in directive


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "http://[", "news", "https://a/" + "x" * 2000]
)
def test_only_addresses_of_the_web_are_linked(url: str) -> None:
    assert web(url) is None


def test_no_address_can_end_its_link() -> None:
    link = web("https://news.example/a b)](<https://evil.example>)")
    assert link is not None
    assert not set(link) & set("()<>[] ")


def test_the_lens_moves_over_the_whole_article_and_marks_the_quote() -> None:
    long = " ".join(f"Sentence number {n} goes on for a while." for n in range(120))
    text = f"First paragraph.\n{long}\n\nThe quote stands here. Not this.\n{'x' * 3000}\nLast."
    stops = lens.steps(text, 0)
    assert all(one.end <= other.start for one, other in itertools.pairwise(stops))
    assert "".join("".join(text[s.start : s.end].split()) for s in stops) == "".join(text.split())
    start = text.index("The quote")
    span = (start, start + len("The quote stands here."))
    at = lens.find(stops, start)
    assert stops[at].paragraph == 3
    for n in range(len(stops)):
        assert sum(map(units, lens.show(text, stops, n, span))) < 3800
    assert "> **The quote stands here.** Not this." in "\n".join(lens.show(text, stops, at, span))


def test_sources_are_listed_by_article() -> None:
    one, two, other = quote("A.", 1), quote("B.", 2), quote("C.", 3, article="b.txt", title="Other")
    made = citations.blocks(
        [one, two, other],
        {},
        {one.receipt: Verdict.IDENTICAL, two.receipt: Verdict.CHANGED, other.receipt: Verdict.MISSING},
    )
    assert len(made) == 3
    assert "✅" in made[0]
    assert "has changed" in made[0]
    assert "no longer here" in made[1]
    assert sum(map(units, made)) <= PAGE
