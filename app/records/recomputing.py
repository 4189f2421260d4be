"""Computed answers follow their rule: when a form brings another rule, those that are kept are made anew.

An upgrade does it, and writes each change into the history. The entries of a ledger, and rows that are only added to,
stay as they were written. What goes with the day is made anew whenever it is read, so nothing is done for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, bindparam, insert, select, update

from app.language.answering import settled
from app.language.changes import kept_questions
from app.language.form import CASE, Form
from app.language.moving import moving_questions
from app.language.question import Answers, Question
from app.records.history import differences
from app.records.past import widened
from app.records.system import history, now
from app.records.tables import row_table_name

BATCH = 200
MADE_ANEW = "made_anew"
"""What the history calls it."""
Signature = tuple[Any, ...]


@dataclass(frozen=True)
class Fresh:
    """A record whose computed answers are others by the new rules."""

    record_id: int
    before: Answers
    after: Answers


def with_other_rules(older: Form, form: Form) -> list[Question]:
    """The computed questions, and the tables with such a column, whose answers may be others in the new form."""
    names = {kept.now.name: kept.older.name for kept in kept_questions(older, form) if not kept.rows_of}
    moving = moving_questions(form)
    before, after = _signatures(older), _signatures(form)
    renamed = {was: name for name, was in names.items()}
    return [
        question for question in form.questions.values()
        if question.name in after and question.name not in moving
        and after[question.name] != _called(before.get(names.get(question.name, "")), renamed)
    ]


def computed_questions(form: Form) -> list[Question]:
    """The computed questions, and the tables with such a column, whose answers do not go with the day."""
    moving = moving_questions(form)
    return [
        one for one in form.questions.values() if one.name not in moving
        and (one.computed or any(column.computed for column in one.columns_asked()))
    ]


def stays(form: Form, question: Question) -> bool:
    """Whether what was written of it is never changed."""
    return form.append_only or question.only_added


def made_anew(connection: Connection, older: Form, form: Form, wanted: list[Question], today: date) -> Iterator[Fresh]:
    """The records whose answers to these questions would be others, read as the older form's columns stand."""
    pairs = kept_questions(older, form)
    for record_id, answers in _every_sheet(connection, older):
        before: Answers = {
            one.now.name: widened(one.now, one.older, answers.get(one.older.name))
            for one in pairs if not one.rows_of and not one.now.columns_asked()
        }
        for one in pairs:
            if one.now.columns_asked() and not one.rows_of:
                columns = [kept for kept in pairs if kept.rows_of == one.now.name]
                before[one.now.name] = [
                    {"id": row["id"], **{
                        kept.now.name: widened(kept.now, kept.older, row.get(kept.older.name)) for kept in columns
                    }} for row in answers.get(one.older.name) or ()
                ] or None
        after = settled(form, before, today)
        if any(_computed_in(one, before) != _computed_in(one, after) for one in wanted):
            yield Fresh(record_id, before, {**before, **{one.name: after.get(one.name) for one in wanted}})


def make_anew(connection: Connection, form: Form, wanted: list[Question], today: date) -> None:
    """Write the answers anew, and into the history; the columns of ``form`` stand already."""
    for one in list(made_anew(connection, form, form, wanted, today)):
        _write(connection, form, wanted, one)
        case_id = one.record_id if form.key == CASE else _case_of(connection, form, one.record_id)
        connection.execute(insert(history).values(
            form=form.key, record_id=one.record_id, case_id=case_id, at=now(), user_id=None, action=MADE_ANEW,
            form_version=form.version, changes=differences(form, one.before, one.after),
        ))


def _write(connection: Connection, form: Form, wanted: list[Question], one: Fresh) -> None:
    for question in wanted:
        computed = [column for column in question.columns_asked() if column.computed]
        if not computed:
            table = Table(form.key, MetaData(), Column("id", Integer, primary_key=True), *question.columns())
            _put(connection, table, one.record_id, question.stored(one.after.get(question.name)))
            continue
        name = row_table_name(form.key, question.name)
        columns = [kept for column in computed for kept in column.columns()]
        table = Table(name, MetaData(), Column("id", Integer, primary_key=True), *columns)
        for row in one.after.get(question.name) or ():
            _put(connection, table, row["id"], {
                kept: value for column in computed for kept, value in column.stored(row.get(column.name)).items()
            })


def _put(connection: Connection, table: Table, number: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(table).where(table.c.id == bindparam("of_id")).values(dict(values)), {"of_id": number})


def _case_of(connection: Connection, form: Form, record_id: int) -> int | None:
    if not form.belongs_to:
        return None
    table = Table(form.key, MetaData(), Column("id", Integer, primary_key=True), Column("case_id", Integer))
    found: int | None = connection.scalar(select(table.c.case_id).where(table.c.id == record_id))
    return found


def _computed_in(question: Question, answers: Answers) -> Any:
    """The computed answers of a question, or of each row of a table."""
    computed = [column for column in question.columns_asked() if column.computed]
    if not computed:
        return question.to_json(answers.get(question.name))
    return [
        [column.to_json(row.get(column.name)) for column in computed] for row in answers.get(question.name) or ()
    ]


def _every_sheet(connection: Connection, form: Form) -> Iterator[tuple[int, Answers]]:
    stored = list(form.stored_questions)
    table = Table(form.key, MetaData(), Column("id", Integer, primary_key=True),
                  *[column for one in stored for column in one.columns()])
    last = 0
    while True:
        found = select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
        rows = [dict(row) for row in connection.execute(found).mappings()]
        sheets: dict[int, Answers] = {row["id"]: {one.name: one.restored(row) for one in stored} for row in rows}
        for question in form.row_questions:
            _add_rows(connection, form, question, sheets)
        yield from sheets.items()
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]


def _add_rows(connection: Connection, form: Form, question: Question, sheets: Mapping[int, Answers]) -> None:
    columns = question.columns_asked()
    table = Table(
        row_table_name(form.key, question.name), MetaData(), Column("id", Integer, primary_key=True),
        Column("record_id", Integer), Column("position", Integer), *[kept for one in columns for kept in one.columns()],
    )
    wanted = select(table).where(table.c.record_id.in_(sheets)).order_by(table.c.position, table.c.id)
    for row in connection.execute(wanted).mappings():
        kept = sheets[row["record_id"]].setdefault(question.name, [])
        kept.append({"id": row["id"], **{one.name: one.restored(dict(row)) for one in columns}})


# --- whether a rule is another -----------------------------------------------------------------------

def _signatures(form: Form) -> dict[str, Signature]:
    """What each computed answer hangs on: its rule, and those of all that it is made of."""
    own = {
        question.name: _own(section, question) for section in form.sections for question in section.questions
    }
    return {
        question.name: tuple(sorted((name, own[name]) for name in _made_of(question.name, form, own)))
        for question in form.questions.values()
        if question.computed or any(column.computed for column in question.columns_asked())
    }


def _own(section: Any, question: Question) -> tuple[str, ...]:
    rules = [section.show_if, *_rules(question), *(rule for one in question.columns_asked() for rule in _rules(one))]
    return (question.result_sort, *(rule.text for rule in rules if rule is not None))


def _rules(question: Question) -> list[Any]:
    return [question.show_if, question.expressions().get("value")]


def _made_of(name: str, form: Form, own: Mapping[str, Any]) -> set[str]:
    found, waiting = {name}, [name]
    sections = {one.name: section for section in form.sections for one in section.questions}
    while waiting:
        at = form.questions[waiting.pop()]
        asked = [sections[at.name].show_if, *_rules(at), *(rule for one in at.columns_asked() for rule in _rules(one))]
        names = {part.partition(".")[0] for rule in asked if rule is not None for part in rule.names}
        fresh = (names & own.keys()) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _called(before: Signature | None, renamed: Mapping[str, str]) -> Signature | None:
    """The older signature with today's names for the questions; their rules say the old ones, and are others then."""
    return None if before is None else tuple(sorted((renamed.get(name, name), own) for name, own in before))
