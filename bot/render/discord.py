"""An answer as Discord shows it: pages of text and whole quotes beside them. Pure: an Answer goes in, strings come out.

Discord's limit is 4,000 characters of text in a message. A quote is never cut: what does not fit on a page begins the
next one, and a quote that is longer than a page is attached whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.answer import Answer, Part, Quote, Status
from bot.fates import NONE, Fate, Mark, Marks, keyed
from bot.render import difference, prose, standing
from bot.render.fates import compared, fate
from bot.render.neutral import inline, markdown, units

PAGE = 3900
"""Characters of a page; the rest of Discord's 4,000 is for the page number."""

TITLE_CHARACTERS = 120
QUESTION_CHARACTERS = 300
PASSAGES = 4
"""Passages of a page: with their buttons they stay below Discord's 40 components."""

MISSING = 8
"""Words named as missing at the most; a question that has more of them says so by itself."""

ATTACHED = "What has changed is attached: `[-…-]` is gone, `{+…+}` is there now."
"""Said where the difference is longer than a page."""

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
    watched_by: int | None = None
    """The person who is told that a question that they watched is answered now."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A quote that is longer than a page, or what has changed in it, as a file."""

    name: str
    text: str
    """Exactly the quote, or the difference as a terminal shows it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A passage with its source, or something said about them."""

    text: str
    """Markdown."""
    source: str = ""
    """The line under a passage. Apart from it, so that no reader of Markdown takes the line for a part of the quote."""
    key: str | None = None
    """Which passage: quotes are q1, q2, …, the nearest n1, n2."""
    whole: Whole | None = None
    apart: bool = False
    """Something new begins here: a line is drawn above it."""
    mark: str = ""
    """What has become of the passage since, said above it."""

    @property
    def units(self) -> int:
        """How much of Discord's limit it takes."""
        return units(self.text) + units(self.source) + units(self.mark)


@dataclass(frozen=True, slots=True)
class Page:
    """What one message shows at a time."""

    status: Status
    blocks: tuple[Block, ...]


def pages(answer: Answer, links: Mapping[str, str], heading: Heading, marks: Marks = NONE) -> tuple[Page, ...]:
    """The answer, in order.

    Args:
        answer: of any status.
        links: the address of each passage's words, by receipt; those without one are not linked.
        heading: what stands above it.
        marks: what no longer stands of it.

    """
    made: list[list[Block]] = [[]]
    answer = prose.standing(answer, {int(key[1:]) for key in marks if key[0] == "q"})
    for block in _marked(_blocks(answer, links, heading), answer, marks):
        here = [*made[-1], block]
        if made[-1] and (sum(b.units for b in here) > PAGE or sum(b.key is not None for b in here) > PASSAGES):
            made.append([block])
        else:
            made[-1] = here
    return tuple(Page(answer.status, tuple(blocks)) for blocks in made)


def label(key: str) -> str:
    """How a passage is called: 1, 2, 3 are quotes; a, b are no answer."""
    return key[1:] if key[0] == "q" else "ab"[int(key[1:]) - 1]


def source(passage: Quote, links: Mapping[str, str], *, cited: bool = True, name: str | None = None) -> str:
    """Who says it, title, date, paragraph, receipt, in one line of small print; `name` where there are several."""
    title = inline(passage.title, TITLE_CHARACTERS)
    address = links.get(passage.receipt)
    fields = [
        f"**{name}**" if name else None,
        f"**{_capital(inline(passage.speaker.name, TITLE_CHARACTERS))}**",
        f"[{title}](<{address}>)" if address else title,
        inline(passage.publisher, TITLE_CHARACTERS) if passage.publisher else None,
        day(passage.published) if passage.published else "no date",
        f"paragraph {passage.paragraph}",
        f"`{passage.receipt}`" if cited else None,
        standing.copies(passage, _short) or None,
    ]
    return "-# " + " · ".join(field for field in fields if field)


def day(date_: date) -> str:
    """A date as it is read."""
    return f"{date_.day} {date_:%B %Y}"


def quoted(text: str, bold: tuple[int, int] | None = None) -> str:
    """A text as a block quote, the characters from `bold[0]` to `bold[1]` in bold."""
    return "\n".join(f"> {line}" for line in markdown(text, bold))


def reason(missing: Sequence[str], silent: str | None = None) -> str:
    """Why something is not answered."""
    if not missing and silent:
        return f"No article quotes **{inline(silent, TITLE_CHARACTERS)}** on this."
    if not missing:
        return "They mention what you ask about, but no passage says this."
    words = [f"**{inline(word, TITLE_CHARACTERS)}**" for word in missing[:MISSING]]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    return f"No article mentions {listed}."


def relations(answer: Answer) -> str:
    """That articles differ, that later ones say otherwise, and how many are independent; empty where nothing is so."""
    rows = [f"👤 {said}"] if (said := standing.unnamed(answer, _short)) else []
    rows += [f"⚖️ **{line}**" for line in standing.differences(answer, _short)]
    if later := standing.later(answer, _short, day):
        rows.append(f"🕒 {later}.")
    if counted := standing.sources(answer):
        rows.append(f"-# {counted}")
    return "\n".join(rows)


def _short(text: str) -> str:
    return inline(text, TITLE_CHARACTERS)


def _blocks(answer: Answer, links: Mapping[str, str], heading: Heading) -> Iterator[Block]:
    compound = len(answer.parts) > 1
    if head := _heading(answer, heading, question=heading.question and not compound):
        yield Block(head)
    if said := relations(answer):
        yield Block(said)
    yield from _prose(answer)
    if compound:
        yield from _parts(answer, links)
    elif answer.status is Status.REFUSED:
        yield Block(f"✋ **The articles do not answer this.** {reason(answer.missing, answer.unquoted)}")
    else:
        yield from (_passage(quote, links, numbered=_several(answer)) for quote in answer.quotes)
    if answer.nearest:
        yield Block(f"-# {NOT_AN_ANSWER}:", apart=True)
        yield from (_passage(p, links, cited=False, numbered=_several(answer)) for p in answer.nearest)


def _prose(answer: Answer) -> Iterator[Block]:
    """What a model wrote, in blocks of a part of a page."""
    if not (said := prose.head(answer, inline)):
        return
    block = f"-# ✍️ {said}"
    for line in prose.sentences(answer, inline):
        if units(block) + units(line) > PAGE // 2:
            yield Block(block)
            block = line
        else:
            block += f"\n{line}"
    yield Block(block)


def _marked(blocks: Iterator[Block], answer: Answer, marks: Marks) -> Iterator[Block]:
    """The blocks, with the difference in the place of words that no longer stand."""
    passages = keyed(answer)
    for block in blocks:
        mark = marks.get(block.key or "")
        yield block if mark is None or block.key is None else _stale(block, passages[block.key], mark)


def _stale(block: Block, passage: Quote, mark: Mark) -> Block:
    cited = block.key is not None and block.key[0] == "q"
    if mark.fate is Fate.GONE:
        said = replace(block, mark=fate(mark))
        return said if said.units <= PAGE else _attached(said, passage, cited=cited)
    changed = replace(block, mark=fate(mark), text=compared(passage.text, mark), whole=None)
    if changed.units <= PAGE:
        return changed
    file = Whole(f"difference-{label(block.key or 'q1')}.txt", difference.plain(passage.text, mark.now))
    return replace(changed, mark=fate(mark, shown=False), text=ATTACHED, whole=file)


def _parts(answer: Answer, links: Mapping[str, str]) -> Iterator[Block]:
    unshown = {quote.number: quote for quote in answer.quotes}
    for at, part in enumerate(answer.parts):
        shown = [number for number in part.quotes if number not in unshown]
        yield Block(_part(part, shown, several=_several(answer)), apart=at > 0)
        for number in part.quotes:
            if quote := unshown.pop(number, None):
                yield _passage(quote, links, numbered=_several(answer))


def _part(part: Part, shown: Sequence[int], *, several: bool) -> str:
    asked = f"### {_capital(inline(part.question, QUESTION_CHARACTERS))}"
    if part.status is Status.REFUSED:
        return f"{asked}\n✋ **The articles do not answer this.** {reason(part.missing, part.unquoted)}"
    return asked + "".join(f"\nSee quote {number} above." if several else "\nSee the quote above." for number in shown)


def _passage(passage: Quote, links: Mapping[str, str], *, cited: bool = True, numbered: bool = False) -> Block:
    key = f"{'q' if cited else 'n'}{passage.number}"
    line = source(passage, links, cited=cited, name=label(key) if numbered else None)
    bold = passage.highlight and (passage.highlight[0] - passage.start, passage.highlight[1] - passage.start)
    block = Block(quoted(passage.text, bold if cited else None), line, key)
    if block.units <= PAGE:
        return block
    return _attached(block, passage, cited=cited)


def _attached(block: Block, passage: Quote, *, cited: bool) -> Block:
    """The block with its passage as a file."""
    name = f"{'quote' if cited else 'closest'}-{passage.number}.txt"
    text = f"The passage has {len(passage.text):,} characters and is attached whole."
    return replace(block, text=text, whole=Whole(name, passage.text))


def _heading(answer: Answer, heading: Heading, *, question: bool) -> str:
    rows = []
    if question:
        rows.append(f"### {_capital(inline(answer.question, QUESTION_CHARACTERS))}")
    if heading.understood:
        rows.append(f"-# Understood as: {inline(heading.understood, QUESTION_CHARACTERS)}")
    if heading.as_of:
        rows.append(f"-# From articles published by {day(heading.as_of)}")
    if heading.watched_by:
        rows.append(f"🔔 <@{heading.watched_by}>, an article answers this now.")
    if heading.shared_by:
        rows.append(f"-# Shared by <@{heading.shared_by}>")
    return "\n".join(rows)


def _several(answer: Answer) -> bool:
    return len(answer.quotes) + len(answer.nearest) > 1 or bool(answer.composed and answer.composed.sentences)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
