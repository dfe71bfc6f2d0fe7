"""A page as a tree of elements, to ask what a reader of it would find."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Element:
    """An element with its attributes, its children and the text inside it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        return [part for part in self.content if isinstance(part, Element)]

    @property
    def raw_text(self) -> str:
        return "".join(p.raw_text if isinstance(p, Element) else p for p in self.content)

    @property
    def text(self) -> str:
        """All text inside in its order; elements side by side are a blank apart."""
        parts = [part.text if isinstance(part, Element) else part for part in self.content]
        return re.sub(r"[ \n]+", " ", " ".join(parts)).strip()

    def all(self, name: str = "", **attributes: str) -> list["Element"]:
        """Elements below with that name and attributes; `class_` asks for one class of several."""
        found = []
        for child in self.children:
            if child.matches(name, attributes):
                found.append(child)
            found += child.all(name, **attributes)
        return found

    def one(self, name: str = "", **attributes: str) -> "Element":
        """The only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} of {name} {attributes}"
        return found[0]

    def matches(self, name: str, attributes: dict[str, str]) -> bool:
        """Whether this element has that name and these attributes."""
        if name and name != self.name:
            return False
        for key, value in attributes.items():
            own = self.attributes.get(key.rstrip("_").replace("_", "-"))
            if key == "class_" and value in (own or "").split():
                continue
            if own != value:
                return False
        return True


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].content.append(Element(tag, {n: v or "" for n, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].name == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def document(content: bytes) -> Element:
    """The tree of an answer."""
    builder = _Builder()
    builder.feed(content.decode())
    return builder.root
