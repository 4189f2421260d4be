"""What must change in the database before these forms can run. Nothing is ever dropped but an index."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import CreateColumn, CreateIndex

from dosar.database.append_only import close_tables, closed_tables
from dosar.database.form_tables import (
    INDEX_PREFIX,
    append_only_tables,
    build_tables,
    row_table_name,
    sort_column,
    word_sorted_questions,
)
from dosar.database.system_tables import SYSTEM_METADATA, attachment_table, utc_now
from dosar.language.checks.form_comparison import (
    KeptQuestion,
    LateTableRenaming,
    former_private_to,
    gets_case,
    kept_questions,
    late_renamings,
    late_table_renamings,
    loses_case,
)
from dosar.language.form import Form
from dosar.language.load.folder import Definition
from dosar.language.question import Question
from dosar.language.text.message import Message
from dosar.migrations.compare.counted_changes import count_recodings, questions_read_by_more
from dosar.migrations.compare.stored_counts import AnswerCounts
from dosar.migrations.convert.attachment_owners import assign_files
from dosar.migrations.convert.conversion import (
    Conversion,
    assign_cases,
    fill_sort_columns,
    recode_answers,
    reindex_form,
)
from dosar.migrations.convert.moved_questions import QuestionMove, describe_move, move_answers
from dosar.migrations.convert.recomputation import (
    computed_questions,
    is_never_changed,
    questions_with_new_rules,
    recompute_answers,
    recomputed_records,
)
from dosar.migrations.convert.renamed_forms import FormRenaming, rename_form, rename_table, tables_of_form
from dosar.migrations.convert.renamed_tables import copy_late_rows
from dosar.records.case_members import CASE_OF_SHEET
from dosar.records.history.deployed_forms import questions_in_contents
from dosar.records.history.renamed_questions import QuestionContents as Contents
from dosar.records.history.renamed_questions import keep_renaming, recode_elsewhere, rename_elsewhere

NOTHING_KEPT: Mapping[str, Any] = MappingProxyType({})
EVERY_INDEX = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT tablename, indexname FROM pg_indexes WHERE false",
}
"""Those that reflection leaves out; PostgreSQL's are all reflected."""
ASIDE_SUFFIX = "__old"
"""Added to the name of a column whose answers were converted; they stay there as they were."""


@dataclass(frozen=True)
class PlanStep:
    """One change of the database that the forms ask for."""

    said: Message | None
    """What the plan says of it; indexes come and go unmentioned."""
    do: Callable[[Connection], None]


@dataclass
class TableState:
    """A table as it stands at this point of the plan."""

    columns: set[str] = field(default_factory=set)
    indexes: dict[str, set[str]] = field(default_factory=dict)
    """Index → its columns, as they were called at first."""
    moved: set[str] = field(default_factory=set)
    """Columns that got another name: indexes over them are made anew."""
    changed: bool = False
    """Whether its columns are others than before."""

    def move(self, old: str, new: str) -> None:
        """A column gets another name."""
        self.columns = self.columns - {old} | {new}
        self.moved |= {old}
        self.changed = True

    def without_indexes(self) -> "TableState":
        """The table under another name: its indexes, and what closes it, are made anew."""
        return TableState(self.columns, changed=True)

    def add(self, names: Iterable[str]) -> None:
        """Columns are added."""
        self.columns |= {*names}
        self.changed = True


def plan_steps(
    connection: Connection,
    definition: Definition,
    standing: Mapping[str, Form] = NOTHING_KEPT,
    kept: Mapping[str, Contents] = NOTHING_KEPT,
    renamings: Sequence[FormRenaming] = (),
    moves: Sequence[QuestionMove] = (),
) -> list[PlanStep]:
    """The steps in the order they are done.

    ``standing`` are the forms as their columns stand, ``kept`` the contents they were made of: nothing
    for a new database. Forms that get another name are there under the new one.
    """
    return list(_Plan(connection, definition, standing, kept, renamings, moves).steps())


def carry_out_steps(connection: Connection, steps: Iterable[PlanStep]) -> None:
    """Do the steps in the transaction of ``connection``: all, or none of them."""
    for step in steps:
        step.do(connection)


class _Plan:
    """The plan in the making: what is wanted, and what stands there after the steps so far."""

    def __init__(
        self,
        connection: Connection,
        definition: Definition,
        standing: Mapping[str, Form],
        kept: Mapping[str, Contents],
        renamings: Sequence[FormRenaming],
        moves: Sequence[QuestionMove],
    ) -> None:
        self.definition, self.before, self.kept = definition, standing, kept
        self.renamings, self.moves = renamings, moves
        self.dialect = connection.dialect
        self.quote = connection.dialect.identifier_preparer.quote
        self.there = _read_tables(connection)
        self.closed = closed_tables(connection)
        self.metadata = build_tables(definition.forms).metadata
        self.conversions: list[Conversion] = []
        self.merged: set[tuple[str, str]] = set()
        """Table and question to which the answers of another came."""
        self.came: set[str] = set()
        """Forms to whose questions the answers of others came."""
        self.held = AnswerCounts(connection, standing)

    def steps(self) -> Iterator[PlanStep]:
        for renaming in self.renamings:
            yield from self._rename_form(renaming)
        yield from self._seen_by_more()
        unowned = self._unowned_files()
        for table in self._wanted_tables():  # what became of a question is told in Dosar's own tables
            if table.name in SYSTEM_METADATA.tables and table.name in self.there:
                yield from self._new_columns(table)
        changes = [
            (form, one)
            for older, form in self._continued_forms()
            if not loses_case(older, form)
            for one in sorted(kept_questions(older, form), key=lambda one: one.rows_of)
        ]
        for form, one in changes:
            if one.is_renamed:
                yield from self._rename(form, one)
        for form, one in changes:
            if one.is_converted:
                yield from self._put_aside(form, one)
        merged = [*self._merge_late(), *self._merge_late_tables()]
        moved = list(self._move_to_other_forms())
        yield from self._release_from_case()
        yield from self._new_tables()
        unsorted = self._unsorted_forms()
        for table in self._wanted_tables():
            yield from self._new_columns(table)
        yield from self._convert()
        yield from merged
        yield from moved
        yield from self._recode()
        yield from self._assign_cases()
        yield from self._made_anew()
        yield from self._made_of_moved()
        yield from unsorted
        yield from unowned
        yield from self._close()
        for table in self._wanted_tables():
            yield from self._indexes(table)
        yield from self._words()

    def _wanted_tables(self) -> list[Table]:
        """Every table of ours; those of people who sign in belong to access."""
        return [table for table in self.metadata.sorted_tables if not table.name.startswith("ab_")]

    def _continued_forms(self) -> list[tuple[Form, Form]]:
        """Every form that stands already and goes on: as it was, as it is now."""
        return [(self.before[key], form) for key, form in self.definition.forms.items() if key in self.before]

    def _rename_form(self, one: FormRenaming) -> Iterator[PlanStep]:
        for gone in tables_of_form(one.now, self.there):
            self.there.pop(gone)
            self.closed.discard(gone)
        tables = {name: {*self.there[name].indexes} for name in tables_of_form(one.was, self.there)}
        for name in tables:
            new = one.now + name[len(one.was) :]
            self.there[new] = self.there.pop(name).without_indexes()
            self.closed |= {new} if name in self.closed else set()
            self.closed.discard(name)
        said = Message(
            "%(was)s is now called %(now)s, with its records (%(count)s).",
            {
                "was": one.was,
                "now": one.now,
                "count": one.count,
            },
        )
        yield PlanStep(said, partial(rename_form, renaming=one, tables=tables))

    # --- whose the records are -------------------------------------------------------------------------

    def _seen_by_more(self) -> Iterator[PlanStep]:
        """Nothing to do, but to be told: access is never widened without a word."""
        for older, form in self._continued_forms():
            if former_private_to(older, form) and (count := self.held.records(older.key)):
                yield PlanStep(
                    Message(
                        "More people see the records of %(form)s (%(count)s) from now on.",
                        {
                            "count": count,
                            "form": form.key,
                        },
                    ),
                    partial(_run_statements, []),
                )
            for one, what, count in questions_read_by_more(older, form, self.held):
                yield PlanStep(
                    Message(
                        'The answers to %(name)s (%(count)s) are no longer only for those who may know "%(what)s".',
                        {"count": count, "name": _full_name(form, one), "what": what},
                    ),
                    partial(_run_statements, []),
                )

    def _assign_cases(self) -> Iterator[PlanStep]:
        """Records that belonged to no case get the one that a question names."""
        for older, form in self._continued_forms():
            if not gets_case(older, form):
                continue
            tables = [row_table_name(form.key, question.name) for question in form.row_questions]
            if form.case_was and (count := self.held.records(older.key)):
                said = Message(
                    "The records of %(form)s (%(count)s) get their case from %(name)s.",
                    {
                        "count": count,
                        "form": form.key,
                        "name": form.case_was,
                    },
                )
                yield PlanStep(said, partial(assign_cases, form=form.key, question=form.case_was, tables=tables))
            if self.dialect.name == "postgresql":
                yield PlanStep(
                    None,
                    partial(
                        _run_statements,
                        [
                            f"ALTER TABLE {self.quote(one)} ALTER COLUMN case_id SET NOT NULL"
                            for one in (form.key, *tables)
                        ],
                    ),
                )

    def _release_from_case(self) -> Iterator[PlanStep]:
        """A form without records that belongs to no case any more: its tables no longer ask for one."""
        for older, form in self._continued_forms():
            names = [form.key, *[row_table_name(form.key, question.name) for question in older.row_questions]]
            there = [name for name in names if name in self.there and "case_id" in self.there[name].columns]
            if not loses_case(older, form) or not there:
                continue
            if self.dialect.name == "postgresql":
                yield PlanStep(
                    None,
                    partial(
                        _run_statements,
                        [f"ALTER TABLE {self.quote(name)} ALTER COLUMN case_id DROP NOT NULL" for name in there],
                    ),
                )
                continue
            for name in there:  # SQLite has no other way, and nothing lies in them
                self.there.pop(name)
                self.closed.discard(name)
            yield PlanStep(
                None, partial(_run_statements, [f"DROP TABLE {self.quote(name)}" for name in reversed(there)])
            )

    # --- questions that were there already -----------------------------------------------------------

    def _rename(self, form: Form, one: KeptQuestion) -> Iterator[PlanStep]:
        turn = partial(_remember_renaming, form.key, one.rows_of, one.older.name, one.now.name)
        place = f"{form.key}.{one.rows_of}.{{}}" if one.rows_of else f"{form.key}.{{}}"
        said = Message(
            "%(was)s is now called %(now)s.",
            {
                "was": place.format(one.older.name),
                "now": place.format(one.now.name),
            },
        )
        rename = self._rename_table if one.now.columns_asked() else self._rename_columns
        yield PlanStep(said, partial(_run_statements, list(rename(form, one))))
        yield PlanStep(None, turn)

    def _rename_table(self, form: Form, one: KeptQuestion) -> Iterator[str]:
        old, new = row_table_name(form.key, one.older.name), row_table_name(form.key, one.now.name)
        if old in self.there:
            self.there[new] = self.there.pop(old)
            self.closed |= {new} if old in self.closed else set()
            yield f"ALTER TABLE {self.quote(old)} RENAME TO {self.quote(new)}"

    def _rename_columns(self, form: Form, one: KeptQuestion) -> Iterator[str]:
        table = _table_name(form, one)
        for old in (*_columns_of(one.older), f"{one.older.name}__sort"):
            if old in self.there[table].columns:
                yield self._move(table, old, one.now.name + old[len(one.older.name) :])

    def _move(self, table: str, old: str, new: str) -> str:
        self.there[table].move(old, new)
        return f"ALTER TABLE {self.quote(table)} RENAME COLUMN {self.quote(old)} TO {self.quote(new)}"

    def _put_aside(self, form: Form, one: KeptQuestion) -> Iterator[PlanStep]:
        table = _table_name(form, one)
        names = {old: one.now.name + old[len(one.older.name) :] for old in _columns_of(one.older)}
        aside = {old: self._free_column(table, name + ASIDE_SUFFIX) for old, name in names.items()}
        moving = [self._move(table, names[old], aside[old]) for old in names]
        self.conversions.append(Conversion(table, one.older, one.now, aside))
        turn = partial(
            _remember_renaming,
            form.key,
            one.rows_of,
            one.now.name,
            one.now.name,
            definitions=[
                self._contents(self.kept, form, one.former_rows_of, one.older.name),
                self._contents(self.definition.contents, form, one.rows_of, one.now.name),
            ],
        )
        yield PlanStep(
            Message(
                'The answers to %(name)s become "%(now)s" instead of "%(was)s"; the old ones stay in %(aside)s.',
                {
                    "name": f"{table}.{one.now.name}",
                    "was": one.older.type,
                    "now": one.now.type,
                    "aside": aside[one.older.name],
                },
            ),
            partial(_run_statements, moving),
        )
        yield PlanStep(None, turn)

    def _free_column(self, table: str, name: str) -> str:
        """The name, or the next one that no column has."""
        number = 1
        while (free := name if number == 1 else f"{name}{number}") in self.there[table].columns:
            number += 1
        return free

    @staticmethod
    def _contents(contents: Mapping[str, Any], form: Form, rows_of: str, name: str) -> Contents:
        return dict(questions_in_contents(contents[f"form:{form.key}"]))[rows_of, name]

    def _convert(self) -> Iterator[PlanStep]:
        for conversion in self.conversions:
            yield PlanStep(None, conversion.do)

    def _merge_late(self) -> Iterator[PlanStep]:
        """Answers kept under a name that was given up move beside those kept since under the new one."""
        for older, form in self._continued_forms():
            for late in late_renamings(older, form):
                rows_of = late.rows_of
                table = row_table_name(form.key, rows_of) if rows_of else form.key
                count = self.held.answered(older.key, late.former_rows_of, late.older)
                self.merged.add((table, late.now.name))
                self.came |= {form.key} if count else set()
                said = Message(
                    "The answers to %(was)s (%(count)s) move to %(now)s.",
                    {
                        "was": late.older.name,
                        "now": late.now.name,
                        "count": count,
                    },
                )
                yield PlanStep(
                    said if count else None,
                    Conversion(
                        table, late.older, late.now, {name: name for name in _columns_of(late.older)}, only_given=True
                    ).do,
                )
                shadow = [f"{late.older.name}__sort"] if f"{late.older.name}__sort" in self.there[table].columns else []
                aside = {
                    old: self._free_column(table, old + ASIDE_SUFFIX) for old in (*_columns_of(late.older), *shadow)
                }
                yield PlanStep(
                    None, partial(_run_statements, [self._move(table, old, new) for old, new in aside.items()])
                )
                yield PlanStep(None, partial(_remember_renaming, form.key, rows_of, late.older.name, late.now.name))

    def _merge_late_tables(self) -> Iterator[PlanStep]:
        """Rows kept under a name that was given up go to the table of the new one."""
        for older, form in self._continued_forms():
            for late in late_table_renamings(older, form):
                old, new = (row_table_name(form.key, one.name) for one in (late.older, late.now))
                if old not in self.there or new not in self.there:
                    continue
                yield from self._copy_late_rows(older, form, late, (old, new))
                yield PlanStep(None, partial(_remember_renaming, form.key, "", late.older.name, late.now.name))
                for was, becomes in late.columns:
                    if was.name != becomes.name:
                        yield PlanStep(
                            None, partial(_remember_renaming, form.key, late.now.name, was.name, becomes.name)
                        )

    def _copy_late_rows(
        self, older: Form, form: Form, late: LateTableRenaming, tables: tuple[str, str]
    ) -> Iterator[PlanStep]:
        old, new = tables
        if count := self.held.count_records_with_rows(older.key, late.older):
            self.merged.add((new, late.now.name))
            self.came.add(form.key)
            yield PlanStep(
                Message(
                    "The answers to %(was)s (%(count)s) move to %(now)s.",
                    {
                        "was": late.older.name,
                        "now": late.now.name,
                        "count": count,
                    },
                ),
                partial(_run_statements, []),
            )
        wanted = {column.name: column for _, now in late.columns for column in now.columns()}
        asked = {column.name for one in late.now.columns_asked() for column in one.columns()}
        added = [column for name, column in wanted.items() if name not in {*self.there[new].columns, *asked}]
        if added:
            table = Table(new, MetaData(), *added)
            self.there[new].add(column.name for column in added)
            yield PlanStep(None, partial(_run_statements, [self._add(table, column) for column in added]))
        yield PlanStep(
            None,
            partial(
                copy_late_rows,
                form=form.key,
                tables=tables,
                columns=late.columns,
                in_case="case_id" in self.there[new].columns,
            ),
        )
        aside = self._free_table(old + ASIDE_SUFFIX)
        indexes = {*self.there[old].indexes}
        self.there[aside] = self.there.pop(old).without_indexes()
        self.closed.discard(old)
        yield PlanStep(None, partial(rename_table, was=old, now=aside, indexes=indexes))

    def _free_table(self, name: str) -> str:
        """The name, or the next one that no table has."""
        number = 1
        while (free := name if number == 1 else f"{name}{number}") in self.there:
            number += 1
        return free

    def _move_to_other_forms(self) -> Iterator[PlanStep]:
        """Answers whose question stands in another form now."""
        for move in self.moves:
            for told in describe_move(move):
                yield PlanStep(told, partial(_run_statements, []))
            source = questions_in_contents(self.kept[f"form:{move.key}"])
            target = questions_in_contents(self.definition.contents[f"form:{move.target.key}"])
            definitions = [dict(source)["", move.asked.name], dict(target)["", move.now.name]]
            yield PlanStep(
                None,
                partial(
                    move_answers, move=move, definitions=None if move.now.is_stored_like(move.asked) else definitions
                ),
            )
            self.merged |= {(move.target.key, move.now.name)} if move.count else set()
            old = [*_columns_of(move.asked), f"{move.asked.name}__sort"]
            aside = {
                name: self._free_column(move.key, name + ASIDE_SUFFIX)
                for name in old
                if name in self.there[move.key].columns
            }
            yield PlanStep(
                None, partial(_run_statements, [self._move(move.key, name, new) for name, new in aside.items()])
            )

    def _made_of_moved(self) -> Iterator[PlanStep]:
        """What is computed in a form to which answers came."""
        for key in sorted({*self.came, *(move.target.key for move in self.moves if move.count)}):
            form = self.definition.forms[key]
            wanted = [question for question in computed_questions(form) if not is_never_changed(form, question)]
            if wanted:
                self.merged |= {(key, one.name) for one in wanted if one.search}
                yield PlanStep(None, partial(recompute_answers, form=form, questions=wanted, today=utc_now().date()))

    def _made_anew(self) -> Iterator[PlanStep]:
        """Computed answers follow the rules of the new forms."""
        for older, form in self._continued_forms():
            wanted = [
                question for question in questions_with_new_rules(older, form) if not is_never_changed(form, question)
            ]
            if not wanted or loses_case(older, form) or not self.held.records(older.key):
                continue
            count = sum(1 for _ in recomputed_records(self.held.connection, older, form, wanted, utc_now().date()))
            if count:
                said = Message(
                    "Records of %(form)s whose computed answers are made anew: %(count)s.",
                    {
                        "form": form.key,
                        "count": count,
                    },
                )
                self.merged |= {(form.key, one.name) for one in wanted if one.search}
                yield PlanStep(said, partial(recompute_answers, form=form, questions=wanted, today=utc_now().date()))

    def _recode(self) -> Iterator[PlanStep]:
        """Answers that hold the code a choice had before."""
        for older, form in self._continued_forms():
            for question in kept_questions(older, form):
                for was, (becomes, count) in count_recodings(older.key, question, self.held).items():
                    yield PlanStep(
                        Message(
                            'The answers to %(name)s that hold "%(was)s" (%(count)s) hold "%(now)s" from now on.',
                            {"name": _full_name(form, question), "was": was, "now": becomes, "count": count},
                        ),
                        partial(recode_answers, table=_table_name(form, question), question=question.now),
                    )
                    if not question.rows_of:
                        yield PlanStep(
                            None,
                            partial(recode_elsewhere, form=form.key, question=question.now.name, was=was, now=becomes),
                        )

    # --- what is new -----------------------------------------------------------------------------------

    def _new_tables(self) -> Iterator[PlanStep]:
        new = [table for table in self._wanted_tables() if table.name not in self.there]
        for table in new:
            self.there[table.name] = TableState(
                {*table.c.keys()}, {str(index.name): {*index.columns.keys()} for index in table.indexes}
            )
        if new:
            names = ", ".join(sorted(table.name for table in new if table.name not in SYSTEM_METADATA.tables))
            said = Message("New tables: %(names)s.", {"names": names}) if names else None
            yield PlanStep(said, partial(self.metadata.create_all, tables=new, checkfirst=False))

    def _new_columns(self, table: Table) -> Iterator[PlanStep]:
        missing = [column for column in table.c if column.name not in self.there[table.name].columns]
        if missing:
            self.there[table.name].add(column.name for column in missing)
            names = ", ".join(column.name for column in missing)
            said = Message("New columns of %(table)s: %(names)s.", {"table": table.name, "names": names})
            yield PlanStep(said, partial(_run_statements, [self._add(table, column) for column in missing]))

    def _add(self, table: Table, column: Column[Any]) -> str:
        spec = str(CreateColumn(column).compile(dialect=self.dialect)).strip()
        if column.name == CASE_OF_SHEET:
            spec = spec.removesuffix(" NOT NULL")  # the records that are there have none yet
        for key in column.foreign_keys:
            spec += f" REFERENCES {self.quote(key.column.table.name)} (id)"
        return f"ALTER TABLE {self.quote(table.name)} ADD COLUMN {spec}"

    def _unsorted_forms(self) -> list[PlanStep]:
        """The forms with questions whose order the records that are there do not have yet."""
        converted = {(conversion.table, conversion.wider.name) for conversion in self.conversions} | self.merged
        steps = []
        for key, form in self.definition.forms.items():
            questions = [
                question
                for question in word_sorted_questions(form)
                if sort_column(question) not in self.there[key].columns or (key, question.name) in converted
            ]
            if questions:
                steps.append(
                    PlanStep(
                        Message("The records of %(form)s are put in alphabetical order.", {"form": key}),
                        partial(fill_sort_columns, form=form, questions=questions),
                    )
                )
        return steps

    def _unowned_files(self) -> list[PlanStep]:
        """The files of a database in which they did not know their records yet."""
        files = self.there.get(attachment_table.name)
        if files is None or "rows_of" in files.columns:
            return []
        said = Message("Every file is kept with the record it was attached to.")
        before = [one.model_copy(update={"form": key}) for key, one in self.before.items()]
        every = [*before, *self.definition.forms.values()]
        return [PlanStep(said, partial(assign_files, forms=every, aside=ASIDE_SUFFIX))]

    def _close(self) -> Iterator[PlanStep]:
        """The tables that are only added to and are still open, wholly or in a column that is new."""
        wanted = [name for form in self.definition.forms.values() for name in append_only_tables(form)]
        still_open = sorted(name for name in wanted if name not in self.closed or self.there[name].changed)
        new = ", ".join(name for name in still_open if name not in self.closed)
        if still_open:
            said = Message("Closed against changes: %(names)s.", {"names": new}) if new else None
            yield PlanStep(said, partial(close_tables, tables=still_open))

    def _indexes(self, table: Table) -> Iterator[PlanStep]:
        there = self.there[table.name]
        wanted = {str(index.name): index for index in table.indexes}
        useless = {
            name
            for name, columns in there.indexes.items()
            if name.startswith(INDEX_PREFIX) and (name not in wanted or columns & there.moved)
        }
        made = [index for name, index in wanted.items() if name not in there.indexes or name in useless]
        changes = [f"DROP INDEX {self.quote(name)}" for name in sorted(useless)]
        changes += [str(CreateIndex(index).compile(dialect=self.dialect)) for index in made]
        if changes:
            yield PlanStep(None, partial(_run_statements, changes))

    def _words(self) -> Iterator[PlanStep]:
        merged = {table.partition("__")[0] for table, _ in self.merged}
        for key, form in self.definition.forms.items():
            if key in self.before and (_search_rules(form) != _search_rules(self.before[key]) or key in merged):
                said = Message("The search index of %(form)s is made anew.", {"form": key})
                yield PlanStep(said, partial(reindex_form, form=form))


def _read_tables(connection: Connection) -> dict[str, TableState]:
    inspector = inspect(connection)
    with catch_warnings():
        simplefilter("ignore", SAWarning)  # SQLite does not tell of what an index over an expression is made
        columns, indexes = inspector.get_multi_columns(), inspector.get_multi_indexes()
    there = {
        place[1]: TableState(
            {column["name"] for column in found},
            {str(index["name"]): {*map(str, index["column_names"])} for index in indexes.get(place, ())},
        )
        for place, found in columns.items()
    }
    for table, index in connection.exec_driver_sql(EVERY_INDEX[connection.dialect.name]):
        there[table].indexes.setdefault(index, set())
    return there


def _table_name(form: Form, one: KeptQuestion) -> str:
    return row_table_name(form.key, one.rows_of) if one.rows_of else form.key


def _full_name(form: Form, one: KeptQuestion) -> str:
    return ".".join(filter(None, (form.key, one.rows_of, one.now.name)))


def _columns_of(question: Question) -> list[str]:
    return [column.name for column in question.columns()]


def _search_rules(form: Form) -> list[Any]:
    """What the words of a record in the search index depend on, beside its answers."""
    return [
        (_word_rules(question), [_word_rules(column) for column in question.columns_asked() if column.search])
        for question in form.questions.values()
        if question.search
    ]


def _word_rules(one: Question) -> tuple[Any, ...]:
    return one.name, one.type, one.sensitivity, [choice.model_dump() for choice in one.options_with(())]


def _remember_renaming(
    form: str,
    rows_of: str,
    was: str,
    now: str,
    connection: Connection,
    definitions: list[Contents] | None = None,
) -> None:
    """Remember what became of a question, and let what is kept elsewhere follow."""
    keep_renaming(connection, form, rows_of, was, now, definitions)
    if was != now:
        rename_elsewhere(connection, form, rows_of, was, now)


def _run_statements(statements: list[str], connection: Connection) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
