"""The answers of a back-up as they fit into the data of today: links and files lead where they lead today."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from dosar.backups.salvage.open_copy import OpenCopy
from dosar.database.sealing.sealed_content import open_content
from dosar.database.system_tables import attachment_table
from dosar.database.users import user_table
from dosar.language.answers.validation import AnswerPath
from dosar.language.form import USER_LINK, Form
from dosar.language.question import Answers, Question
from dosar.records.attachments import FILES_PURPOSE, files_in_answers, sealed_file
from dosar.records.links.answer_links import links_in_answers
from dosar.records.links.case_boundary import without_links
from dosar.records.repository import Repository

FindRecord = Callable[[str, int], int | None]
"""The number that a record of the back-up has today, by its form and its number then; none where it is not there."""
IDENTITY_COLUMNS = ("form", "rows_of", "question", "record_id", "digest")
COPIED_COLUMNS = ("form", "rows_of", "question", "name", "media_type", "at", "user_id", "content")
DIGEST_COLUMN = ("digest",)
"""Of the table of attachments: what makes a file the same one, what a new one takes over, what tells its content."""


@dataclass(frozen=True)
class CopiedAnswers:
    """Answers that fit, and how many of their links led to nothing any more."""

    answers: Answers
    links_lost: int = 0


def copied_answers(
    copy: OpenCopy, today: Repository, form: Form, answers: Answers, find: FindRecord, owner: int | None
) -> CopiedAnswers:
    """To be called inside the transaction that keeps them; ``owner`` is who attaches the files anew."""
    numbers: dict[AnswerPath, int] = {}
    lost: list[AnswerPath] = []
    for link in links_in_answers(form.questions.values(), answers):
        found = user_today(today, link.number) if link.target == USER_LINK else find(link.target, link.number)
        if found is None:
            lost.append(link.where)
        elif found != link.number:
            numbers[link.where] = found
    for where, number in files_in_answers(form.questions.values(), answers):
        numbers[where] = _file(copy, today, number, owner)
    return CopiedAnswers(without_links(_with_numbers(answers, numbers), lost), len(lost))


def as_numbered_today(
    copy: OpenCopy, today: Repository, questions: Collection[Question], then: Answers, now: Answers, find: FindRecord
) -> Answers:
    """The answers of the back-up to compare with those of today: what is the same record or the same file has the same
    number."""
    numbers: dict[AnswerPath, int] = {}
    for link in links_in_answers(questions, then):
        found = None if link.target == USER_LINK else find(link.target, link.number)
        numbers[link.where] = link.number if found is None else found
    of_today = {_file_row(today, number, DIGEST_COLUMN): number for _, number in files_in_answers(questions, now)}
    contents = {row.digest: number for row, number in of_today.items() if row is not None}
    for where, number in files_in_answers(questions, then):
        row = _file_row(copy.repository, number, DIGEST_COLUMN)
        numbers[where] = number if row is None else contents.get(row.digest, number)
    return _with_numbers(then, numbers)


def _with_numbers(answers: Answers, numbers: Mapping[AnswerPath, int]) -> Answers:
    changed: dict[str, Any] = dict(answers)
    for (name, *rest), number in numbers.items():
        if not rest:
            changed[name] = number
            continue
        rows = [dict(row) for row in changed[name]]
        rows[int(rest[0])][rest[1]] = number
        changed[name] = rows
    return changed


def user_today(today: Repository, number: int | None) -> int | None:
    """The worker with this number, if there is one today."""
    if number is None:
        return None
    found: int | None = today.session.scalar(select(user_table.c.id).where(user_table.c.id == number))
    return found


def _file(copy: OpenCopy, today: Repository, number: int, owner: int | None) -> int:
    """The file where it still is what it was, else a new one with its content."""
    then = _file_row(copy.repository, number, IDENTITY_COLUMNS)
    if then == _file_row(today, number, IDENTITY_COLUMNS):
        return number
    then = _file_row(copy.repository, number, COPIED_COLUMNS)
    content = open_content(copy.repository.store.purpose_key(FILES_PURPOSE), then.content)
    values = {**then._mapping, **sealed_file(today.store, content), "user_id": owner or then.user_id}
    made = insert(attachment_table).values(values)
    return int(today.session.execute(made.returning(attachment_table.c.id)).scalar_one())


def _file_row(repository: Repository, number: int, names: Collection[str]) -> Any:
    columns = [attachment_table.c[name] for name in names]
    return repository.session.execute(select(*columns).where(attachment_table.c.id == number)).one_or_none()
