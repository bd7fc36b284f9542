"""`frozen`: a frozen dataclass with slots that costs next to nothing to define.

`dataclass(frozen=True, slots=True)` compiles six methods for every class, used or not: 0.4 ms a class, and there are 80
classes before the first paint. What is made `frozen` is a dataclass, too (`replace`, `fields` and `match` work), but
its `__init__` is compiled when the first value is made, and the other methods are shared. Type checkers see a frozen
dataclass.
"""

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

_fields_and_slots = dataclass(init=False, repr=False, eq=False, slots=True)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class of annotated fields a value: compared, hashed, shown and copied by its fields, never changed.

    A field may have a default, or be a `field` with `default`, `default_factory` or `repr=False`; anything else (no
    comparing, keyword only, not in `__init__`) is for `dataclass`, and a TypeError here. `__post_init__` is called.
    """
    made: Any = _fields_and_slots(cls)
    for each in fields(made):
        if not each.init or each.kw_only or not each.compare or each.hash is not None:
            raise TypeError(f"{cls.__name__}.{each.name}: a value has plain fields only; make it a dataclass")
    read = _reader(tuple(each.name for each in fields(made)))

    def first_init(self: object, *given: object, **named: object) -> None:
        made.__init__ = _init(made)
        made.__init__(self, *given, **named)

    def same(self: object, other: object) -> Any:
        return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

    made.__init__ = first_init
    made.__eq__ = same
    made.__hash__ = lambda self: hash(read(self))
    made.__reduce__ = lambda self: (made, read(self))
    made.__setattr__ = made.__delattr__ = _refuse
    if "__repr__" not in cls.__dict__:
        made.__repr__ = _shown
    result: type[T] = made
    return result


def _reader(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    """What gives the fields of a value in their order."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _refuse(self: object, name: str, *_value: object) -> None:
    raise FrozenInstanceError(f"cannot change field {name!r}")


@recursive_repr()
def _shown(self: Any) -> str:
    told = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({told})"


def _init(cls: Any) -> Callable[..., None]:
    """The `__init__` of this class. It alone puts something into a field."""
    known: dict[str, Any] = {"put": object.__setattr__, "MISSING": MISSING}
    parameters, lines = ["self"], []
    for each in fields(cls):
        name = each.name
        if each.default is not MISSING:
            known[f"default_{name}"] = each.default
            parameters.append(f"{name}=default_{name}")
        elif each.default_factory is not MISSING:
            known[f"make_{name}"] = each.default_factory
            parameters.append(f"{name}=MISSING")
            lines.append(f"    if {name} is MISSING: {name} = make_{name}()")
        else:
            parameters.append(name)
        lines.append(f"    put(self, {name!r}, {name})")
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or ["    pass"]), known)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init
