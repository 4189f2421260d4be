"""The links among a sheet's answers, rows included: where each stands, and which record it points to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dosar.database.union_reads import read_union
from dosar.language.answers.validation import AnswerPath
from dosar.language.form import USER_LINK
from dosar.language.question import Question
from dosar.records.finding.people import people_out_of_reach
from dosar.records.repository import Repository


@dataclass(frozen=True)
class RecordLink:
    """An answer that points to a record."""

    where: AnswerPath
    question: Question
    number: int
    row_id: int | None = None
    """The row it stands in, if that is kept already."""

    @property
    def target(self) -> str:
        """The form whose record it points to, or ``user``."""
        return str(self.question.link_target())

    @property
    def place(self) -> tuple[Any, ...]:
        """The same for the same link of the same kept row, wherever that stands by now."""
        return self.where[0], self.row_id, self.where[-1], self.number


def links_in_answers(questions: Iterable[Question], answers: Mapping[str, Any]) -> Iterator[RecordLink]:
    """Every answer that points to a record or to somebody who signs in."""
    for question in questions:
        answer = answers.get(question.name)
        for position, row in enumerate(answer or ()) if question.columns_asked() else ():
            for link in links_in_answers(question.columns_asked(), row):
                yield RecordLink((question.name, str(position), *link.where), link.question, link.number, row.get("id"))
        number = question.number_in(answer)
        if question.link_target() is not None and number is not None:
            yield RecordLink((question.name,), question, number)


@dataclass(frozen=True)
class WrongLinks:
    """Where answers newly point to what may not be pointed to."""

    deleted: Sequence[AnswerPath]
    """To a record which the worker could read if it were not deleted."""
    nowhere: Sequence[AnswerPath]
    """To one that is not there or out of her reach: both look alike."""


def wrong_links(
    repository: Repository,
    questions: Iterable[Question],
    answers: Mapping[str, Any],
    before: Mapping[str, Any],
) -> WrongLinks:
    """The answers that newly point to a record which is deleted, out of the worker's reach or not there.

    What pointed to it before may stay; the session refuses anything new (:mod:`dosar.records.scope.write_checks`), here
    it is found to be told in words. One statement, or none.
    """
    asked_questions = list(questions)
    old = {link.place for link in links_in_answers(asked_questions, before)}
    new = [
        link
        for link in links_in_answers(asked_questions, answers)
        if link.place not in old and link.target in repository.forms
    ]
    found = _records_pointed_to(repository, new)
    return WrongLinks(
        [link.where for link in new if found.get((link.target, link.number))],
        [link.where for link in new if (link.target, link.number) not in found],
    )


def made_up_people(
    repository: Repository,
    questions: Iterable[Question],
    answers: Mapping[str, Any],
    before: Mapping[str, Any],
) -> list[RecordLink]:
    """The links to people whom the worker may not find by name, and whom this question did not name before."""
    asked_questions = list(questions)
    old = {(link.where[0], link.where[-1], link.number) for link in links_in_answers(asked_questions, before)}
    new = [
        link
        for link in links_in_answers(asked_questions, answers)
        if link.target == USER_LINK and (link.where[0], link.where[-1], link.number) not in old
    ]
    refused = people_out_of_reach(repository, {link.number for link in new})
    return [link for link in new if link.number in refused]


def links_out_of_reach(repository: Repository, links: Iterable[RecordLink]) -> list[AnswerPath]:
    """Those of the links whose record was deleted, or is not the worker's to see: one statement, or none."""
    every = [link for link in links if link.target != USER_LINK]
    found = _records_pointed_to(repository, every)
    return [link.where for link in every if found.get((link.target, link.number), True)]


def _records_pointed_to(repository: Repository, links: Iterable[RecordLink]) -> dict[tuple[str, int], bool]:
    """The records pointed to that are in reach → whether they are deleted."""
    numbers_by_form: dict[str, set[int]] = {}
    for link in links:
        if link.target in repository.forms:
            numbers_by_form.setdefault(link.target, set()).add(link.number)
    parts = []
    for target, numbers in numbers_by_form.items():
        record_class: Any = repository.record_class(target)
        columns = [record_class.id, record_class.deleted_at]
        parts.append((record_class, columns, [record_class.id.in_(sorted(numbers))]))
    found = read_union(repository.session, parts, with_deleted=True)
    return {
        (target, row["id"]): row["deleted_at"] is not None
        for target, rows in zip(numbers_by_form, found, strict=True)
        for row in rows
    }
