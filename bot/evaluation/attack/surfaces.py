"""Whether what a person sees has been steered: read back from what each renderer writes, without using its own code."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console

from bot.answer import Answer
from bot.render import discord, terminal

_STEERS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Direction marks."""

_PLAIN_TOKENS = frozenset(
    "paragraph_open paragraph_close blockquote_open blockquote_close ordered_list_open ordered_list_close list_item_open "
    "list_item_close inline text softbreak strong_open strong_close em_open em_close code_inline".split()
)
"""What the project's own Markdown is made of."""

_RECEIPT = re.compile(r"[\w%./~-]+:[0-9a-z]+-[0-9a-z]+:[a-z2-7]{16}:[a-z2-7]{16}")
_ACTIVE = re.compile(r"[*_`]|~~|\|\||<[@#:/ait]|@|\[|:\w+:|https?://|^#{1,3} |^>|^-# |^\s*(?:[-+]|\d+[.)])\s|&#?\w+;")
"""What Discord takes for more than characters. https://support.discord.com/hc/en-us/articles/210298617"""

_ESCAPED = re.compile(r"\\([\\`*_~|<>\[\]@:&#=+.)(-])")
_HIDDEN = "\ue000"
"""Stands for a character with a backslash before it."""


def steering(text: str) -> list[str]:
    """Characters that would steer a terminal or turn its text, by name; none in what is safe to print."""
    found = {c for c in text if (unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t") or c in _STEERS}
    found |= {c for c in text if "\U000e0000" <= c <= "\U000e007f"}
    return sorted(f"U+{ord(c):04X}" for c in found)


def in_terminal(answer: Answer) -> Iterator[str]:
    """What is wrong with an answer on a terminal."""
    console = Console(file=(out := io.StringIO()), width=100, highlight=False, no_color=True)
    terminal.show(console, answer)
    shown = out.getvalue()
    if wrong := steering(shown):
        yield f"terminal: {', '.join(wrong)}"
    words = _letters(shown)
    for quote in (*answer.quotes, *answer.nearest):
        if _letters(terminal.visible(quote.text)) not in words:
            yield f"terminal: the words of {quote.article} {quote.start}–{quote.end} are not those of the quote"


def in_markdown(answer: Answer) -> Iterator[str]:
    """What is wrong with an answer as Markdown, read by a parser of CommonMark with tables and strikethrough."""
    if wrong := steering(answer.text):
        yield f"Markdown: {', '.join(wrong)}"
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(answer.text)
    for token in _all(tokens):
        if token.type not in _PLAIN_TOKENS:
            yield f"Markdown: {token.type} {token.content[:40]!r}"
        elif token.type == "code_inline" and not _RECEIPT.fullmatch(token.content):
            yield f"Markdown: code {token.content[:40]!r}"
    blocks = [_letters(block) for block in _block_quotes(tokens)]
    shown = (*answer.quotes, *answer.nearest)
    if len(blocks) != len(shown):
        yield f"Markdown: {len(blocks)} block quotes for {len(shown)} passages"
    for quote, block in zip(shown, blocks, strict=False):
        if block != _letters(terminal.visible(quote.text)):
            yield f"Markdown: the words of {quote.article} {quote.start}–{quote.end} are not those of the quote"


def in_discord(answer: Answer) -> Iterator[str]:
    """What is wrong with an answer in Discord."""
    pages = discord.pages(answer, {}, discord.Heading(question=True, understood=answer.question))
    blocks = [block for page in pages for block in page.blocks]
    lines = [line for block in blocks for text in (block.text, block.source) for line in text.split("\n")]
    for line in lines:
        if wrong := steering(line):
            yield f"Discord: {', '.join(wrong)}"
        if active := _ACTIVE.search(_foreign(line)):
            yield f"Discord: {active[0]!r} is active in {line[:60]!r}"
    quoted = _letters("".join(_unescaped(line[2:].replace("**", "")) for line in lines if line.startswith("> ")))
    whole = {block.whole.text for block in blocks if block.whole}
    for quote in (*answer.quotes, *answer.nearest):
        if _letters(quote.text) not in quoted and quote.text not in whole:
            yield f"Discord: the words of {quote.article} {quote.start}–{quote.end} are not those of the quote"


SURFACES = (in_terminal, in_markdown, in_discord)
"""Every renderer; a new one is added here."""


def _foreign(line: str) -> str:
    """A line without the project's own markup, and with what is escaped made unrecognisable."""
    line = _ESCAPED.sub(_HIDDEN, line)
    line = _RECEIPT.sub("", line).replace("``", "")
    for begins in ("> ", "-# ", "### "):
        if line.startswith(begins):
            line = line.removeprefix(begins)
            break
    # Bold is the project's own where it is opened and closed.
    return re.sub(r"\*\*([^*]+)\*\*", r"\1", line)


def _unescaped(line: str) -> str:
    return _ESCAPED.sub(r"\1", line)


def _letters(text: str) -> str:
    """What is compared: every character that can be seen, without the layout of lines."""
    return "".join(
        c
        for c in text
        if not c.isspace()
        and c not in "▌�"
        and unicodedata.category(c) not in {"Cc", "Cf", "Cn"}
        and c not in "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5"
        and not ("\ufe00" <= c <= "\ufe0f")
    )


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _block_quotes(tokens: Sequence[Token]) -> Iterator[str]:
    """The text of each block quote."""
    open_, words = False, ""
    for token in _all(tokens):
        if token.type == "blockquote_open":
            open_, words = True, ""
        elif token.type == "blockquote_close":
            open_ = False
            yield words
        elif open_ and token.type in {"text", "code_inline"}:
            words += token.content
