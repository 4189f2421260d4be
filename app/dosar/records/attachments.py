"""Files attached to sheets: each belongs to a record and a question, and is found and read through them."""

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, literal, select, update

from dosar.database.audit.chain import FILE_OBJECT
from dosar.database.audit.trail import note_opened
from dosar.database.sealing.sealed_content import open_content, seal_content
from dosar.database.store import Store
from dosar.database.system_tables import attachment_table
from dosar.language.answers.validation import AnswerPath
from dosar.language.form import CASE_FORM, Form, QuestionKey
from dosar.language.question import Answers, Question
from dosar.records.repository import LARGEST_NUMBER, Repository
from dosar.records.scope.row_scope import current_scope

FILES_PURPOSE, DIGEST_PURPOSE = "files", "file-digest"
"""What the keys are for that files are sealed with, and their digests made with."""
FILE_TARGET = "~file"
"""What the names of files are kept under beside the titles of records: no form is called so."""


@dataclass(frozen=True)
class Attachment:
    """A file without its content. It has no record until its sheet is saved."""

    id: int
    form: str
    rows_of: str
    question: str
    record_id: int | None
    name: str
    media_type: str
    size: int
    user_id: int

    def may_answer(self, form: str, where: AnswerPath, record_id: int | None, worker_id: int | None) -> bool:
        """Whether it may become the answer there: it is hers and of no record yet, or was that question's before."""
        if self.record_id is None:
            return self.user_id == worker_id
        return (self.form, self.rows_of, self.question, self.record_id) == (form, *attachment_place(where), record_id)


_ATTACHMENTS_BY_ID = select(*[attachment_table.c[name] for name in Attachment.__dataclass_fields__]).where(
    attachment_table.c.id.in_(bindparam("ids", expanding=True))
)
_CONTENT_BY_ID = select(attachment_table.c.content, attachment_table.c.form, attachment_table.c.record_id).where(
    attachment_table.c.id == bindparam("of_file")
)
_COPIED_COLUMNS = ("form", "rows_of", "question", "name", "media_type", "size", "digest", "content", "at")


def readable_files(
    repository: Repository,
    known: Mapping[str, Form],
    ids: Iterable[int],
    worker_id: int | None,
) -> dict[int, Attachment]:
    """The files among these that the reader may open, by number.

    She opens a file where she may read both its record and its question; ``known`` are the forms as she may
    know them. One whose sheet was never saved is opened by who attached it.
    """
    file_ids = sorted(set(ids))
    if not file_ids:
        return {}
    rows = repository.session.execute(_ATTACHMENTS_BY_ID, {"ids": file_ids})
    found = {row.id: Attachment(**row._mapping) for row in rows}
    owned = [file for file in found.values() if file.record_id is not None and _is_question_known(known, file)]
    readable = {
        (form, file) for form in {file.form for file in owned} for file in _readable_records(repository, form, owned)
    }
    return {
        file.id: file
        for file in found.values()
        if (file in owned and (file.form, file.record_id) in readable)
        or (file.record_id is None and file.user_id == worker_id)
    }


def _is_question_known(known: Mapping[str, Form], file: Attachment) -> bool:
    """Whether the reader knows the question that the file answers."""
    if file.form not in known:
        return False
    top = known[file.form].questions.get(file.rows_of or file.question)
    if top is None or not file.rows_of:
        return top is not None
    return any(column.name == file.question for column in top.columns_asked())


def _readable_records(repository: Repository, form: str, owned: Iterable[Attachment]) -> set[int]:
    """The records of the form, among the owners of these files, that the reader may read."""
    record_class: Any = repository.record_class(form)
    ids = sorted({file.record_id for file in owned if file.form == form and file.record_id is not None})
    query = repository.statement(
        ("owners of files", form),
        lambda: select(record_class.id).where(record_class.id.in_(bindparam("ids", expanding=True))),
    )
    options = {"with_deleted": current_scope.get().may("delete", form)}
    return set(repository.session.scalars(query, {"ids": ids}, execution_options=options))


def file_content(repository: Repository, file_id: int) -> bytes:
    """The bytes of the file. Whether it may be read is asked before: :func:`readable_files`.

    Raises :class:`dosar.database.store_errors.StoreError` where it was changed behind Dosar's back.
    """
    found = repository.session.execute(_CONTENT_BY_ID, {"of_file": file_id}).one()
    case_id = None if found.record_id is None else repository.case_of(found.form, found.record_id)
    note_opened(FILE_OBJECT, file_id, case_id)
    return open_content(repository.store.purpose_key(FILES_PURPOSE), found.content)


def case_of_file(repository: Repository, file_id: int) -> int | None:
    """The case whose sheet the file answers in, whoever asks: it tells nothing of it. None while it has no sheet.

    Of a file there is not it is asked, too: nobody learns by the time it takes that there is one.
    """
    owner = select(attachment_table.c.form, attachment_table.c.record_id).where(attachment_table.c.id == file_id)
    found = repository.session.execute(owner).one_or_none() if file_id <= LARGEST_NUMBER else None
    if found is None or found.record_id is None:
        return repository.case_of(CASE_FORM, LARGEST_NUMBER)
    return repository.case_of(found.form, found.record_id)


def sealed_file(store: Store, content: bytes) -> dict[str, Any]:
    """The columns of a file that depend on its content: what is kept of it is sealed, and tells nothing alone."""
    return {
        "size": len(content),
        "digest": hmac.digest(store.purpose_key(DIGEST_PURPOSE), content, "sha256").hex(),
        "content": seal_content(store.purpose_key(FILES_PURPOSE), content),
    }


def files_in_answers(questions: Iterable[Question], answers: Answers) -> Iterator[tuple[AnswerPath, int]]:
    """(where, number) of each file among the answers, rows included."""
    for question in questions:
        answer = answers.get(question.name)
        for position, row in enumerate(answer or ()) if question.columns_asked() else ():
            for where, number in files_in_answers(question.columns_asked(), row):
                yield (question.name, str(position), *where), number
        file_number = question.number_in(answer)
        if question.attached and file_number is not None:
            yield (question.name,), file_number


def without_files(questions: Iterable[Question], answers: Answers) -> Answers:
    """The answers without their files, for another sheet: a file stays where it was attached."""
    by_name = {question.name: question for question in questions}
    without = {name: answer for name, answer in answers.items() if name not in by_name or not by_name[name].attached}
    for name, answer in without.items():
        if answer and name in by_name and by_name[name].columns_asked():
            without[name] = [without_files(by_name[name].columns_asked(), row) for row in answer]
    return without


def attachment_place(where: AnswerPath) -> QuestionKey:
    """The question that is answered there."""
    return (where[0], where[-1]) if len(where) > 1 else ("", where[0])


def newly_attached_files(questions: Collection[Question], before: Answers, after: Answers) -> dict[AnswerPath, int]:
    """The files that ``after`` names and ``before`` did not."""
    known = {(attachment_place(where), number) for where, number in files_in_answers(questions, before)}
    return {
        where: number
        for where, number in files_in_answers(questions, after)
        if (attachment_place(where), number) not in known
    }


def adopt_files(repository: Repository, form: Form, record_id: int, before: Answers, after: Answers) -> None:
    """The files that came with a sheet belong to its record from now on."""
    for where, number in newly_attached_files(form.questions.values(), before, after).items():
        rows_of, question = attachment_place(where)
        repository.session.execute(
            update(attachment_table)
            .where(attachment_table.c.id == number, attachment_table.c.record_id.is_(None))
            .values(form=form.key, rows_of=rows_of, question=question, record_id=record_id)
        )


def with_file_copies(repository: Repository, form: Form, answers: Answers, user_id: int | None) -> Answers:
    """The answers with a copy of every file they name, for another record: each file has one record only."""
    numbers = sorted({number for _, number in files_in_answers(form.questions.values(), answers)})
    copies = {number: _copy_file(repository, number, user_id) for number in numbers}
    return _renumber_files(form.questions.values(), answers, copies) if copies else answers


def _copy_file(repository: Repository, number: int, user_id: int | None) -> int:
    columns = [attachment_table.c[name] for name in _COPIED_COLUMNS]
    owner = attachment_table.c.user_id if user_id is None else literal(user_id)
    copied = select(*columns, owner).where(attachment_table.c.id == number)
    made = insert(attachment_table).from_select([*_COPIED_COLUMNS, "user_id"], copied).returning(attachment_table.c.id)
    return int(repository.session.execute(made).scalar_one())


def _renumber_files(questions: Iterable[Question], answers: Answers, numbers: Mapping[int, int]) -> Answers:
    changed = dict(answers)
    for question in questions:
        answer = answers.get(question.name)
        if question.columns_asked() and answer:
            changed[question.name] = [_renumber_files(question.columns_asked(), row, numbers) for row in answer]
        elif question.attached and (number := question.number_in(answer)) is not None:
            changed[question.name] = numbers[number]
    return changed
