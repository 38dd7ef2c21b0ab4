"""What a page holds without showing it: it could be planted, and no reader could find it there. None of it is quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.corpus.formats import styles

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NEVER = (
    "script", "style", "noscript", "template", "object", "embed", "iframe", "frame", "noframes", "svg", "math", "canvas",
    "audio", "video", "select", "datalist", "input", "textarea",
)  # fmt: skip
_KEPT = frozenset({"html", "body", "head"})


def remove(tree: HtmlElement) -> None:
    """Take out of a tree, in place, what browsers do not show: scripts, templates, and elements hidden by an attribute,
    by their own style or by a rule of the page's own style sheets. What only looks hidden, such as white on white, and
    what style sheets in other files hide, stays.
    """
    concealed = styles.hidden(tree) + list(tree.iter(*_NEVER)) + [e for e in tree.iter() if _is_marked(e)]
    for element in concealed:
        if element.getparent() is not None and element.tag not in _KEPT:
            element.drop_tree()


def _is_marked(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return True
    attributes = element.attrib
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").strip().lower() == "true"
        or (element.tag == "dialog" and "open" not in attributes)
    )
