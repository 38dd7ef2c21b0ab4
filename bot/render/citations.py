"""What an answer was quoted from, article by article. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answer import Quote
from bot.commands.verify import Verdict
from bot.render.discord import PAGE, TITLE_CHARACTERS, day
from bot.render.neutral import inline, units

_SAID = {
    Verdict.IDENTICAL: "✅ word for word in the article",
    Verdict.CHANGED: "⚠️ the article has changed since",
    Verdict.MISSING: "⚠️ the article is no longer here",
}
HOW = "-# `/verify` with the code behind a quote checks it at any time."


def blocks(quotes: Sequence[Quote], links: Mapping[str, str], verdicts: Mapping[str, Verdict]) -> list[str]:
    """One block of Markdown an article, with all its quotes; together within Discord's limit.

    Args:
        quotes: those of one answer.
        links: the address of each, by receipt.
        verdicts: what became of each, by receipt.

    """
    made: list[str] = []
    for name in dict.fromkeys(quote.article for quote in quotes):
        own = [quote for quote in quotes if quote.article == name]
        first = own[0]
        title = inline(first.title, TITLE_CHARACTERS)
        url = links.get(first.receipt)
        facts = [
            inline(first.publisher, TITLE_CHARACTERS) if first.publisher else None,
            day(first.published) if first.published else "no date",
            inline(name, TITLE_CHARACTERS),
        ]
        rows = [f"**{f'[{title}](<{url}>)' if url else title}**", "-# " + " · ".join(f for f in facts if f)]
        for quote in own:
            rows.append(f"Quote {quote.number} · paragraph {quote.paragraph} · {_SAID[verdicts[quote.receipt]]}")
            rows.append(f"`{quote.receipt}`")
        made.append("\n".join(rows))
    while len(made) > 1 and sum(map(units, made)) > PAGE - len(HOW):
        made.pop()
    return [*made, HOW]
