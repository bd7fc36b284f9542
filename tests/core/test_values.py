"""What is made `frozen` behaves as a frozen dataclass with slots does."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from threading import Barrier, Thread

import pytest

from creditdesk.core.values import frozen


@frozen
class Pair:
    """Two fields of all sorts."""

    name: str
    number: int = 3
    words: list[str] = field(default_factory=list)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Peer:
    """The standard library's."""

    name: str
    number: int = 3
    words: list[str] = field(default_factory=list)
    secret: str = field(default="", repr=False)


@frozen
class Nothing:
    """No field at all."""


@frozen
class Checked:
    """Looks at what it is given, and says itself how it is shown."""

    amount: int

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("below 0")

    def __repr__(self) -> str:
        return "***"


@frozen
class Node:
    """Holds another one."""

    inside: list["Node"]


@pytest.mark.parametrize("make", [Pair, Peer])
def test_a_field_that_is_set_or_deleted_is_an_error(make: type[Pair]) -> None:
    one = make("a")
    with pytest.raises(FrozenInstanceError):
        one.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del one.name
    with pytest.raises((FrozenInstanceError, TypeError)):
        one.other = "b"  # type: ignore[attr-defined]
    assert one.name == "a"
    assert not hasattr(one, "__dict__")


def test_two_values_are_equal_by_their_fields_and_their_class() -> None:
    assert Pair("a") == Pair("a", 3, [])
    assert Pair("a") != Pair("a", 4)
    assert Pair("a") != Peer("a")
    assert Nothing() == Nothing()
    assert Checked(1) == Checked(1) != Checked(2)
    assert hash(Checked(1)) == hash(Checked(1))
    assert {Nothing(): 1}[Nothing()] == 1
    with pytest.raises(TypeError):
        hash(Pair("a"))  # a list has no hash


def test_defaults_are_made_anew_for_each_value() -> None:
    one, other = Pair("a"), Pair("b")
    one.words.append("x")
    assert other.words == []
    assert Pair("a", words=["y"], number=1) == Pair("a", 1, ["y"])


@pytest.mark.parametrize("given", [(), ("a", 1, [], "", 5)])
def test_too_few_and_too_many_words_are_errors(given: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Pair(*given)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="unexpected"):
        Pair("a", unknown=1)  # type: ignore[call-arg]


def test_a_secret_field_is_not_shown() -> None:
    assert repr(Pair("a", secret="hush")) == "Pair(name='a', number=3, words=[])"
    assert repr(Pair("a", secret="hush")) == repr(Peer("a", secret="hush")).replace("Peer", "Pair")
    assert repr(Checked(1)) == "***"
    node = Node([])
    node.inside.append(node)
    assert repr(node) == "Node(inside=[...])"


def test_the_dataclass_functions_work_on_a_value() -> None:
    assert is_dataclass(Pair)
    assert [each.name for each in fields(Pair)] == [each.name for each in fields(Peer)]
    assert replace(Pair("a", secret="s"), name="b") == Pair("b", secret="s")
    match Pair("a", 7):
        case Pair(name, number):
            assert (name, number) == ("a", 7)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_a_copy_is_equal(copied: object) -> None:
    one = Pair("a", 4, ["x"], "s")
    assert callable(copied)
    assert copied(one) == one


def test_what_is_wrong_is_told_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="below"):
        Checked(-1)
    with pytest.raises(ValueError, match="below"):
        replace(Checked(1), amount=-1)


@pytest.mark.parametrize("odd", [field(compare=False), field(init=False), field(kw_only=True), field(hash=False)])
def test_what_a_value_cannot_do_is_refused_when_the_class_is_made(odd: object) -> None:
    with pytest.raises(TypeError, match="plain fields"):
        frozen(type("Odd", (), {"__annotations__": {"one": int}, "one": odd}))


def test_the_first_values_may_be_made_on_many_threads_at_once() -> None:
    for _ in range(50):
        fresh = frozen(type("Fresh", (), {"__annotations__": {"one": int}, "two": 2}))
        together, found = Barrier(4), []

        def make(fresh: type = fresh, together: Barrier = together, found: list[object] = found) -> None:
            together.wait()
            found.append(fresh(1))

        threads = [Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [fresh(1)] * 4
