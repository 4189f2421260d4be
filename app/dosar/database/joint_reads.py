"""What several parts of a page want to know, read from the database together.

Each part says what it reads (:class:`DeferredRead`); :class:`JointRead` reads all of it in one statement, which is kept
and used again by whoever asks for the same.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from dosar.database.union_reads import NO_VALUES, UnionPart, UnionQuery

Result = TypeVar("Result", covariant=True)
Other = TypeVar("Other")
Rows = list[dict[str, Any]]
RowsOfParts = Mapping[Any, Rows]


class KeepQuery(Protocol):
    """Gives what was made for this key before, or makes it and keeps it: for one scope alone, as
    :meth:`~dosar.records.repository.Repository.made_for` does."""

    def __call__(self, key: Hashable, make: Callable[[], "JointQuery"], /) -> "JointQuery": ...


def make_anew(_: Hashable, make: Callable[[], "JointQuery"]) -> "JointQuery":
    """Keeps nothing: for what is seldom read."""
    return make()


@dataclass(frozen=True)
class DeferredRead(Generic[Result]):
    """What is to be read, and what is made of the rows."""

    kind: Hashable
    """Equal for two reads only if, in the same scope, their parts are equal: names whatever the parts depend on."""
    make_parts: Callable[[], Mapping[Any, UnionPart]]
    """The parts by their keys; what differs each time, as a moment does, stands in their conditions by a name of its
    own, that no other read uses."""
    result: Callable[[RowsOfParts], Result]
    """What the rows of the parts say."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The values of these names."""

    @classmethod
    def of_part(
        cls,
        kind: Hashable,
        make_part: Callable[[], UnionPart],
        result: Callable[[Rows], Result],
        values: Mapping[str, Any] = NO_VALUES,
    ) -> "DeferredRead[Result]":
        """Of a single part."""
        return cls(kind, lambda: {kind: make_part()}, lambda rows: result(rows[kind]), values)

    def read(self, session: Any, keep: KeepQuery = make_anew) -> Result:
        """Read it alone: one statement."""
        joint = JointRead()
        result = joint.add(self)
        joint.read(session, keep)
        return result()

    def then(self, change: Callable[[Result], Other]) -> "DeferredRead[Other]":
        """The same read, and what becomes of its result."""
        return DeferredRead(self.kind, self.make_parts, lambda rows: change(self.result(rows)), self.values)


@dataclass(frozen=True)
class JointQuery:
    """The statement for several reads, and the keys of the parts of each of them."""

    union: UnionQuery
    keys: Sequence[Sequence[Any]]

    @classmethod
    def of(cls, reads: Iterable[DeferredRead[Any]]) -> "JointQuery":
        """What reads all of them."""
        parts = [read.make_parts() for read in reads]
        return cls(UnionQuery.of([part for of_read in parts for part in of_read.values()]), list(map(tuple, parts)))

    def read(self, session: Any, values: Mapping[str, Any]) -> list[RowsOfParts]:
        """Of each read, the rows of its parts."""
        found = iter(self.union.read(session, values))
        return [{key: next(found) for key in keys} for keys in self.keys]


@dataclass
class JointRead:
    """Several reads in one statement."""

    reads: list[DeferredRead[Any]] = field(default_factory=list)
    rows: Sequence[RowsOfParts] = ()
    """Of each read, the rows of its parts."""

    def add(self, read: DeferredRead[Result]) -> Callable[[], Result]:
        """Read this too. What it gives back says the result, once :meth:`read` has read."""
        position = len(self.reads)
        self.reads.append(read)
        return lambda: read.result(self.rows[position])

    def read(self, session: Any, keep: KeepQuery) -> None:
        """Read all that was added, by the statement kept for reads of these kinds."""
        query = keep(tuple(read.kind for read in self.reads), lambda: JointQuery.of(self.reads))
        self.rows = query.read(session, {name: value for read in self.reads for name, value in read.values.items()})


def known_result(result: Other) -> DeferredRead[Other]:
    """A result for which nothing is read."""
    return DeferredRead(None, dict, lambda _: result)
