"""Finding values in an answer: JMESPath, for selection only.

Numbers arrive as int or Decimal and leave untouched: the functions that would round or refuse a Decimal
(`to_number`, `sum`, `max`, ...) are not allowed, and are refused when the expression is compiled.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jmespath import exceptions, functions, parser, visitor

MAX_EXPRESSION = 256
MAX_BUILT = 8
"""How many values an expression may put into new lists and objects; more could double a large answer many times."""

FUNCTIONS = {
    "contains": (2, 2),
    "ends_with": (2, 2),
    "keys": (1, 1),
    "length": (1, 1),
    "not_null": (1, 16),
    "starts_with": (2, 2),
    "type": (1, 1),
    "values": (1, 1),
}
"""The functions an expression may use, each with its least and most number of arguments."""

_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`((?:\\.|[^`\\])*)`""", re.DOTALL)
"""What stands in quotes of any kind; the group is a literal's."""

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float, Decimal), "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


class ExpressionError(ValueError):
    """The text is not an expression that a definition may use; the message says why and what is allowed."""


class _Functions(functions.Functions):  # type: ignore[misc]  # jmespath has no types
    """jmespath's functions, with `type` knowing Decimal."""

    @functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_type(self, value: object) -> str:
        return next((name for kind, name in _TYPES if isinstance(value, kind)), "null")


class Selector:
    """A compiled expression. Safe to share between threads."""

    __slots__ = ("_fields", "_interpreter", "_tree", "text")

    def __init__(self, text: str, tree: dict[str, Any]) -> None:
        self.text = text
        self._tree = tree
        self._fields = _plain_path(tree)
        self._interpreter = visitor.TreeInterpreter(visitor.Options(custom_functions=_Functions()))

    def find(self, data: object) -> object:
        """The value the expression selects in `data` (JSON values, numbers int or Decimal), or None when there is none.

        An expression that does not suit the data (`length` of a number, too deep a tree) selects nothing.
        """
        if self._fields is not None:
            for name in self._fields:
                if not isinstance(data, dict):
                    return None
                data = data.get(name)
            return data
        try:
            found: object = self._interpreter.visit(self._tree, data)
        except (exceptions.JMESPathError, RecursionError, TypeError, ValueError, AttributeError):
            # jmespath lets Python's own errors out where the data has another type than the expression expects
            return None
        return found

    def holds(self, data: object) -> bool:
        """Whether what the expression selects is true, in JMESPath's sense."""
        return truthy(self.find(data))

    def __repr__(self) -> str:
        return f"Selector({self.text!r})"


def truthy(value: object) -> bool:
    """Whether a value is true in JMESPath's sense: all but null, false and empty text, list and object. 0 is true."""
    return not (value is None or value is False or (isinstance(value, str | list | dict) and not value))


@lru_cache(maxsize=2048)
def compile_expression(text: str) -> Selector:
    """The selector of a JMESPath expression of at most 256 characters. Raises `ExpressionError`."""
    if not text.strip():
        raise ExpressionError("an expression must not be empty")
    if len(text) > MAX_EXPRESSION:
        raise ExpressionError(f"the expression has {len(text)} characters; {MAX_EXPRESSION} are allowed")
    if "`" in text and not all(_is_json(found[1]) for found in _QUOTED.finditer(text) if found[1] is not None):
        raise ExpressionError('what stands between backticks must be JSON, such as `0` or `"text"`')
    try:
        tree = parser.Parser().parse(text).parsed
    except exceptions.JMESPathError as error:
        raise ExpressionError(f"not a JMESPath expression: {_first_line(error)}") from None
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # jmespath's parser meets some unfinished texts with these instead of an error of its own
        raise ExpressionError("not a JMESPath expression") from None
    _check(tree)
    return Selector(text, tree)


def _is_json(literal: str) -> bool:
    """Whether jmespath reads this as it is written, and not as the text that it took it for once."""
    try:
        json.loads(literal.replace("\\`", "`"))
    except (ValueError, RecursionError):
        return False
    return True


def _check(tree: dict[str, Any]) -> None:
    built = 0
    for node in _nodes(tree):
        kind = node["type"]
        if kind == "function_expression":
            _check_call(node["value"], len(node["children"]))
        elif kind == "literal":
            node["value"] = _exact(node["value"])
        elif kind in ("multi_select_list", "multi_select_dict"):
            built += sum(child["type"] != "literal" for child in node["children"])
        elif kind == "slice" and node["children"][2] == 0:
            raise ExpressionError("a slice must not have the step 0")
    if built > MAX_BUILT:
        raise ExpressionError(f"the expression builds lists or objects of {built} values; {MAX_BUILT} are allowed")


def _check_call(name: str, given: int) -> None:
    if name not in FUNCTIONS:
        raise ExpressionError(f"the function {name}() is not allowed; allowed are {', '.join(FUNCTIONS)}")
    least, most = FUNCTIONS[name]
    if not least <= given <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(f"the function {name}() takes {wanted} arguments, not {given}")


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a parsed expression."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in node["children"] if isinstance(child, dict)]


def _exact(value: Any) -> Any:
    """A literal's value with its floats as Decimals, as the answers have them."""
    if isinstance(value, float):
        exact = Decimal(repr(value))
        if not exact.is_finite():
            raise ExpressionError("a number of an expression must be finite")
        return exact
    if isinstance(value, list):
        return [_exact(each) for each in value]
    if isinstance(value, dict):
        return {key: _exact(each) for key, each in value.items()}
    return value


def _plain_path(tree: dict[str, Any]) -> tuple[str, ...] | None:
    """The names of an expression such as `data.attributes.usage`, which needs no interpreter; None for any other."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] != "subexpression":
        return None
    names: tuple[str, ...] = ()
    for child in tree["children"]:
        part = _plain_path(child)
        if part is None:
            return None
        names += part
    return names


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160]
