"""Reading HTML as a browser would, to say whether it can do anything."""

from __future__ import annotations

from html.parser import HTMLParser

HARMLESS_TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "strong", "ul"}
    | {"table", "tbody", "td", "th", "thead", "tr", "h4", "h5", "h6", "details", "summary", "div", "span"}
)
HARMLESS_ATTRIBUTES = frozenset({"class", "href", "rel", "start", "open"})


class _Elements(HTMLParser):
    """Every element of a fragment with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", {}))

    def handle_decl(self, decl: str) -> None:
        self.elements.append(("!", {}))

    def handle_pi(self, data: str) -> None:
        self.elements.append(("?", {}))


def elements_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """The elements that a browser would make of the fragment."""
    parser = _Elements()
    parser.feed(html)
    parser.close()
    return parser.elements


def assert_inert(html: str) -> None:
    """Only elements that show text, no handler, and links to nowhere but the web and mail."""
    for tag, attributes in elements_of(html):
        assert tag in HARMLESS_TAGS, tag
        assert set(attributes) <= HARMLESS_ATTRIBUTES, attributes
        if "href" in attributes:
            address = attributes["href"] or ""
            assert address.split(":")[0].lower() in {"http", "https", "mailto"}, address
            assert attributes["rel"] == "noopener nofollow"
