"""Computed answers follow their rule: when a form brings another rule, those that are kept are made anew.

An upgrade does it, and writes each change into the history. The entries of a ledger, and rows that are only added to,
stay as they were written. What goes with the day is made anew whenever it is read, so nothing is done for it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, bindparam, insert, select, update

from dosar.database.form_tables import row_table_name
from dosar.database.sealing.answer_columns import answer_columns, kept_columns, readable_columns
from dosar.database.system_tables import history_table, utc_now
from dosar.language.answers.day_bound import day_bound_questions
from dosar.language.answers.settling import settle_answers
from dosar.language.checks.changes.form_comparison import kept_questions
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question
from dosar.records.audit_log import answer_differences
from dosar.records.history.renamed_questions import widen_answer

RECOMPUTE_BATCH = 200
RECOMPUTED_ACTION = "made_anew"
"""What the history calls it."""
RuleSignature = tuple[Any, ...]
ColumnsOf = Callable[[Question, str], list[Column[Any]]]
"""The columns of a question in a table, as they are read."""


@dataclass(frozen=True)
class RecomputedRecord:
    """A record whose computed answers are others by the new rules."""

    record_id: int
    before: Answers
    after: Answers


def questions_with_new_rules(older: Form, form: Form) -> list[Question]:
    """The computed questions, and the tables with such a column, whose answers may be others in the new form."""
    names = {
        kept_question.now.name: kept_question.older.name
        for kept_question in kept_questions(older, form)
        if not kept_question.rows_of
    }
    left_alone = day_bound_questions(form) | _made_of_what_was_taken(form)
    before, after = _rule_signatures(older), _rule_signatures(form)
    renamed = {was: name for name, was in names.items()}
    return [
        question
        for question in form.questions.values()
        if question.name in after
        and question.name not in left_alone
        and after[question.name] != _with_new_names(before.get(names.get(question.name, "")), renamed)
    ]


def computed_questions(form: Form) -> list[Question]:
    """The computed questions, and the tables with such a column, whose answers do not go with the day."""
    day_bound = day_bound_questions(form)
    return [
        question
        for question in form.questions.values()
        if question.name not in day_bound
        and (question.computed or any(column.computed for column in question.columns_asked()))
    ]


def is_never_changed(form: Form, question: Question) -> bool:
    """Whether what was written of it is never changed."""
    return form.append_only or question.only_added


def count_recomputed(connection: Connection, older: Form, form: Form, questions: list[Question], today: date) -> int:
    """How many records would have other answers to these questions, read as the older form's columns stand."""
    found = _recomputed_records(
        connection, older, form, questions, today, lambda question, _: readable_columns(question)
    )
    return sum(1 for _ in found)


def _recomputed_records(
    connection: Connection, older: Form, form: Form, questions: list[Question], today: date, columns_of: ColumnsOf
) -> Iterator[RecomputedRecord]:
    pairs = kept_questions(older, form)
    for record_id, answers in _every_sheet(connection, older, columns_of):
        before: Answers = {
            pair.now.name: widen_answer(pair.now, pair.older, answers.get(pair.older.name))
            for pair in pairs
            if not pair.rows_of and not pair.now.columns_asked()
        }
        for pair in pairs:
            if pair.now.columns_asked() and not pair.rows_of:
                columns = [column for column in pairs if column.rows_of == pair.now.name]
                before[pair.now.name] = [
                    {
                        "id": row["id"],
                        **{
                            column.now.name: widen_answer(column.now, column.older, row.get(column.older.name))
                            for column in columns
                        },
                    }
                    for row in answers.get(pair.older.name) or ()
                ] or None
        after = settle_answers(form, before, today)
        if any(_computed_answers(question, before) != _computed_answers(question, after) for question in questions):
            yield RecomputedRecord(
                record_id, before, {**before, **{question.name: after.get(question.name) for question in questions}}
            )


def recompute_answers(connection: Connection, form: Form, questions: list[Question], today: date) -> None:
    """Write the answers anew, and into the history; the columns of ``form`` stand already."""
    for record in list(_recomputed_records(connection, form, form, questions, today, kept_columns)):
        _write_record(connection, form, questions, record)
        case_id = record.record_id if form.key == CASE_FORM else _case_of_record(connection, form, record.record_id)
        connection.execute(
            insert(history_table).values(
                form=form.key,
                record_id=record.record_id,
                case_id=case_id,
                at=utc_now(),
                user_id=None,
                action=RECOMPUTED_ACTION,
                form_version=form.version,
                changes=answer_differences(form, record.before, record.after),
            )
        )


def _write_record(connection: Connection, form: Form, questions: list[Question], record: RecomputedRecord) -> None:
    for question in questions:
        computed = [column for column in question.columns_asked() if column.computed]
        if not computed:
            columns = answer_columns(question, form.key)
            table = Table(form.key, MetaData(), Column("id", Integer, primary_key=True), *columns)
            _update_row(connection, table, record.record_id, question.stored(record.after.get(question.name)))
            continue
        name = row_table_name(form.key, question.name)
        columns = [stored for column in computed for stored in answer_columns(column, name)]
        table = Table(name, MetaData(), Column("id", Integer, primary_key=True), *columns)
        for row in record.after.get(question.name) or ():
            _update_row(
                connection,
                table,
                row["id"],
                {name: value for column in computed for name, value in column.stored(row.get(column.name)).items()},
            )


def _update_row(connection: Connection, table: Table, number: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(table).where(table.c.id == bindparam("of_id")).values(dict(values)), {"of_id": number})


def _case_of_record(connection: Connection, form: Form, record_id: int) -> int | None:
    if not form.belongs_to:
        return None
    table = Table(form.key, MetaData(), Column("id", Integer, primary_key=True), Column("case_id", Integer))
    found: int | None = connection.scalar(select(table.c.case_id).where(table.c.id == record_id))
    return found


def _computed_answers(question: Question, answers: Answers) -> Any:
    """The computed answers of a question, or of each row of a table."""
    computed = [column for column in question.columns_asked() if column.computed]
    if not computed:
        return question.to_json(answers.get(question.name))
    return [[column.to_json(row.get(column.name)) for column in computed] for row in answers.get(question.name) or ()]


def _every_sheet(connection: Connection, form: Form, columns_of: ColumnsOf) -> Iterator[tuple[int, Answers]]:
    stored = list(form.stored_questions)
    table = Table(
        form.key,
        MetaData(),
        Column("id", Integer, primary_key=True),
        *[column for question in stored for column in columns_of(question, form.key)],
    )
    last = 0
    while True:
        found = select(table).where(table.c.id > last).order_by(table.c.id).limit(RECOMPUTE_BATCH)
        rows = [dict(row) for row in connection.execute(found).mappings()]
        sheets: dict[int, Answers] = {
            row["id"]: {question.name: question.restore_answer(row) for question in stored} for row in rows
        }
        for question in form.row_questions:
            _attach_rows(connection, form, question, sheets, columns_of)
        yield from sheets.items()
        if len(rows) < RECOMPUTE_BATCH:
            return
        last = rows[-1]["id"]


def _attach_rows(
    connection: Connection, form: Form, question: Question, sheets: Mapping[int, Answers], columns_of: ColumnsOf
) -> None:
    columns, name = question.columns_asked(), row_table_name(form.key, question.name)
    table = Table(
        name,
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("record_id", Integer),
        Column("position", Integer),
        *[stored_column for column in columns for stored_column in columns_of(column, name)],
    )
    query = select(table).where(table.c.record_id.in_(sheets)).order_by(table.c.position, table.c.id)
    for row in connection.execute(query).mappings():
        stored_column = sheets[row["record_id"]].setdefault(question.name, [])
        stored_column.append({"id": row["id"], **{column.name: column.restore_answer(dict(row)) for column in columns}})


# --- whether a rule is another -----------------------------------------------------------------------


def _rule_signatures(form: Form) -> dict[str, RuleSignature]:
    """What each computed answer hangs on: its rule, and those of all that it is made of."""
    own_rules = {
        question.name: _own_rules(section, question) for section in form.sections for question in section.questions
    }
    return {
        question.name: tuple(sorted((name, own_rules[name]) for name in _source_names(question.name, form, own_rules)))
        for question in form.questions.values()
        if question.computed or any(column.computed for column in question.columns_asked())
    }


def _own_rules(section: Any, question: Question) -> tuple[str, ...]:
    rules = [
        section.show_if,
        *_rules_of(question),
        *(rule for column in question.columns_asked() for rule in _rules_of(column)),
    ]
    return (question.result_sort, *(rule.text for rule in rules if rule is not None))


def _rules_of(question: Question) -> list[Any]:
    return [question.show_if, question.expressions().get("value")]


def _source_names(name: str, form: Form, own_rules: Mapping[str, Any]) -> set[str]:
    found, waiting = {name}, [name]
    sections = {question.name: section for section in form.sections for question in section.questions}
    while waiting:
        current = form.questions[waiting.pop()]
        rules = [
            sections[current.name].show_if,
            *_rules_of(current),
            *(rule for column in current.columns_asked() for rule in _rules_of(column)),
        ]
        names = {part.partition(".")[0] for rule in rules if rule is not None for part in rule.names}
        fresh = (names & own_rules.keys()) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _made_of_what_was_taken(form: Form) -> set[str]:
    """The computed questions that hang on what a sheet takes when it is filed: those filed before took nothing, and
    their answers stay until they are corrected."""
    taken = {question.name for question in form.questions.values() if question.from_programme}
    own_rules = dict.fromkeys(form.questions)
    return {
        question.name
        for question in form.questions.values()
        if question.computed and not taken.isdisjoint(_source_names(question.name, form, own_rules))
    }


def _with_new_names(before: RuleSignature | None, renamed: Mapping[str, str]) -> RuleSignature | None:
    """The older signature with today's names for the questions; their rules say the old ones, and are others then."""
    return None if before is None else tuple(sorted((renamed.get(name, name), own_rules) for name, own_rules in before))
