"""An answer as Discord shows it: pages of text and whole quotes beside them. Pure: an Answer goes in, strings come out.

Discord's limit is 4,000 characters of text in a message. A quote is never cut: what does not fit on a page begins the
next one, and a quote that is longer than a page is attached whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answer import Answer, Part, Quote, Status
from bot.render.neutral import inline, markdown, units

PAGE = 3900
"""Characters of a page; the rest of Discord's 4,000 is for the page number."""

TITLE_CHARACTERS = 120
QUESTION_CHARACTERS = 300
MISSING = 8
"""Words named as missing at the most; a question that has more of them says so by itself."""

NOT_AN_ANSWER = "Closest we have, not an answer"


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above an answer."""

    question: bool = False
    """Repeat the question, where the message does not stand under it."""
    understood: str | None = None
    """How a follow-up was understood, where that differs from the question."""
    as_of: date | None = None
    shared_by: int | None = None
    """The person who made a private answer public."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A quote that is longer than a page, as a file."""

    name: str
    text: str
    """Exactly the quote."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one message shows at a time."""

    status: Status
    blocks: tuple[str, ...]
    """Markdown, each a quote with its source or something said about them; together within Discord's limit."""
    files: tuple[Whole, ...]


def pages(answer: Answer, links: Mapping[str, str], heading: Heading) -> tuple[Page, ...]:
    """The answer, in order.

    Args:
        answer: of any status.
        links: the address of each passage's words, by receipt; those without one are not linked.
        heading: what stands above it.

    """
    made: list[Page] = []
    blocks: list[str] = []
    files: list[Whole] = []
    for block, whole in _blocks(answer, links, heading):
        if blocks and sum(map(units, blocks)) + units(block) > PAGE:
            made.append(Page(answer.status, tuple(blocks), tuple(files)))
            blocks, files = [], []
        blocks.append(block)
        files += [whole] if whole else []
    return (*made, Page(answer.status, tuple(blocks), tuple(files)))


def source(passage: Quote, links: Mapping[str, str], *, cited: bool = True) -> str:
    """Who says it, title, date, paragraph, receipt, in one line of small print."""
    title = inline(passage.title, TITLE_CHARACTERS)
    address = links.get(passage.receipt)
    fields = [
        f"**{passage.number}**" if cited else None,
        f"**{inline(passage.speaker.name, TITLE_CHARACTERS)}**" if passage.speaker.kind != "reporter" else "The article",
        f"[{title}](<{address}>)" if address else title,
        inline(passage.publisher, TITLE_CHARACTERS) if passage.publisher else None,
        day(passage.published) if passage.published else "no date",
        f"paragraph {passage.paragraph}",
        f"`{passage.receipt}`" if cited else None,
    ]
    return "-# " + " · ".join(field for field in fields if field)


def day(date_: date) -> str:
    """A date as it is read."""
    return f"{date_.day} {date_:%B %Y}"


def quoted(text: str, bold: tuple[int, int] | None = None) -> str:
    """A text as a block quote, the characters from `bold[0]` to `bold[1]` in bold."""
    return "\n".join(f"> {line}" for line in markdown(text, bold))


def reason(missing: Sequence[str]) -> str:
    """Why something is not answered."""
    if not missing:
        return "They mention what you ask about, but no passage says this."
    words = [f"**{inline(word, TITLE_CHARACTERS)}**" for word in missing[:MISSING]]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    return f"No article mentions {listed}."


def _blocks(answer: Answer, links: Mapping[str, str], heading: Heading) -> Iterator[tuple[str, Whole | None]]:
    if head := _heading(answer, heading):
        yield head, None
    if answer.status is Status.REFUSED and len(answer.parts) <= 1:
        yield f"### ✋ The articles do not answer this\n{reason(answer.missing)}", None
    elif len(answer.parts) <= 1:
        for quote in answer.quotes:
            yield _passage(quote, links)
    else:
        yield from _parts(answer, links)
    for at, passage in enumerate(answer.nearest):
        block, whole = _passage(passage, links, cited=False)
        yield (f"-# {NOT_AN_ANSWER}:\n{block}" if at == 0 else block), whole


def _parts(answer: Answer, links: Mapping[str, str]) -> Iterator[tuple[str, Whole | None]]:
    if answer.status is Status.REFUSED:
        yield "### ✋ The articles answer none of this", None
    by_number = {quote.number: quote for quote in answer.quotes}
    for part in answer.parts:
        yield _part(part, shown=[n for n in part.quotes if n not in by_number]), None
        for number in part.quotes:
            if quote := by_number.pop(number, None):
                yield _passage(quote, links)


def _part(part: Part, shown: Sequence[int]) -> str:
    asked = f"**{inline(part.question, QUESTION_CHARACTERS)}**"
    if part.status is Status.REFUSED:
        return f"{asked}\n✋ Not answered. {reason(part.missing)}"
    return asked + "".join(f"\nSee quote {number} above." for number in shown)


def _passage(passage: Quote, links: Mapping[str, str], *, cited: bool = True) -> tuple[str, Whole | None]:
    line = source(passage, links, cited=cited)
    bold = passage.highlight and (passage.highlight[0] - passage.start, passage.highlight[1] - passage.start)
    block = f"{quoted(passage.text, bold if cited else None)}\n{line}"
    if units(block) <= PAGE:
        return block, None
    name = f"{'quote' if cited else 'closest'}-{passage.number}.txt"
    return f"The passage has {len(passage.text):,} characters and is attached whole: `{name}`\n{line}", Whole(
        name, passage.text
    )


def _heading(answer: Answer, heading: Heading) -> str:
    rows = []
    if heading.question:
        rows.append(f"**{inline(answer.question, QUESTION_CHARACTERS)}**")
    if heading.understood:
        rows.append(f"-# Understood as: {inline(heading.understood, QUESTION_CHARACTERS)}")
    if heading.as_of:
        rows.append(f"-# From articles published by {day(heading.as_of)}")
    if heading.shared_by:
        rows.append(f"-# Shared by <@{heading.shared_by}>")
    return "\n".join(rows)
