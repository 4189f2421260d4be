"""The links among a sheet's answers, rows included: where each stands, and which record it points to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.language.answering import Where
from app.language.question import Question
from app.records.cabinet import Cabinet
from app.records.tables import USER
from app.records.together import read_together


@dataclass(frozen=True)
class Pointing:
    """An answer that points to a record."""

    where: Where
    question: Question
    number: int
    row_id: int | None = None
    """The row it stands in, if that is kept already."""

    @property
    def target(self) -> str:
        return str(self.question.link_target())

    @property
    def place(self) -> tuple[Any, ...]:
        """The same for the same link of the same kept row, wherever that stands by now."""
        return self.where[0], self.row_id, self.where[-1], self.number


def links_in(questions: Iterable[Question], answers: Mapping[str, Any]) -> Iterator[Pointing]:
    """Every answer that points to a record or to somebody who signs in."""
    for question in questions:
        answer = answers.get(question.name)
        for place, row in enumerate(answer or ()) if question.columns_asked() else ():
            for one in links_in(question.columns_asked(), row):
                yield Pointing((question.name, str(place), *one.where), one.question, one.number, row.get("id"))
        number = question.number_in(answer)
        if question.link_target() is not None and number is not None:
            yield Pointing((question.name,), question, number)


def newly_deleted(
    cabinet: Cabinet, questions: Iterable[Question], answers: Mapping[str, Any], before: Mapping[str, Any],
) -> list[Where]:
    """The answers that newly point to a record which the worker could read if it were not deleted.

    What pointed to it before may stay; the session refuses anything new (:mod:`app.records.scope`), here it is
    found to be told in words. One statement, or none.
    """
    asked = list(questions)
    old = {one.place for one in links_in(asked, before)}
    new = [one for one in links_in(asked, answers) if one.place not in old]
    deleted = _found(cabinet, new, deleted=True)
    return [one.where for one in new if (one.target, one.number) in deleted]


def out_of_reach(cabinet: Cabinet, links: Iterable[Pointing]) -> list[Where]:
    """Those of the links whose record was deleted, or is not the worker's to see: one statement, or none."""
    every = [one for one in links if one.target != USER]
    there = _found(cabinet, every, deleted=False)
    return [one.where for one in every if (one.target, one.number) not in there]


def _found(cabinet: Cabinet, links: Iterable[Pointing], deleted: bool) -> set[tuple[str, int]]:
    """The records pointed to, in reach, that are deleted; or those that are not."""
    wanted: dict[str, set[int]] = {}
    for one in links:
        if one.target in cabinet.forms:
            wanted.setdefault(one.target, set()).add(one.number)
    parts = []
    for target, numbers in wanted.items():
        kept: Any = cabinet.record_class(target)
        gone = kept.deleted_at.is_not(None) if deleted else kept.deleted_at.is_(None)
        parts.append((kept, [kept.id], [kept.id.in_(sorted(numbers)), gone]))
    found = read_together(cabinet.session, parts, with_deleted=True)
    return {(target, row["id"]) for target, rows in zip(wanted, found, strict=True) for row in rows}
