"""Which elements a page's own styles hide, by properties that do nothing else, in the order of the cascade.

Source of the order: CSS Cascading and Inheritance Level 4, section 6 (importance, then the element's own style, then
specificity, then order).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Weight = tuple[bool, bool, tuple[int, int, int], int]
"""Important, the element's own, specificity, order: the greatest decides."""

_HIDES = {
    "display": re.compile(r"none$"),
    "visibility": re.compile(r"(?:hidden|collapse)$"),
    "content-visibility": re.compile(r"hidden$"),
    "opacity": re.compile(r"0*\.?0*%?$"),
    "font-size": re.compile(r"0*\.?0*(?:px|em|rem|pt|%|vw|vh)?$"),
    "color": re.compile(r"transparent$"),
    "clip": re.compile(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)$"),
    "clip-path": re.compile(r"inset\((?:50|100)%\)$|circle\(0\w*\)$"),
    **dict.fromkeys(
        ("left", "top", "text-indent", "margin-left"), re.compile(r"-(?:\d{4,}|999)px$|-\d{3,}(?:em|rem|vw|%)$")
    ),
}
"""Property -> values that hide. The last ones move text off the screen or leave a pixel of it."""

_SCREEN = re.compile(r"\s*(?:all|screen|only screen)?\s*$", re.IGNORECASE)
_RULES = 2000
"""Rules that are looked at; what a page of news hides stands long before."""


def hidden(tree: HtmlElement) -> list[HtmlElement]:
    """The elements that the styles in a page hide. Style sheets in other files are not at hand."""
    decided: dict[tuple[HtmlElement, str], tuple[Weight, bool]] = {}
    for element, name, weight, value in _declared(tree):
        hides = bool(_HIDES[name].match(value))
        key = element, name
        if key not in decided or decided[key][0] <= weight:
            decided[key] = weight, hides
    return [element for (element, _), (_, hides) in decided.items() if hides]


def _declared(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str, Weight, str]]:
    order = 0
    for sheet in tree.iter("style"):
        if not _SCREEN.match(sheet.get("media", "")):
            continue
        for selector, declarations in _rules(sheet.text or ""):
            order += 1
            if order > _RULES:
                break
            for specificity, elements in _selected(tree, selector):
                for name, important, value in declarations:
                    for element in elements:
                        yield element, name, (important, False, specificity, order), value
    for element in tree.iter():
        if isinstance(element.tag, str) and "style" in element.attrib:
            for name, important, value in _declarations(element.attrib["style"]):
                yield element, name, (important, True, (0, 0, 0), 0), value


def _rules(sheet: str) -> Iterator[tuple[str, list[tuple[str, bool, str]]]]:
    """Rules that hold on every screen and say something of what is shown."""
    import tinycss2

    pending = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    while pending:
        rule = pending.pop(0)
        if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None:
            if _SCREEN.match(tinycss2.serialize(rule.prelude)):
                pending[:0] = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        elif rule.type == "qualified-rule":
            declarations = _declarations(rule.content)
            if declarations:
                yield tinycss2.serialize(rule.prelude), declarations


def _declarations(style: object) -> list[tuple[str, bool, str]]:
    import tinycss2

    found = tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    return [
        (d.lower_name, d.important, tinycss2.serialize(d.value).strip().lower())
        for d in found
        if d.type == "declaration" and d.lower_name in _HIDES
    ]


def _selected(tree: HtmlElement, selectors: str) -> Iterator[tuple[tuple[int, int, int], list[HtmlElement]]]:
    """What a list of selectors fits; those that speak of a state, such as :hover, fit nothing here."""
    from cssselect import HTMLTranslator, SelectorError, parse
    from lxml import etree

    try:
        for selector in parse(selectors):
            if selector.pseudo_element is None:
                yield selector.specificity(), tree.xpath(HTMLTranslator().selector_to_xpath(selector))
    except (SelectorError, etree.XPathError, RecursionError):
        return
