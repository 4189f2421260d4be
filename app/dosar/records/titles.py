"""What a record is called where another one points to it: its title, as far as the reader may know it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from dosar.database.audit.trail import note_listed, note_named
from dosar.database.union_reads import UnionQuery, read_union
from dosar.database.users import User
from dosar.fields.files import describe_file
from dosar.language.form import CASE_FORM, TITLE_PIECE, USER_LINK, Form
from dosar.language.question import Answers, Question, ReadingContext, Unknown
from dosar.language.text.message import msgid
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import translated_word
from dosar.records.attachments import FILE_TARGET, readable_files
from dosar.records.repository import Repository

PERSON_COLUMNS: tuple[Any, ...] = (User.first_name, User.last_name, User.active)
"""What :func:`person_name` is made of."""
ACCOUNT_CLOSED = msgid("account closed")
DELETED_WORD = msgid("deleted")
DOUBLED_MARK = re.compile(r" (?=,)|[,·–] (?=[,·–] )")
"""What stays of a title around a piece that is left out."""
UNKNOWN_WORDS = {
    Unknown.DONT_KNOW: msgid("Does not know"),
    Unknown.REFUSED: msgid("Does not wish to answer"),
}


class DeletedTitle(str):
    """What a deleted record is called where others still point to it, marked as deleted; few may open it."""

    __slots__ = ()


def deleted_title(text: str, language: str) -> DeletedTitle:
    """The title of a record, marked as deleted."""
    return DeletedTitle(f"{text} ({translated_word(DELETED_WORD, language)})")


def strip_deleted_mark(text: str) -> str:
    """The title as it was before its record was deleted."""
    return text.rpartition(" (")[0] if isinstance(text, DeletedTitle) else text


def show_answer(question: Question, answer: Any, reading: ReadingContext) -> str:
    """The answer as people read it; empty for none."""
    if answer is None:
        return ""
    if isinstance(answer, Unknown):
        return translated_word(UNKNOWN_WORDS[answer], reading.language)
    return question.shown(answer, reading)


def title_questions(form: Form) -> list[Question]:
    """The questions a record's title is made of, of those the reader knows."""
    names = TITLE_PIECE.findall(form.record_title or "")
    return [form.questions[name] for name in names if name in form.questions]


def title_asks_clearance(form: Form) -> bool:
    """Whether not everybody who sees the form may know what its records are called."""
    return any(question.clearances for question in title_questions(form))


def title_of_record(form: Form, answers: Answers, reading: ReadingContext, record_id: int | None = None) -> str:
    """The record's title; a form without a pattern, or nothing answered, gives form title and number.

    That somebody does not know is no part of a name: it is left out like what nobody answered.
    """

    def piece(found: re.Match[str]) -> str:
        question, answer = form.questions.get(found[1]), answers.get(found[1])
        return show_answer(question, answer, reading) if question and not isinstance(answer, Unknown) else ""

    filled = TITLE_PIECE.sub(piece, form.record_title or "")
    tidy = DOUBLED_MARK.sub("", re.sub(r"\s+", " ", filled)).strip(" ,·–-")
    return tidy or f"{text_in_language(form.title, reading.language)} {record_id or ''}".strip()


def titles_of_records(
    repository: Repository, form: Form, ids: Iterable[int], reading: ReadingContext
) -> dict[int, str]:
    """Titles of several records in one statement; records out of reach are not among them."""
    named = link_titles(repository, {form.key: form}, {form.key: ids}, reading)
    return {record_id: text for (_, record_id), text in named.items()}


def person_name(person: Sequence[Any], reading: ReadingContext) -> str:
    """What somebody who signs in is called, made of what ``PERSON`` names; one whose account is closed is marked,
    wherever she is named."""
    first, last, active = person
    name = f"{first or ''} {last or ''}".strip()
    return name if active or not name else f"{name} ({translated_word(ACCOUNT_CLOSED, reading.language)})"


def user_names(repository: Repository, ids: Iterable[int | None], reading: ReadingContext) -> dict[int, str]:
    """The names of people who sign in, in one statement."""
    user_ids = sorted({user_id for user_id in ids if user_id is not None})
    if not user_ids:
        return {}
    rows = repository.session.execute(select(User.id, *PERSON_COLUMNS).where(User.id.in_(user_ids)))
    return {user_id: person_name(person, reading) for user_id, *person in rows}


def link_titles(
    repository: Repository,
    known: Mapping[str, Form],
    ids_by_form: Mapping[str, Iterable[int]],
    reading: ReadingContext,
    with_deleted: bool = False,
) -> dict[tuple[str, int], str]:
    """(target, id) → title, for every form (or ``user``) pointed to: one statement for all; and for every file.

    ``known`` are the forms as the reader may know them; what she may not see has no title. Nor has what was
    deleted, unless it is asked for ``with_deleted``, where something still points to it: then it is a
    :class:`DeletedTitle`, of a record that she could read if it were there.
    """
    files = readable_files(repository, known, ids_by_form.get(FILE_TARGET, ()), reading.worker_id)
    return {
        **_record_titles(repository, known, ids_by_form, reading, with_deleted),
        **{
            (FILE_TARGET, file.id): describe_file(file.name, file.media_type, file.size, reading.language)
            for file in files.values()
        },
    }


def _record_titles(
    repository: Repository,
    known: Mapping[str, Form],
    ids_by_form: Mapping[str, Iterable[int]],
    reading: ReadingContext,
    with_deleted: bool,
) -> dict[tuple[str, int], str]:
    targets = [
        (target, sorted(set(ids))) for target, ids in ids_by_form.items() if target == USER_LINK or target in known
    ]
    targets = [(target, ids) for target, ids in targets if ids]
    if not targets:
        return {}
    for target, ids in targets:
        if target != USER_LINK:
            note_listed(target, ids)
    title_queries = [(target, () if target == USER_LINK else title_columns(known[target])) for target, _ in targets]
    together: UnionQuery = repository.statement(
        ("titles", *title_queries),
        lambda: UnionQuery.of([_title_query(repository, target, names) for target, names in title_queries]),
    )
    rows = together.read(repository.session, {f"of_{target}": ids for target, ids in targets}, with_deleted)
    _note_titles(repository, known, [target for target, _ in targets], rows)
    named = {
        (target, row["id"]): _title_of_row(known, target, row, reading)
        for (target, _), of_target in zip(targets, rows, strict=True)
        for row in of_target
    }
    if repository.cross_case_targets.isdisjoint(ids_by_form):
        return named
    return _titles_with_case(repository, known, named)


def titles_where(
    repository: Repository,
    known: Mapping[str, Form],
    targets: Sequence[tuple[str, Callable[[Any], Any]]],
    reading: ReadingContext,
) -> list[dict[int, str]]:
    """For each target and the condition upon its ids, the titles of these records, deleted ones marked: one
    statement for all. The conditions read what was deleted too, unless they say otherwise."""
    parts = []
    for target, condition in targets:
        record_class, columns, _ = _title_query(
            repository, target, () if target == USER_LINK else title_columns(known[target])
        )
        parts.append((record_class, columns, [condition(record_class.id)]))
    found = read_union(repository.session, parts, with_deleted=True)
    _note_titles(repository, known, [target for target, _ in targets], found)
    return [
        {row["id"]: _title_of_row(known, target, row, reading) for row in rows}
        for (target, _), rows in zip(targets, found, strict=True)
    ]


def _note_titles(
    repository: Repository,
    known: Mapping[str, Form],
    targets: Iterable[str],
    found: Iterable[Sequence[Mapping[str, Any]]],
) -> None:
    """The audit log tells of which cases these titles say what not everybody may know."""
    for target, rows in zip(targets, found, strict=True):
        if target == USER_LINK or not title_asks_clearance(known[target]):
            continue
        case_column = repository.record_class(target).case_column
        if case_column:
            note_named(row[case_column] for row in rows)


def _titles_with_case(
    repository: Repository,
    known: Mapping[str, Form],
    named: Mapping[tuple[str, int], str],
) -> dict[tuple[str, int], str]:
    """The titles, and before each the code of its case where sheets of several cases stand together."""
    codes: dict[tuple[str, int], str] = {}
    targets = {target for target, _ in named} if CASE_FORM in known else set()
    for target in repository.cross_case_targets & targets:
        ids = [number for of, number in named if of == target]
        codes |= {(target, number): code for number, code in case_codes(repository, known, target, ids).items()}
    return {key: title_after_code(codes.get(key), text) for key, text in named.items()}


def title_after_code(code: str | None, text: str) -> str:
    """The title after the code of its case, if there is one; a deleted one is marked as before."""
    return type(text)(" · ".join(filter(None, (code, text))))


def case_codes(repository: Repository, known: Mapping[str, Form], form: str, ids: Sequence[int]) -> dict[int, str]:
    """Record → the code of its case, as far as the reader may see it; a case without one is told by its number.
    Deleted records are told of too."""
    record_class: Any = repository.record_class(form)
    case: Any = repository.record_class(CASE_FORM)
    code = known[CASE_FORM].code_question
    columns = [case.id] if code is None else [case.id, *[getattr(case, name) for name in code.column_names()]]
    rows = repository.session.execute(
        select(record_class.id, *columns)
        .join(case, record_class.case_id == case.id)
        .where(record_class.id.in_(sorted(ids))),
        execution_options={"with_deleted": True},
    )
    codes = {row[0]: (row[1], str(row[2] if code is not None and row[2] else row[1])) for row in rows}
    if title_asks_clearance(known[form]):
        note_named(case_id for case_id, _ in codes.values())
    return {record_id: text for record_id, (_, text) in codes.items()}


def title_columns(form: Form) -> tuple[str, ...]:
    """The columns a record's title is made of."""
    return tuple(name for question in title_questions(form) for name in question.column_names())


def _title_query(repository: Repository, target: str, names: Sequence[str]) -> tuple[Any, Any, Any]:
    """The class, columns and condition that give the titles of one target."""
    ids: Any = bindparam(f"of_{target}", expanding=True)
    if target == USER_LINK:
        return User, [User.id, *PERSON_COLUMNS], [User.id.in_(ids)]
    record_class: Any = repository.record_class(target)
    of_case = [record_class.case_id] if record_class.case_column == "case_id" else []
    return (
        record_class,
        [record_class.id, record_class.deleted_at, *of_case, *[getattr(record_class, name) for name in names]],
        [record_class.id.in_(ids)],
    )


def _title_of_row(known: Mapping[str, Form], target: str, row: Mapping[str, Any], reading: ReadingContext) -> str:
    if target == USER_LINK:
        return person_name([row[column.key] for column in PERSON_COLUMNS], reading)
    form = known[target]
    answers = {question.name: question.restore_answer(row) for question in title_questions(form)}
    text = title_of_record(form, answers, reading, row["id"])
    return deleted_title(text, reading.language) if row["deleted_at"] else text
