"""Answers that are wrong but can still be sent as ordinary HTTP: a good answer goes in, a damaged one comes out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from creditdesk.sandbox.faults import Fault, FaultKind
from creditdesk.sandbox.wire import Answer, is_number, json_text, render

_PAGE = "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
_WRONG: dict[str, Callable[[Any], Any]] = {
    "string": str,
    "bool": lambda number: number != 0,
    "object": lambda number: {"value": number},
    "array": lambda number: [number],
    "null": lambda number: None,
}


def html(status: int, title: str) -> Answer:
    """A small HTML page."""
    return Answer(status, _PAGE.format(title=title).encode(), content_type="text/html; charset=utf-8")


def damaged(answer: Answer, fault: Fault) -> Answer:
    """The answer with this fault in its body; an answer that the fault does not concern comes back as it is."""
    change = _CHANGES.get(fault.kind)
    return change(answer, fault) if change else answer


def retyped(value: Any, wrong: Callable[[Any], Any]) -> Any:
    """A JSON value with every number replaced by `wrong(number)`."""
    if isinstance(value, dict):
        return {key: retyped(member, wrong) for key, member in value.items()}
    if isinstance(value, list):
        return [retyped(item, wrong) for item in value]
    return wrong(value) if is_number(value) else value


def _wrong_types(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=retyped(answer.body, _WRONG[fault.mode or "string"]))


def _nan(answer: Answer, fault: Fault) -> Answer:
    return _json(answer, render(answer.body, lambda number: fault.mode or "NaN"))


def _dup_keys(answer: Answer, fault: Fault) -> Answer:
    return _json(answer, render(answer.body, twice=True))


def _deep(answer: Answer, fault: Fault) -> Answer:
    depth = fault.size or 100_000
    nest = "[" * depth + "]" * depth
    text = json_text(answer.body) if not isinstance(answer.body, bytes) else ""
    if text.startswith("{") and text != "{}":
        return _json(answer, f'{{"deep": {nest}, {text[1:]}')
    return _json(answer, nest)


def _truncated(answer: Answer, fault: Fault) -> Answer:
    raw = answer.raw()
    return replace(answer, body=raw[: len(raw) // 2])


def _empty(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=b"")


def _bom(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=b"\xef\xbb\xbf" + answer.raw())


def _json(answer: Answer, text: str) -> Answer:
    return answer if isinstance(answer.body, bytes) else replace(answer, body=text.encode())


_CHANGES: dict[FaultKind, Callable[[Answer, Fault], Answer]] = {
    FaultKind.WRONG_TYPES: _wrong_types,
    FaultKind.NAN: _nan,
    FaultKind.DUP_KEYS: _dup_keys,
    FaultKind.DEEP: _deep,
    FaultKind.TRUNCATED: _truncated,
    FaultKind.EMPTY: _empty,
    FaultKind.BOM: _bom,
}
