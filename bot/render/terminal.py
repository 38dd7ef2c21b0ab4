"""An answer as Markdown, and the same in colour on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from bot.answer import Answer, Quote, Status
from bot.render import prose, standing
from retrieval.corpus.passages import WRAPPED, ends_sentence

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&])")
_AT_START = re.compile(r"^(\s*\d*)([-+=.)])", re.MULTILINE)
"""What makes a list or a heading of a line."""

_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~&+=.)-])")
NOT_AN_ANSWER = "Closest we have, not an answer:"


def markdown(answer: Answer) -> str:
    """The answer as Markdown: each quote as a block quote, the answering words in bold, then who, where and when."""
    blocks = [verdict(answer), *relations(answer), *_prose(answer)]
    for quote in answer.quotes:
        # A blank line between, else the source is read as the quote's last line.
        blocks.append(f"{_block(quote)}\n\n{quote.number}. {_line(source(quote))} · `{quote.receipt}`")
    if answer.nearest:
        blocks.append(f"_{NOT_AN_ANSWER}_")
        blocks += [f"{_block(quote)}\n\n{_line(source(quote))}" for quote in answer.nearest]
    return "\n\n".join(block for block in blocks if block)


def _prose(answer: Answer) -> list[str]:
    if not (said := prose.head(answer, escape)):
        return []
    return [f"_{said}_", *prose.sentences(answer, escape)]


def verdict(answer: Answer) -> str:
    """One or two sentences on what is answered and what is not; empty where the quotes say it all."""
    if answer.status is Status.ANSWERED:
        return ""
    if answer.status is Status.REFUSED:
        return f"The articles do not answer this. {_reason(answer.missing, answer.unquoted)}"
    lines = []
    for part in answer.parts:
        if part.status is Status.REFUSED:
            lines.append(f"Not answered: “{escape(part.question)}” {_reason(part.missing, part.unquoted)}")
    return "\n".join(lines)


def relations(answer: Answer) -> list[str]:
    """That articles differ, how many independent ones there are, and that later ones say otherwise; as far as it is so."""
    counted = standing.sources(answer)
    later = standing.later(answer, escape, lambda day: day.isoformat())
    unnamed = standing.unnamed(answer, escape)
    lines = [unnamed, *standing.differences(answer, escape), f"{counted}." if counted else "", f"{later}." if later else ""]
    return [line for line in lines if line]


def source(quote: Quote) -> str:
    """Who says it, title, publisher, date, paragraph, and in which copies of the article it stands as well."""
    voice = f"says {visible(quote.speaker.name)}" if quote.speaker.kind != "reporter" else None
    date = quote.published.isoformat() if quote.published else "no date"
    fields = [
        voice,
        visible(quote.title),
        quote.publisher and visible(quote.publisher),
        date,
        f"paragraph {quote.paragraph}",
        standing.copies(quote, visible),
    ]
    return " · ".join(field for field in fields if field)


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _AT_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", visible(text)))


def visible(text: str) -> str:
    """Text in which nothing steers the terminal: control and direction characters and invisible tags become �.

    Every line break becomes a newline; a carriage return alone would have the next words written over the last.
    """
    return _STEERING.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))


_STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"  # control characters but tab and newline, and halves of characters
    r"\u061c\u202a-\u202e\u2066-\u2069\u200e\u200f\U000e0000-\U000e007f]"  # directions and tags
)


def show(console: Console, answer: Answer) -> None:
    """Print an answer for a person."""
    console.print(Text(visible(answer.question), style="bold"))
    if said := verdict(answer):
        console.print(Text(_plain(said), style="yellow" if answer.status is Status.PARTIAL else "bold red"))
    for line in relations(answer):
        console.print(Text(_plain(line), style="yellow"))
    if said := prose.head(answer, visible):
        console.print(Text(said, style="dim italic"), soft_wrap=True)
    for line in prose.sentences(answer, visible):
        for row in Text(line).wrap(console, max(20, min(console.width, 100))):
            row.rstrip()
            console.print(row)
    for quote in answer.quotes:
        _show_quote(console, quote, "green")
    if answer.nearest:
        console.print(Text(NOT_AN_ANSWER, style="dim italic"))
        for quote in answer.nearest:
            _show_quote(console, quote, "dim", cited=False)
    console.print()


def _show_quote(console: Console, quote: Quote, style: str, *, cited: bool = True) -> None:
    text = Text()
    for piece, marked in _pieces(quote):
        text.append(visible(piece), style="bold" if marked and cited else "dim" if not cited else "")
    for paragraph in _paragraphs(text):
        for line in paragraph.wrap(console, max(20, min(console.width, 100) - 4)):
            line.rstrip()
            console.print(Text.assemble(("▌ ", style), line))
    label = f"[{quote.number}] {source(quote)}" if cited else source(quote)
    console.print(Text(f"  {label}", style="cyan" if cited else "dim"), soft_wrap=True)
    if cited:
        # Never wrapped: a receipt is copied in one piece.
        console.print(Text(f"  {quote.receipt}", style="dim"), soft_wrap=True)


def _paragraphs(text: Text) -> list[Text]:
    """The quote's paragraphs, each on one line: what an editor broke is joined by a space; words are never changed."""
    joined: list[Text] = []
    for line in text.split("\n"):
        line.rstrip()
        if not line.plain.strip():
            continue
        goes_on = joined and len(joined[-1].plain) >= WRAPPED and not ends_sentence(joined[-1].plain)
        joined[-1:] = [Text(" ").join([joined[-1], line])] if goes_on else [*joined[-1:], line]
    return joined


def _pieces(quote: Quote) -> Iterator[tuple[str, bool]]:
    """The quote's text in order, divided into what is highlighted and what is not."""
    if quote.highlight is None:
        yield quote.text, False
        return
    a, b = (place - quote.start for place in quote.highlight)
    yield from ((quote.text[:a], False), (quote.text[a:b], True), (quote.text[b:], False))


def _block(quote: Quote) -> str:
    marked = "".join(f"**{escape(p)}**" if hit and _can_be_bold(quote) else escape(p) for p, hit in _pieces(quote))
    # Four spaces at the beginning would make it code.
    return "\n".join(f"> {line.lstrip()}" for line in marked.splitlines() if line.strip())


def _line(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return escape(" ".join(text.split()))


def _can_be_bold(quote: Quote) -> bool:
    """Whether asterisks around the highlight mean bold: not between a letter and a sign, as in US$2.5 billion.

    Source: CommonMark 0.31, left- and right-flanking delimiter runs.
    """
    (before, _), (marked, _), (after, _) = _pieces(quote)
    if not marked or marked[0].isspace() or marked[-1].isspace():
        return False
    opens = marked[0].isalnum() or not before[-1:].isalnum()
    return opens and (marked[-1].isalnum() or not after[:1].isalnum())


def _reason(missing: Sequence[str], silent: str | None) -> str:
    if not missing and silent:
        return f"No article quotes {escape(silent)} on this."
    if not missing:
        return "They mention what you ask about, but no passage says this."
    words = [f"“{escape(word)}”" for word in missing]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    return f"No article mentions {listed}."


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
