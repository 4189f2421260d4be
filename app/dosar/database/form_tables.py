"""A table, and a class, for every form and for every table of rows in it."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.orm import registry

from dosar.database.ordering.form_indexes import index_rows, index_table
from dosar.database.ordering.sort_columns import sort_column, sort_type, word_sorted_questions
from dosar.database.sealing.answer_columns import SealedAnswer, answer_columns
from dosar.database.system_tables import SYSTEM_METADATA
from dosar.database.users import user_table
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Question


class StoredEntry:
    """What lies in a table of a form: a record or a row of one."""

    form_key: ClassVar[str]
    case_column: ClassVar[str | None]
    """The attribute that holds the case, if the form belongs to one."""
    private_to: ClassVar[tuple[str, ...]] = ()
    """Columns with the users who alone reach the record, if it is private."""
    links: ClassVar[Mapping[str, type["StoredEntry"]]]
    """Column → class of the record it points to; people who sign in are not among them."""
    case_links: ClassVar[tuple[str, ...]] = ()
    """The columns that point only to records of the same case."""
    attached_in: ClassVar[tuple[str, ...]] = ()
    """The columns that hold the number of a file."""
    column_keys: ClassVar[tuple[str, ...]] = ()
    id: Any
    case_id: Any

    def columns(self) -> dict[str, Any]:
        """The row as column name → value."""
        return {name: getattr(self, name) for name in self.column_keys}


class Record(StoredEntry):
    """One filled sheet."""

    append_only: ClassVar[bool]
    """Whether it is a ledger's entry."""
    version: Any
    form_version: Any
    lacking: Any
    """How many required answers the sheet lacks; unknown for one kept before they were counted."""
    created_by: Any
    created_at: Any
    changed_by: Any
    changed_at: Any
    deleted_by: Any
    deleted_at: Any
    to_check: Any
    """Entered by somebody whose sheets another worker accepts, and not accepted yet."""


class StoredRow(StoredEntry):
    """One row of a table of rows on a sheet."""

    question_name: ClassVar[str]
    of: ClassVar[type[Record]]
    """The class of the sheets these rows stand on."""
    record_id: Any
    position: Any


@dataclass(frozen=True)
class FormTables:
    """The tables and classes of one set of forms."""

    metadata: MetaData
    """The tables of the forms, and that of the people they point to."""
    records: Mapping[str, type[Record]]
    rows: Mapping[tuple[str, str], type[StoredRow]]
    statements: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def remembered(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """A statement about these tables, made once and used again, with its values bound by name."""
        if key not in self.statements:
            self.statements[key] = make()
        return self.statements[key]

    def classes(self) -> dict[Table, type[StoredEntry]]:
        """Database table → the class whose rows lie in it."""
        every: Iterable[type[StoredEntry]] = (*self.records.values(), *self.rows.values())
        return {entry_class.__table__: entry_class for entry_class in every}  # type: ignore[attr-defined]


def row_table_name(form: str, question: str) -> str:
    """The name of the table that holds the rows of a question: ``visit_report__family``."""
    return f"{form}__{question}"


def append_only_tables(form: Form) -> list[str]:
    """The tables of a form that are only added to: those of a ledger, and of rows that stay as they are."""
    rows = [
        row_table_name(form.key, question.name)
        for question in form.row_questions
        if form.append_only or question.only_added
    ]
    return [form.key, *rows] if form.append_only else rows


def make_tables(forms: Mapping[str, Form], indexed: bool = True) -> MetaData:
    """The tables of these forms, and that of the people they point to.

    Without their indexes for who only reads and writes: hundreds, and the database knows them.
    """
    metadata = MetaData()
    user_table.to_metadata(metadata)
    for form in forms.values():
        _make_record_table(metadata, forms, form)
    for form in forms.values():
        for question in form.row_questions:
            _make_row_table(metadata, forms, form, question)
    for form in forms.values() if indexed else ():
        index_table(metadata.tables[form.key], form)
        for question in form.row_questions:
            index_rows(metadata.tables[row_table_name(form.key, question.name)], question)
    return metadata


def all_tables(metadata: MetaData) -> list[Table]:
    """Every table that a database with these forms has, Dosar's own first: they point to none of the others."""
    return [*SYSTEM_METADATA.sorted_tables, *metadata.sorted_tables]


def build_tables(forms: Mapping[str, Form]) -> FormTables:
    """Tables, without their indexes, and mapped classes for these forms, in a registry of their own."""
    metadata = make_tables(forms, indexed=False)
    mapper = registry(metadata=metadata)
    records = {form.key: _record_class(mapper, form) for form in forms.values()}
    rows = {
        (form.key, question.name): _row_class(mapper, form, question)
        for form in forms.values()
        for question in form.row_questions
    }
    _link_classes(forms, records, rows)
    mapper.configure()
    return FormTables(metadata, records, rows)


def _make_record_table(metadata: MetaData, forms: Mapping[str, Form], form: Form) -> None:
    Table(
        form.key,
        metadata,
        Column("id", Integer, primary_key=True),
        *([_reference("case_id", CASE_FORM, nullable=False)] if form.belongs_to else []),
        Column("form_version", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("lacking", Integer),
        _reference("created_by", "ab_user"),
        Column("created_at", DateTime, nullable=False),
        _reference("changed_by", "ab_user"),
        Column("changed_at", DateTime, nullable=False),
        _reference("deleted_by", "ab_user"),
        Column("deleted_at", DateTime),
        Column("to_check", Boolean),
        *(_reversal_columns(form) if form.append_only else []),
        *_answer_columns(forms, form.key, form.stored_questions),
        *[Column(sort_column(question), sort_type(question, form.key)) for question in word_sorted_questions(form)],
    )


def _record_class(mapper: registry, form: Form) -> type[Record]:
    table = mapper.metadata.tables[form.key]
    case_column = "id" if form.key == CASE_FORM else "case_id" if form.belongs_to else None
    record: type[Record] = type(
        _class_name(form.key),
        (Record,),
        {
            "form_key": form.key,
            "case_column": case_column,
            "links": {},
            "private_to": form.private_to,
            "append_only": form.append_only,
            "attached_in": _attached_in(form.stored_questions),
            "column_keys": tuple(table.c.keys()),
        },
    )
    mapper.map_imperatively(record, table, version_id_col=table.c.version)
    return record


def _attached_in(questions: Iterable[Question]) -> tuple[str, ...]:
    return tuple(question.name for question in questions if question.attached)


def _reversal_columns(form: Form) -> list[Column[Any]]:
    """The entry of a ledger that this one takes back, and why; an entry is taken back once."""
    return [
        Column("reverses", Integer, ForeignKey(f"{form.key}.id"), nullable=True),
        Column("reversal_reason", SealedAnswer(Text(), f"{form.key}.reversal_reason"), nullable=True),
    ]


def _make_row_table(metadata: MetaData, forms: Mapping[str, Form], form: Form, question: Question) -> None:
    name = row_table_name(form.key, question.name)
    Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        _reference("record_id", form.key, nullable=False),
        *([_reference("case_id", CASE_FORM, nullable=False)] if _has_case(form) else []),
        Column("position", Integer, nullable=False),
        *_answer_columns(forms, name, question.columns_asked()),
    )


def _has_case(form: Form) -> bool:
    """Whether its rows are of a case."""
    return form.belongs_to is not None or form.key == CASE_FORM


def _row_class(mapper: registry, form: Form, question: Question) -> type[StoredRow]:
    table = mapper.metadata.tables[row_table_name(form.key, question.name)]
    row: type[StoredRow] = type(
        _class_name(table.name),
        (StoredRow,),
        {
            "form_key": form.key,
            "question_name": question.name,
            "case_column": "case_id" if _has_case(form) else None,
            "links": {},
            "attached_in": _attached_in(question.columns_asked()),
            "column_keys": tuple(table.c.keys()),
        },
    )
    mapper.map_imperatively(row, table)
    return row


def _answer_columns(forms: Mapping[str, Form], table: str, questions: Iterable[Question]) -> list[Column[Any]]:
    return [
        _with_reference(forms, column, question) for question in questions for column in answer_columns(question, table)
    ]


def _with_reference(forms: Mapping[str, Form], column: Column[Any], question: Question) -> Column[Any]:
    """The column, held to the records it points to; those of a form that does not run are left in peace."""
    target = question.link_target()
    if target is None or column.name != question.name or target not in (USER_LINK, *forms):
        return column
    return _reference(column.name, "ab_user" if target == USER_LINK else target)


def _reference(name: str, table: str, nullable: bool = True) -> Column[Any]:
    later = table not in ("ab_user", CASE_FORM)
    return Column(
        name,
        Integer,
        ForeignKey(f"{table}.id", use_alter=later, name=f"fk_{name}_{table}" if later else None),
        nullable=nullable,
    )


def _link_classes(
    forms: Mapping[str, Form],
    records: Mapping[str, type[Record]],
    rows: Mapping[tuple[str, str], type[StoredRow]],
) -> None:
    for key, form in forms.items():
        records[key].links = _links_of(form.stored_questions, records)
        if form.belongs_to:
            records[key].links = {**records[key].links, "case_id": records[CASE_FORM]}
        if form.append_only:
            records[key].links = {**records[key].links, "reverses": records[key]}
        records[key].case_links = _case_links_of(records[key], form.stored_questions)
    for (key, name), row in rows.items():
        row.of = records[key]
        row.links = _links_of(forms[key].questions[name].columns_asked(), records)
        row.case_links = _case_links_of(row, forms[key].questions[name].columns_asked())


def _links_of(questions: Iterable[Question], records: Mapping[str, type[Record]]) -> dict[str, type[StoredEntry]]:
    return {
        question.name: records[target]
        for question in questions
        if (target := question.link_target()) and target in records
    }


def _case_links_of(entry_class: type[StoredEntry], questions: Iterable[Question]) -> tuple[str, ...]:
    if entry_class.case_column is None:
        return ()
    return tuple(
        question.name
        for question in questions
        if question.same_case
        and question.name in entry_class.links
        and entry_class.links[question.name].case_column == "case_id"
    )


def _class_name(table: str) -> str:
    return "".join(part.capitalize() for part in table.split("_"))
