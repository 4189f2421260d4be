"""Remembering by identity what was worked out of a form or a question: they never change while Dosar runs."""

from typing import Generic, TypeVar

KeyedThing = TypeVar("KeyedThing")


class IdentityKey(Generic[KeyedThing]):
    """Compares as the very thing it holds, so that a cache may be asked with it."""

    __slots__ = ("thing",)

    def __init__(self, thing: KeyedThing) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdentityKey) and other.thing is self.thing
