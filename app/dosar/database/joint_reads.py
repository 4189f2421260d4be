"""What several parts of a page want to know, asked of the database together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from dosar.database.union_reads import UnionPart, read_union

Told = TypeVar("Told", covariant=True)
Next = TypeVar("Next")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Wanted(Generic[Told]):
    """What somebody wants to know: the parts to read, and what their rows tell."""

    parts: Sequence[UnionPart]
    tell: Callable[[Sequence[Rows]], Told]

    def read(self, session: Any) -> Told:
        """Ask for it alone: one statement."""
        return self.tell(read_union(session, self.parts))

    def then(self, understand: Callable[[Told], Next]) -> "Wanted[Next]":
        """The same wish, and what becomes of what it tells."""
        return Wanted(self.parts, lambda rows: understand(self.tell(rows)))


@dataclass
class JointRead:
    """Several such wishes, read in one statement."""

    parts: list[UnionPart] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)

    def ask(self, wanted: Wanted[Told]) -> Callable[[], Told]:
        """Ask for this too. What it gives back tells it, once :meth:`read` has read."""
        begin, end = len(self.parts), len(self.parts) + len(wanted.parts)
        self.parts += wanted.parts
        return lambda: wanted.tell(self.rows[begin:end])

    def read(self, session: Any) -> None:
        """Read all that was asked for."""
        self.rows = read_union(session, self.parts)


def known_already(told: Next) -> Wanted[Next]:
    """A wish for which nothing is read."""
    return Wanted((), lambda _: told)


def rows_of_parts(keys: Sequence[Any], found: Sequence[Rows]) -> dict[Any, Rows]:
    """The rows of each part, by its key."""
    return dict(zip(keys, found, strict=True))
