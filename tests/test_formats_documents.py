"""PDF and DOCX: paragraphs survive, what only the page needed is left out, and what is not printed is not taken."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from format_files import FACTS, TITLE, docx, extended, pdf
from fpdf import FPDF
from test_formats_pages import only


def test_the_paragraphs_of_a_pdf_survive_its_lines_and_pages() -> None:
    part = only("paper.pdf", pdf(times=12))
    assert part.text.split("\n\n") == list(FACTS * 12)
    assert part.fields == {"title": TITLE}
    assert "Harbour Post" not in part.text
    assert "Page" not in part.text


def test_a_single_page_keeps_what_stands_on_it_only_once() -> None:
    part = only("paper.pdf", pdf(["The Harbour Post", *FACTS, "Page 1 of 1"]))
    assert part.text.split("\n\n") == ["The Harbour Post", *FACTS, "Page 1 of 1"]


def written(*lines: str, size: float = 11, gap: float = 5.5) -> bytes:
    """A PDF with exactly these lines; an empty one is a gap between paragraphs."""
    file = FPDF(format="letter")
    file.add_page()
    file.set_font("Times", size=size)
    for line in lines:
        if line:
            file.cell(0, gap, line, new_x="LMARGIN", new_y="NEXT")
        else:
            file.ln(gap * 0.6)
    return bytes(file.output())


def text_of(*lines: str, gap: float = 5.5) -> list[str]:
    return only("a.pdf", written(*lines, gap=gap)).text.split("\n\n")


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("They spoke of the responsi-", "bilities of both sides", "They spoke of the responsibilities of both sides"),
        ("They went to Nagorno-", "Karabakh on the same day", "They went to Nagorno-Karabakh on the same day"),
        (
            "They met in the winter of 2019-",
            "2020 in the old harbour",
            "They met in the winter of 2019-2020 in the old harbour",
        ),
        (
            "They ran a high-risk and a high-",
            "risk course, all of them",
            "They ran a high-risk and a high-risk course, all of them",
        ),
        ("They stopped -", "nobody knew why they did so", "They stopped - nobody knew why they did so"),
    ],
)
def test_words_divided_at_the_end_of_a_line_are_made_whole(first: str, second: str, whole: str) -> None:
    filler = "and the delegations of both of the islands went home without saying another word"
    assert text_of(first, f"{second}, {filler}", "until Monday.") == [f"{whole}, {filler} until Monday."]


def test_lines_far_apart_are_one_paragraph_and_single_lines_are_many() -> None:
    lines = [
        "The delegations of both islands went home on Friday without saying another word to any",
        "of the reporters who had waited for them in the harbour since the early morning of that",
        "day, and they did not answer questions in writing either.",
    ]
    assert text_of(*lines, gap=9) == [" ".join(lines)]
    alone = ["The first envoy left on Friday.", "The second envoy left on Sunday.", "The third envoy stayed for the feast."]
    assert text_of(*alone, gap=9) == alone


def test_a_paragraph_goes_on_over_the_page_only_where_its_sentence_does() -> None:
    file = FPDF(format="letter")
    for lines in (
        ("The envoy told the reporters that nobody in the harbour had asked him to",),
        ("stay there.", "He left."),
    ):
        file.add_page()
        file.set_font("Times", size=11)
        for line in lines:
            file.multi_cell(0, 5.5, line, new_x="LMARGIN", new_y="NEXT")
            file.ln(4)
    text = only("a.pdf", bytes(file.output())).text
    assert text.split("\n\n") == [
        "The envoy told the reporters that nobody in the harbour had asked him to stay there.",
        "He left.",
    ]


def test_headings_are_marked_and_the_largest_is_the_title_where_none_is_given() -> None:
    file = FPDF(format="letter")
    file.add_page()
    for style, size, line in (
        ("B", 18, "Fish and ships"),
        ("", 11, FACTS[0]),
        ("B", 11, "What comes next"),
        ("", 11, FACTS[3]),
    ):
        file.set_font("Times", style, size)
        file.multi_cell(0, size / 2, line, new_x="LMARGIN", new_y="NEXT")
        file.ln(3)
    part = only("a.pdf", bytes(file.output()))
    assert part.fields == {"title": "Fish and ships"}
    assert part.text.split("\n\n") == [FACTS[0], "## What comes next", FACTS[3]]


@pytest.mark.parametrize("title", ["Microsoft Word - draft7.docx", "untitled", "report_final.pdf", "  "])
def test_a_title_that_no_person_gave_is_none(title: str) -> None:
    assert only("a.pdf", pdf(title=title)).fields == {"title": TITLE}


def word(change: Callable[[Word], None]) -> str:
    document = Document()
    change(document)
    document.add_paragraph("He left on Friday.")
    out = io.BytesIO()
    document.save(out)
    return only("a.docx", out.getvalue()).text


def insert(xml: str) -> Callable[[Word], None]:
    return lambda document: document.add_paragraph("They ")._p.append(parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (insert("<w:ins><w:r><w:t>stayed.</w:t></w:r></w:ins>"), "They stayed."),
        (insert("<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"), "They"),
        (insert("<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>"), "They"),
        (insert("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden words</w:t></w:r>"), "They"),
        (insert('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>stayed.</w:t></w:r>'), "They stayed."),
        (insert("<w:hyperlink><w:r><w:t>stayed.</w:t></w:r></w:hyperlink>"), "They stayed."),
        (insert("<w:r><w:t>stayed</w:t><w:br/><w:t>on</w:t><w:tab/><w:t>board.</w:t></w:r>"), "They stayed on board."),
        (insert("<w:r><w:t>stay</w:t><w:softHyphen/><w:t>ed.</w:t></w:r>"), "They stayed."),
        (lambda d: d.add_heading("What comes next", 2), "## What comes next"),
        (lambda d: setattr(d.add_table(1, 2).cell(0, 1), "text", "Four boats."), "Four boats."),
        (lambda d: setattr(d.sections[0].header.paragraphs[0], "text", "The Harbour Post"), ""),
    ],
)  # fmt: skip
def test_a_word_document_is_taken_as_it_would_be_printed(change: Callable[[Word], None], expected: str) -> None:
    assert word(change) == "\n\n".join(filter(None, (expected, "He left on Friday.")))


def test_the_title_of_a_word_document_stands_beside_its_text() -> None:
    part = only("a.docx", docx())
    assert (part.fields, part.text) == ({"title": TITLE}, "\n\n".join(FACTS))
    assert only("a.docx", docx(title="")).fields == {"title": TITLE}


PRISM = "http://prismstandard.org/namespaces/basic/2.0/"


def packet(inside: str, attributes: str = "") -> str:
    """An XMP packet as programs write it."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:prism="{PRISM}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


@pytest.mark.parametrize(
    ("inside", "attributes", "day"),
    [
        ("<prism:publicationDate>2021-12-17</prism:publicationDate>", "", "2021-12-17"),
        ("", 'prism:publicationDate="2021-12-17T09:30:00Z"', "2021-12-17"),
        # Late in the evening in New York it is the next day elsewhere: never earlier than anybody could read it.
        ("<prism:publicationDate>2021-12-17T22:30:00-05:00</prism:publicationDate>", "", "2021-12-18"),
        ("<prism:coverDate>2022-01-01</prism:coverDate>", "", "2022-01-01"),
        ("<prism:coverDate>2022-01-01</prism:coverDate>", 'prism:publicationDate="2021-12-17"', "2021-12-17"),
        ("<prism:publicationDate>December 2021</prism:publicationDate>", "", None),
        ("<prism:publicationDate>0001-01-01</prism:publicationDate>", "", None),
        # When the file was made or changed, and dates that may mean anything.
        ("<dc:date>2021-12-17</dc:date>", 'xmp:CreateDate="2021-12-17" xmp:ModifyDate="2021-12-18"', None),
        ("&unknown;", "", None),
    ],
)
def test_the_day_of_a_pdf_is_what_it_calls_its_publication(inside: str, attributes: str, day: str | None) -> None:
    assert only("paper.pdf", pdf(xmp=packet(inside, attributes))).fields.get("published") == day


def test_the_title_of_a_pdf_may_stand_in_its_packet() -> None:
    said = '<rdf:li xml:lang="de">Fisch</rdf:li><rdf:li xml:lang="x-default">Fish</rdf:li>'
    titled = packet(f"<dc:title><rdf:Alt>{said}</rdf:Alt></dc:title>")
    assert only("paper.pdf", pdf(title="", xmp=titled)).fields == {"title": "Fish"}
    assert only("paper.pdf", pdf(xmp=titled)).fields == {"title": TITLE}


def test_the_day_of_a_word_document_is_that_of_its_cover_page_and_not_that_of_the_file() -> None:
    cover = "http://schemas.microsoft.com/office/2006/coverPageProps"
    for said, day in (("2021-12-17T00:00:00", "2021-12-17"), ("", None)):
        part = f'<CoverPageProperties xmlns="{cover}"><PublishDate>{said}</PublishDate></CoverPageProperties>'
        assert only("a.docx", extended(docx(), "customXml/item9.xml", part)).fields.get("published") == day
    assert Document(io.BytesIO(docx())).core_properties.modified
    assert only("a.docx", docx()).fields == {"title": TITLE}
