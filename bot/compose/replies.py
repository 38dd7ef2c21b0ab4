"""What a model replied, read with patience: the structure asked for, JSON somewhere in a text, or plain sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.compose.prose import Sentence
from retrieval.corpus.sentences import sentence_spans
from retrieval.index.words import STOP, stem, tokens

MOST_CHARACTERS = 20_000
"""Of a reply that are looked at: a hundred times what is asked for."""
MOST_SENTENCES = 10
"""Of a reply; the settings ask for fewer."""
LONGEST = 600
"""Characters of a sentence; nobody calls more than that short, and loops are longer."""
FEWEST_KNOWN = 0.34
"""Share of a draft's words that are grammar, or stand in question or quotes. English prose about quotes has half and more,
another language names and little else."""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MARK = re.compile(r"\s*[\[(](?:quotes?\s*)?(\d{1,2}(?:\s*,\s*\d{1,2})*)[\])]", re.IGNORECASE)
_NUMBER = re.compile(r"\W*(?:quote\s*)?(\d{1,3})\W*", re.IGNORECASE)
_TEXT = ("text", "sentence", "answer", "content")
_QUOTES = ("quotes", "quote", "citations", "sources")


class Nonsense(Exception):
    """A reply that cannot be used; its text says why, in a few words."""


def sentences(reply: Any, known: str) -> tuple[Sentence, ...]:
    """The sentences of a reply, without repetitions, and without those beyond `MOST_SENTENCES`.

    Args:
        reply: what the provider parsed (a dict), or text.
        known: question and quotes, for telling whether the reply is in their language.

    Raises:
        Nonsense: there are none, or they are no sentences in the language of question and quotes.

    """
    written = list(_written(reply))
    if not written:
        raise Nonsense("wrote no sentence")
    kept: dict[str, Sentence] = {}
    for one in written:
        text = " ".join(one.text.split())
        if len(text) > LONGEST:
            raise Nonsense(f"wrote a sentence of {len(text):,} characters" + (", going round in circles" * loops(text)))
        if loops(text):
            raise Nonsense("went round in circles")
        if any(c.isalnum() for c in text):
            kept.setdefault(text.casefold(), Sentence(text, one.quotes))
    if not kept:
        raise Nonsense("wrote no words")
    if len(written) > 3 * len(kept) + 3:
        raise Nonsense("wrote the same sentence again and again")
    found = tuple(kept.values())[:MOST_SENTENCES]
    if foreign(" ".join(one.text for one in found), known):
        raise Nonsense("wrote in another language, or of something else")
    return found


def question(reply: Any) -> str:
    """The one question of a reply, as written.

    Raises:
        Nonsense: there is none, or several.

    """
    if isinstance(reply, dict):
        found = [reply.get("question")]
    else:
        text = _THOUGHTS.sub("", str(reply)[:MOST_CHARACTERS])
        found = [value.get("question") for value in _values(text) if isinstance(value, dict)]
        if not found and "{" not in text:
            found = [re.sub(r"^[\w ]{1,30}:\s+", "", line.strip()) for line in text.splitlines() if "?" in line]
    asked = [" ".join(one.split()).strip("\"“”'` *") for one in found if isinstance(one, str) and one.strip()]
    if len(set(asked)) != 1:
        raise Nonsense("wrote several questions" if asked else "wrote no question")
    return asked[0]


def foreign(text: str, known: str) -> bool:
    """Whether too few of a text's words are known from elsewhere for it to be in the same language."""
    words = [surface for surface, _, _ in tokens(text)]
    stems = {stem(surface) for surface, _, _ in tokens(known)}
    shared = sum(surface.casefold() in STOP or stem(surface) in stems for surface in words)
    # A text without a single word in Latin script has no tokens that could be few.
    return shared < FEWEST_KNOWN * len(words) if len(words) >= 4 else not shared


def loops(text: str) -> bool:
    """Whether the same four words come four times."""
    words = text.casefold().split()
    fours = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return any(fours.count(four) >= 4 for four in set(fours))


def _written(reply: Any) -> Iterator[Sentence]:
    if not isinstance(reply, str):
        yield from _listed(reply)
        return
    text = _THOUGHTS.sub("", reply[:MOST_CHARACTERS]).strip()
    values = list(_values(text))
    if values:
        yield from (sentence for value in values for sentence in _listed(value))
    elif re.search(r'[{}]|"\s*:|^\W*\[\W*["\d]', text):
        raise Nonsense("wrote broken JSON" if "{" in text else "wrote JSON of another form")
    else:
        yield from _prose(text)


def _values(text: str) -> Iterator[Any]:
    """JSON objects and lists in a text, outermost first; of one that was cut off, those inside that are whole."""
    decoder, at = json.JSONDecoder(), 0
    while opening := re.compile(r"[{\[]").search(text, at):
        try:
            value, at = decoder.raw_decode(text, opening.start())
        except (json.JSONDecodeError, RecursionError):
            at = opening.end()
            continue
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            yield value


def _listed(value: Any) -> Iterator[Sentence]:
    """Sentences of a JSON value: a list of objects, an object that holds one, or an object that is a sentence itself."""
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield from _listed(one)
        return
    if not isinstance(value, dict):
        return
    if isinstance(inner := value.get("sentences"), (list, dict)):
        yield from _listed(inner)
        return
    text = next((value[key] for key in _TEXT if isinstance(value.get(key), str)), None)
    if text is not None:
        yield Sentence(text, _numbers(next((value[key] for key in _QUOTES if key in value), ())))


def _numbers(value: Any) -> tuple[int, ...]:
    """Quote numbers, however they are written; what is no number is left out."""
    listed: Sequence[Any] = value if isinstance(value, (list, tuple)) else [value]
    found = []
    for one in listed:
        if isinstance(one, str) and (match := _NUMBER.fullmatch(one)):
            found.append(int(match[1]))
        elif isinstance(one, (int, float)) and not isinstance(one, bool) and one == int(one):
            found.append(int(one))
    return tuple(dict.fromkeys(found))


def _prose(text: str) -> Iterator[Sentence]:
    """Plain sentences; `[1]` at their end names a quote, which may stand behind the full stop."""
    text = re.sub(r"([.!?])((?:\s*[\[(]\d{1,2}(?:\s*,\s*\d{1,2})*[\])])+)", r"\2\1", text)
    for line in text.splitlines():
        for start, end in sentence_spans(line, 0, len(line)):
            one = line[start:end]
            marks = [int(number) for mark in _MARK.findall(one) for number in mark.split(",")]
            yield Sentence(_MARK.sub("", one).strip(), tuple(dict.fromkeys(marks)))
