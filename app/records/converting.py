"""What an upgrade does with records that are there already: batch by batch, in its one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, bindparam, delete, insert, select, update

from app.language.form import Form
from app.language.question import Answers, Question
from app.records.closing import opened
from app.records.past import widened
from app.records.search import words_of
from app.records.system import history, word
from app.records.tables import row_table_name, sort_column, sort_value

BATCH = 500


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
            self.table, MetaData(), _id(),
            *[Column(self.aside[column.name], column.type) for column in self.older.columns()],
            *self.wider.columns(),
        )
        names = {self.aside[column.name]: column.name for column in self.older.columns()}
        old = [table.c[name] for name in names]
        with opened(connection, self.table):
            for rows in _batches(connection, table, old):
                given = [row for row in rows if not self.only_given or any(row[name] is not None for name in names)]
                if given:
                    write_columns(connection, table, [
                        {"id": row["id"], **self._written({names[name]: row[name] for name in names})}
                        for row in given
                    ])

    def _written(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return self.wider.stored(widened(self.wider, self.older, self.older.restored(columns)))


def recode(connection: Connection, table: str, question: Question) -> None:
    """Write the answers anew that hold a code which a choice had before."""
    kept = Table(table, MetaData(), _id(), *question.columns())
    with opened(connection, table):
        for rows in _batches(connection, kept, list(kept.c)[1:]):
            answers = [(row["id"], question.restored(dict(row))) for row in rows]
            changed = [(number, fresh) for number, one in answers if (fresh := question.recoded(one)) != one]
            if changed:
                write_columns(connection, kept, [{"id": number, **question.stored(fresh)} for number, fresh in changed])


def give_cases(connection: Connection, form: str, question: str, tables: Sequence[str]) -> None:
    """Let every record belong to the case that this question names, with its rows and its history."""
    sheets = Table(form, MetaData(), _id(), Column("case_id", Integer), Column(question, Integer))
    _set_case(connection, sheets, sheets.c[question])
    for name in tables:
        rows = Table(name, MetaData(), _id(), Column("case_id", Integer), Column("record_id", Integer))
        _set_case(connection, rows, _case_of(sheets, rows.c.record_id))
    connection.execute(
        update(history).where(history.c.form == form, history.c.case_id.is_(None))
        .values(case_id=_case_of(sheets, history.c.record_id))
    )


def _case_of(sheets: Table, record_id: Column[int]) -> Any:
    return select(sheets.c.case_id).where(sheets.c.id == record_id).scalar_subquery()


def _set_case(connection: Connection, table: Table, case: Any) -> None:
    with opened(connection, table.name):
        connection.execute(update(table).where(table.c.case_id.is_(None)).values(case_id=case))


def fill_sort_columns(connection: Connection, form: Form, questions: Sequence[Question]) -> None:
    """Put the records that are there in the order of the Romanian alphabet, too."""
    table = Table(
        form.key, MetaData(), _id(), *[column for one in questions for column in one.columns()],
        *[Column(sort_column(one), String) for one in questions],
    )
    answered = [table.c[column.name] for one in questions for column in one.columns()]
    with opened(connection, form.key):
        for rows in _batches(connection, table, answered):
            write_columns(connection, table, [
                {"id": row["id"], **{sort_column(one): sort_value(one.restored(row)) for one in questions}}
                for row in rows
            ])


def index_anew(connection: Connection, form: Form) -> None:
    """Make the words of every record in the search index those of its answers."""
    connection.execute(delete(word).where(word.c.form == form.key))
    searched = [one for one in form.stored_questions if one.search]
    tables = [one for one in form.row_questions if one.search]
    table = Table(form.key, MetaData(), _id(), *[column for one in searched for column in one.columns()])
    for rows in _batches(connection, table, list(table.c)[1:]):
        answers = {row["id"]: {one.name: one.restored(row) for one in searched} for row in rows}
        for one in tables:
            _add_rows(connection, form, one, answers)
        found = [
            {"form": form.key, "record_id": record_id, "word": text, "sensitivity": sensitivity}
            for record_id, given in answers.items()
            for text, sensitivity in sorted(set(words_of(form, given)))
        ]
        if found:
            connection.execute(insert(word), found)


def _add_rows(connection: Connection, form: Form, question: Question, answers: Mapping[int, Answers]) -> None:
    asked = question.columns_asked()
    table = Table(
        row_table_name(form.key, question.name), MetaData(), _id(), Column("record_id", Integer),
        *[column for one in asked for column in one.columns()],
    )
    for row in connection.execute(select(table).where(table.c.record_id.in_(answers))).mappings():
        rows = answers[row["record_id"]].setdefault(question.name, [])
        rows.append({one.name: one.restored(dict(row)) for one in asked})


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _batches(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> Iterator[list[Any]]:
    """Every row's id and these columns, in pieces that fit into memory."""
    last = 0
    while True:
        query = select(table.c.id, *columns).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
        rows = list(connection.execute(query).mappings())
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def write_columns(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write these columns of these rows, each named by its id."""
    values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in rows[0] if name != "id"}
    change = update(table).where(table.c.id == bindparam("of_id")).values(values)
    connection.execute(change, [
        {"of_id": row["id"], **{f"to_{name}": row[name] for name in values}} for row in rows
    ])
