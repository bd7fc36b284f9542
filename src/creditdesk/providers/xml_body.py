"""An XML answer as data that expressions can select from.

An element without attributes and children is its text; another is an object: attributes as `@name`, children by their
name (a list where there are several of one name), text as `#text`. The root stands under its name. Document types and
entities are refused, so that a small answer stays small.
"""

from xml.parsers import expat

from creditdesk.providers.strict_json import MAX_DEPTH, BadAnswer

MAX_ELEMENTS = 20_000


class _Tree:
    """What has been read so far: the open elements, the innermost one last."""

    def __init__(self) -> None:
        self.root: dict[str, object] = {}
        self._open: list[tuple[str, dict[str, object]]] = [("", self.root)]
        self._texts: list[list[str]] = [[]]
        self._count = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise BadAnswer("is nested too deeply, or too long")
        self._open.append((name, {f"@{key}": text for key, text in attributes.items()}))
        self._texts.append([])

    def text(self, part: str) -> None:
        self._texts[-1].append(part)

    def end(self, _name: str) -> None:
        name, fields = self._open.pop()
        text = "".join(self._texts.pop()).strip()
        if fields and text:
            fields["#text"] = text
        around = self._open[-1][1]
        value: object = fields or text
        if name not in around:
            around[name] = value
        elif isinstance(before := around[name], list):
            before.append(value)
        else:
            around[name] = [before, value]


def decode_xml(body: bytes) -> object:
    """The data of an XML document. Raises `BadAnswer` for what is none, and for what has a document type."""
    if not body.strip():
        raise BadAnswer("is empty")
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = tree.begin
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError):  # the latter two for encodings that do not exist or fit
        raise BadAnswer("is not XML") from None
    return tree.root


def _refuse_doctype(*_: object) -> None:
    raise BadAnswer("is a web page, or has a document type")
