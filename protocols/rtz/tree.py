"""The XML of a route file as a tree of values, whole: what we do not know is kept and written again.

A document type is refused before anything in it is read, so that no entity can be declared: neither an expanding one nor
one that names a file. Comments, blanks between elements and processing instructions are dropped, and told so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from protocols.errors import MalformedError

SIZE_MAX_BYTES: Final = 4 * 1024 * 1024
"""Largest file read; a route of 1,000 waypoints with all attributes and two schedules has under 1 MB."""
DEPTH_MAX: Final = 32
"""Deepest nesting; the format's own has 5, extensions may bring theirs."""
ELEMENTS_MAX: Final = 200_000
"""Most elements; a hundred for each of 1,000 waypoints, twice."""
XML_NAMESPACE: Final = "http://www.w3.org/XML/1998/namespace"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold (XML 1.0, 2.2)."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element; names are (namespace, local name), the namespace empty where there is none."""

    name: tuple[str, str]
    attributes: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    children: tuple[Element, ...] = ()
    text: str = ""
    """All text directly within, without the blanks around it."""

    def get(self, name: str) -> str | None:
        """Return the attribute `name` that has no namespace; None where there is none."""
        return self.attributes.get(("", name))

    def all(self, name: str) -> tuple[Element, ...]:
        """Return the children called `name` in this element's own namespace."""
        return tuple(child for child in self.children if child.name == (self.name[0], name))

    def one(self, name: str) -> Element | None:
        """Return the first child called `name` in this element's own namespace; None where there is none."""
        return next(iter(self.all(name)), None)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file held."""

    root: Element
    dropped: tuple[str, ...]
    """What was read and is not kept, in words."""


@dataclass(slots=True)
class _Open:
    name: tuple[str, str]
    attributes: dict[tuple[str, str], str]
    children: list[Element] = field(default_factory=list[Element])
    text: list[str] = field(default_factory=list[str])


class _Builder:
    """Takes the parser's calls."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.comments = self.instructions = self._count = 0
        self._open: list[_Open] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise MalformedError(f"more than {ELEMENTS_MAX} elements, or nested deeper than {DEPTH_MAX}")
        self._open.append(_Open(_split(name), {_split(key): value for key, value in attributes.items()}))

    def end(self, _name: str) -> None:
        done = self._open.pop()
        made = Element(done.name, done.attributes, tuple(done.children), "".join(done.text).strip())
        if self._open:
            self._open[-1].children.append(made)
        else:
            self.root = made

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def comment(self, _text: str) -> None:
        self.comments += 1

    def instruction(self, _target: str, _text: str) -> None:
        self.instructions += 1

    def doctype(self, *_parts: object) -> None:
        raise MalformedError("a document type is not accepted in a route: it could declare entities")


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition("\n")
    return namespace, local


def parse(content: bytes) -> Document:
    """Return the tree of an XML file; raise MalformedError when it is none, too large, or has a document type."""
    if len(content) > SIZE_MAX_BYTES:
        raise MalformedError(f"{len(content)} bytes; {SIZE_MAX_BYTES} at most are read")
    builder, parser = _Builder(), expat.ParserCreate(namespace_separator="\n")
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler, parser.CommentHandler = builder.data, builder.comment
    parser.ProcessingInstructionHandler, parser.StartDoctypeDeclHandler = builder.instruction, builder.doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the last part
    except expat.ExpatError as error:
        raise MalformedError(f"no XML: {error}") from error
    except (ValueError, LookupError) as error:  # an encoding nobody knows
        raise MalformedError(f"no XML: {error}") from error
    if builder.root is None:
        raise MalformedError("no XML: no element")
    dropped = [(builder.comments, "comments"), (builder.instructions, "processing instructions")]
    return Document(builder.root, tuple(f"{count} {what}" for count, what in dropped if count))


def write(root: Element) -> bytes:
    """Return the XML of a tree, UTF-8; raise MalformedError for a character that XML cannot hold."""
    elements = _walk(root)
    named = {name for element in elements for name, _ in element.attributes}
    spaces = {element.name[0] for element in elements}
    # Below an element without a namespace the root's is no default any more, and an attribute never has the default.
    named |= spaces if "" in spaces else spaces - {root.name[0]}
    names = sorted(named - {"", XML_NAMESPACE})
    prefixes = {name: f"n{number}" for number, name in enumerate(names)} | {XML_NAMESPACE: "xml"}
    # The default namespace is the root's; an element of none below it has to say so itself.
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(root, root.name[0], prefixes, 0, lines)
    text = "\n".join(lines) + "\n"
    if _NOT_XML.search(text):
        raise MalformedError("a control character cannot stand in XML")
    return text.encode()


def _walk(root: Element) -> list[Element]:
    found: list[Element] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        found.append(element)
        waiting += element.children
    return found


def _write(element: Element, default: str, prefixes: dict[str, str], depth: int, lines: list[str]) -> None:
    namespace, local = element.name
    tag = local if namespace in ("", default) else f"{prefixes[namespace]}:{local}"
    declared: list[tuple[str, str]] = []
    if depth == 0 or (namespace == "" and default):
        declared += [("xmlns", namespace)] if depth or namespace else []
    if depth == 0:
        declared += [(f"xmlns:{short}", name) for name, short in prefixes.items() if short != "xml"]
    own = [(f"{prefixes[name]}:{key}" if name else key, value) for (name, key), value in element.attributes.items()]
    default = namespace if namespace == "" else default
    head = f"{'  ' * depth}<{tag}" + "".join(f" {key}={_quoted(value)}" for key, value in (*declared, *own))
    if not element.children:
        lines.append(head + (f">{escape(element.text)}</{tag}>" if element.text else "/>"))
        return
    lines.append(head + ">" + escape(element.text))
    for child in element.children:
        _write(child, default, prefixes, depth + 1, lines)
    lines.append(f"{'  ' * depth}</{tag}>")


def _quoted(value: str) -> str:
    return quoteattr(value, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
