"""What an upgrade does with records that are there already: batch by batch, in its one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, bindparam, delete, insert, select, update

from dosar.database.form_tables import row_table_name
from dosar.database.ordering.sort_columns import sort_column, sort_type, sort_value
from dosar.database.sealing.answer_columns import answer_columns, kept_columns
from dosar.database.system_tables import history_table, search_word_table
from dosar.database.writing.append_only import table_opened
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.records.finding.search import word_codes
from dosar.records.history.renamed_questions import widen_answer

CONVERSION_BATCH = 500


@dataclass(frozen=True)
class Conversion:
    """A question whose answers are written anew; the old ones stay in columns put aside."""

    table: str
    older: Question
    wider: Question
    aside: Mapping[str, str]
    """Column of the older question → the name it has now."""
    only_given: bool = False
    """Leave answers of the wider question alone where the older one has none."""

    def do(self, connection: Connection) -> None:
        """Write every answer as the wider question keeps it."""
        table = Table(
            self.table,
            MetaData(),
            _id_column(),
            *kept_columns(self.older, self.table, self.aside),
            *answer_columns(self.wider, self.table),
        )
        names = {self.aside[name]: name for name in self.older.column_names()}
        old = [table.c[name] for name in names]
        with table_opened(connection, self.table):
            for rows in _row_batches(connection, table, old):
                given = [row for row in rows if not self.only_given or any(row[name] is not None for name in names)]
                if given:
                    write_columns(
                        connection,
                        table,
                        [
                            {"id": row["id"], **self._written({names[name]: row[name] for name in names})}
                            for row in given
                        ],
                    )

    def _written(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return self.wider.stored(widen_answer(self.wider, self.older, self.older.restore_answer(columns)))


def recode_answers(connection: Connection, table: str, question: Question) -> None:
    """Write the answers anew that hold a code which a choice had before."""
    answer_table = Table(table, MetaData(), _id_column(), *answer_columns(question, table))
    with table_opened(connection, table):
        for rows in _row_batches(connection, answer_table, list(answer_table.c)[1:]):
            answers = [(row["id"], question.restore_answer(dict(row))) for row in rows]
            changed = [(number, fresh) for number, answer in answers if (fresh := question.recoded(answer)) != answer]
            if changed:
                write_columns(
                    connection, answer_table, [{"id": number, **question.stored(fresh)} for number, fresh in changed]
                )


def assign_cases(connection: Connection, form: str, question: str, tables: Sequence[str]) -> None:
    """Let every record belong to the case that this question names, with its rows and its history."""
    sheets = Table(form, MetaData(), _id_column(), Column("case_id", Integer), Column(question, Integer))
    _set_case(connection, sheets, sheets.c[question])
    for name in tables:
        rows = Table(name, MetaData(), _id_column(), Column("case_id", Integer), Column("record_id", Integer))
        _set_case(connection, rows, _case_of_sheet(sheets, rows.c.record_id))
    connection.execute(
        update(history_table)
        .where(history_table.c.form == form, history_table.c.case_id.is_(None))
        .values(case_id=_case_of_sheet(sheets, history_table.c.record_id))
    )


def _case_of_sheet(sheets: Table, record_id: Column[int]) -> Any:
    return select(sheets.c.case_id).where(sheets.c.id == record_id).scalar_subquery()


def _set_case(connection: Connection, table: Table, case: Any) -> None:
    with table_opened(connection, table.name):
        connection.execute(update(table).where(table.c.case_id.is_(None)).values(case_id=case))


def fill_sort_columns(connection: Connection, form: Form, questions: Sequence[Question]) -> None:
    """Put the records that are there in the order of the alphabets, too."""
    table = Table(
        form.key,
        MetaData(),
        _id_column(),
        *[column for question in questions for column in kept_columns(question, form.key)],
        *[Column(sort_column(question), sort_type(question, form.key)) for question in questions],
    )
    answered = [table.c[name] for question in questions for name in question.column_names()]
    with table_opened(connection, form.key):
        for rows in _row_batches(connection, table, answered):
            write_columns(
                connection,
                table,
                [
                    {
                        "id": row["id"],
                        **{sort_column(question): sort_value(question.restore_answer(row)) for question in questions},
                    }
                    for row in rows
                ],
            )


def reindex_form(connection: Connection, form: Form) -> None:
    """Make the words of every record in the search index those of its answers."""
    connection.execute(delete(search_word_table).where(search_word_table.c.form == form.key))
    searched = [question for question in form.stored_questions if question.search]
    tables = [question for question in form.row_questions if question.search]
    kept = [column for question in searched for column in kept_columns(question, form.key)]
    table = Table(form.key, MetaData(), _id_column(), *kept)
    for rows in _row_batches(connection, table, list(table.c)[1:]):
        answers = {row["id"]: {question.name: question.restore_answer(row) for question in searched} for row in rows}
        for row_question in tables:
            _attach_rows(connection, form, row_question, answers)
        found = [
            {"form": form.key, "record_id": record_id, "word": code, "sensitivity": sensitivity}
            for record_id, given in answers.items()
            for code, sensitivity in sorted(word_codes(connection, form, given))
        ]
        if found:
            connection.execute(insert(search_word_table), found)


def _attach_rows(connection: Connection, form: Form, question: Question, answers: Mapping[int, Answers]) -> None:
    columns, name = question.columns_asked(), row_table_name(form.key, question.name)
    table = Table(
        name,
        MetaData(),
        _id_column(),
        Column("record_id", Integer),
        *[column for column_question in columns for column in kept_columns(column_question, name)],
    )
    for row in connection.execute(select(table).where(table.c.record_id.in_(answers))).mappings():
        rows = answers[row["record_id"]].setdefault(question.name, [])
        rows.append({column_question.name: column_question.restore_answer(dict(row)) for column_question in columns})


def _id_column() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _row_batches(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> Iterator[list[Any]]:
    """Every row's id and these columns, in pieces that fit into memory."""
    last = 0
    while True:
        query = select(table.c.id, *columns).where(table.c.id > last).order_by(table.c.id).limit(CONVERSION_BATCH)
        rows = list(connection.execute(query).mappings())
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def write_columns(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write these columns of these rows, each named by its id."""
    values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in rows[0] if name != "id"}
    change = update(table).where(table.c.id == bindparam("of_id")).values(values)
    connection.execute(change, [{"of_id": row["id"], **{f"to_{name}": row[name] for name in values}} for row in rows])
