"""Pages: what is taken from a saved page, what is hidden in it, and in which encodings it may come."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from format_files import FACTS, TITLE, html, mhtml

from retrieval.corpus.formats import registry
from retrieval.corpus.formats.part import Limits, Part
from retrieval.errors import ArticleError

SAVED = Path(__file__).parent / "corpora" / "formats" / "saved-page.html"


def only(name: str, raw: bytes) -> Part:
    [part] = registry.extract(name, raw, Limits())
    assert isinstance(part, Part), part
    return part


def refusal(name: str, raw: bytes) -> str:
    with pytest.raises(ArticleError) as caught:
        list(registry.extract(name, raw, Limits()))
    assert caught.value.name == name
    return str(caught.value)


def test_a_saved_page_gives_its_article_and_what_it_says_of_itself() -> None:
    part = only("saved-page.html", SAVED.read_bytes())
    assert part.fields == {
        "title": "Ferry crews and owners agree to talks in Ålesund",
        "publisher": "The Harbour Post",
        "url": "https://www.harbourpost.example/world/2024/05/ferry-strike-talks",
        "published": "2024-05-14",
    }
    paragraphs = part.text.split("\n\n")
    assert len(paragraphs) == 8
    assert paragraphs[0].startswith("The crews of the coastal ferries will return to work on Thursday")
    assert paragraphs[1].endswith(
        "“They will sit down on Thursday at nine o’clock, and they will not leave before there is a text.”"
    )
    assert paragraphs[3] == "## What the islands need"
    assert paragraphs[-1].endswith("it welcomed the talks.")
    assert "\n" not in "".join(paragraphs)


@pytest.mark.parametrize(
    "unseen",
    [
        "privacy", "cookies", "Subscribe", "Advertisement", "Fly to Lisbon", "Share on X", "Cod quota", "newsletter",
        "Most read", "milk cartons", "kari72", "All rights reserved", "sank in Bergen", "noscript", "11 percent",
        "nine million", "Tromsø", "failed in Oslo", "3 percent", "until August", "Denmark", "nstructions",
    ],
)  # fmt: skip
def test_nothing_beside_the_article_and_nothing_hidden_is_taken(unseen: str) -> None:
    assert unseen in SAVED.read_text("utf-8")
    assert unseen not in only("saved-page.html", SAVED.read_bytes()).text


@pytest.mark.parametrize(
    "element",
    [
        "<p style='display:none'>{}</p>",
        "<p style='color:red; DISPLAY : None !important'>{}</p>",
        "<p style='visibility:hidden'>{}</p>",
        "<p style='opacity:0'>{}</p>",
        "<p style='font-size:0px'>{}</p>",
        "<p hidden>{}</p>",
        "<p hidden='until-found'>{}</p>",
        "<div aria-hidden='TRUE'><p>{}</p></div>",
        "<p style='position:absolute; left:-9999px'>{}</p>",
        "<p style='text-indent: -999em'>{}</p>",
        "<p style='color: transparent'>{}</p>",
        "<span style='position:absolute; clip: rect(0, 0, 0, 0)'>{}</span>",
        "<span style='clip-path: inset(50%)'>{}</span>",
        "<script>{}</script>",
        "<script type='text/plain'>{}</script>",
        "<noscript><p>{}</p></noscript>",
        "<template><p>{}</p></template>",
        "<!-- {} -->",
        "<!--[if IE]><p>{}</p><![endif]-->",
        "<dialog><p>{}</p></dialog>",
        "<textarea>{}</textarea>",
        "<svg><text>{}</text></svg>",
        "<style>.x1 {{ display:none }}</style><p class='x1'>{}</p>",
        "<style>@media screen {{ p#x2 {{ display:none }} }}</style><p id='x2'>{}</p>",
        "<style>.x3 {{ display:none !important }} p.x3 {{ display:block }}</style><p class='x3'>{}</p>",
    ],
)
def test_hidden_text_is_not_taken_wherever_it_stands(element: str) -> None:
    planted = "The mediator said on Sunday that the talks were moved to Tromsø and that nobody was told of it."
    text = only("page.html", html(extra=element.format(planted)).encode()).text
    assert "Tromsø" not in text
    assert text == "\n\n".join(FACTS)


@pytest.mark.parametrize(
    "element",
    [
        "<p style='display:block'>{}</p>",
        "<p style='left:-20px; opacity:0.5; font-size:0.9em; color:#000'>{}</p>",
        "<p aria-hidden='false'>{}</p>",
        "<style>@media print {{ .y1 {{ display:none }} }}</style><p class='y1'>{}</p>",
        "<style media='print'>.y2 {{ display:none }}</style><p class='y2'>{}</p>",
        "<style>.y3 {{ display:none }} p.y3 {{ display:block }}</style><p class='y3'>{}</p>",
        "<style>.y4 {{ display:none }}</style><p class='y4' style='display:block'>{}</p>",
        "<style>.y5:hover {{ display:none }} .y5::before {{ display:none }} ))) {{ }}</style><p class='y5'>{}</p>",
    ],
)
def test_text_that_is_shown_is_taken(element: str) -> None:
    shown = "The mediator said on Sunday that the talks were moved to Tromsø and that everybody was told of it."
    assert only("page.html", html(extra=element.format(shown)).encode()).text == "\n\n".join((*FACTS, shown))


RUSSIAN = (
    "Посол встретился с делегацией в Женеве в пятницу и обсудил договор о рыболовстве.",
    "Никто не подписал документ, сообщили журналистам в порту представители обеих сторон.",
)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("<meta charset=windows-1251>", "cp1251"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>", "cp1251"),
        ("<meta charset='koi8-r'>", "koi8-r"),
        ("<meta charset=utf-8>", "utf-8"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=windows-1251>", "utf-8-sig"),
    ],
)
def test_encodings_are_those_that_the_page_declares(declared: str, encoding: str) -> None:
    raw = html(RUSSIAN, head=declared).encode(encoding)
    assert only("page.html", raw).text == "\n\n".join(RUSSIAN)


def test_latin_1_means_what_browsers_take_it_for() -> None:
    raw = html(head="<meta charset=iso-8859-1>").encode("cp1252")
    assert only("page.html", raw).text == "\n\n".join(FACTS)


def test_an_encoding_that_does_not_fit_is_refused_with_what_to_do() -> None:
    assert refusal("page.html", html(RUSSIAN).encode("cp1251")).startswith("page.html: is not utf-8 (byte 0x")
    unknown = refusal("page.html", html(head="<meta charset=klingon-1>").encode())
    assert unknown == "page.html: is in an encoding that is not known: klingon-1. Save it as UTF-8."


@pytest.mark.parametrize(
    "raw", [b"", b"   ", b"<!-- nothing -->", b"<html></html>", b"<html><body><nav><a href=/>Home</a></nav></body></html>",
            b"<html><body>" + b"<div>" * 5000, b"\x00\x01\x02<html>"],
)  # fmt: skip
def test_a_page_without_an_article_is_named(raw: bytes) -> None:
    said = refusal("page.html", raw)
    assert said.endswith(
        (". Save the page when it is loaded and no notice covers it, or save its text.", ". Save the page again, as HTML.")
    )


def test_line_breaks_end_no_sentence_and_two_of_them_end_a_paragraph() -> None:
    broken = (
        "<p>The ship sailed to<br>Oslo on Monday, the captain told the newspaper.<br><br>It came back on Friday"
        " with 300 tons of fish and without its first mate.</p>"
    )
    paragraphs = only("page.html", html(extra=broken).encode()).text.split("\n\n")
    assert paragraphs[-2:] == [
        "The ship sailed to Oslo on Monday, the captain told the newspaper.",
        "It came back on Friday with 300 tons of fish and without its first mate.",
    ]


def test_pictures_that_are_written_into_the_page_cut_nothing_off() -> None:
    picture = f"<img src='data:image/png;base64,{'iVBORw0K' * 1_500_000}'><p>{FACTS[3]}</p>"
    assert only("page.html", html(FACTS[:3], extra=picture).encode()).text == "\n\n".join(FACTS)


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ("<link rel=canonical href='https://p.example/a'>", "url", "https://p.example/a"),
        ("<link rel=canonical href='/a'>", "url", None),
        ("<meta property='og:url' content='https://p.example/b'>", "url", "https://p.example/b"),
        ("<meta property='og:site_name' content='The Quay'>", "publisher", "The Quay"),
        ("<meta property='article:published_time' content='2024-05-03T23:30:00-05:00'>", "published", "2024-05-03"),
        ('<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2023-02-01"}</script>',
         "published", "2023-02-01"),
        ("<meta name=date content='some day'>", "published", None),
        ("", "published", None),
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself(head: str, field: str, value: str | None) -> None:
    fields = only("page.html", html(head=head).encode()).fields
    assert fields.get(field) == value
    assert fields["title"] == TITLE
    if "published" in fields:
        date.fromisoformat(fields["published"])


def test_the_address_that_a_browser_notes_when_it_saves() -> None:
    raw = ("<!-- saved from url=(0030)https://p.example/saved?x=1 -->\n" + html()).encode()
    assert only("page.html", raw).fields["url"] == "https://p.example/saved?x=1"
    single = only("page.mhtml", mhtml(html()))
    assert single.text == "\n\n".join(FACTS)
    assert single.fields["url"] == "https://harbourpost.example/fish"
    assert refusal("page.mhtml", b"Subject: nothing\r\n\r\nat all") == "page.mhtml: holds no page. Save the page again."
