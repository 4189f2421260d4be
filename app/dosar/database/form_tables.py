"""A table, and a class, for every form and for every table of rows in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zlib import crc32

from sqlalchemy import Boolean, Column, ColumnElement, DateTime, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeEngine

from dosar.database.null_order import blanks_first
from dosar.database.sealing.answer_columns import SealedAnswer, answer_columns
from dosar.database.sealing.sealed_choices import SealedChoice, place_of_choice
from dosar.database.system_tables import SYSTEM_METADATA
from dosar.database.text.collation import code_point_string, place_in_list
from dosar.database.users import user_table
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Answer, Question, Unknown
from dosar.language.text.collation import sort_key
from dosar.language.text.translations import LANGUAGES

MAX_SORT_KEY = 80
INDEX_PREFIX = "ix_"
"""How the names of indexes begin: they come and go with the forms."""
CURRENCY_SUFFIX = "__money"
"""How the name of an index ends that keeps currencies apart."""


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

    def classes(self) -> dict[Table, type[StoredEntry]]:
        """Database table → the class whose rows lie in it."""
        every: Iterable[type[StoredEntry]] = (*self.records.values(), *self.rows.values())
        return {entry_class.__table__: entry_class for entry_class in every}  # type: ignore[attr-defined]


def sort_column(question: Question) -> str:
    """The column that puts the question's answers in order: words have a shadow in Romanian order."""
    return f"{question.name}__sort" if question.alphabetical else question.name


def sort_columns(question: Question) -> list[str]:
    """The columns that put a list in order by the question: amounts stand apart by their currency."""
    return [question.currency_column, question.name] if question.in_currencies else [sort_column(question)]


def sort_order(question: Question, columns: Any, language: str) -> list[Any]:
    """What puts the question's answers in the order a reader of the language expects."""
    codes = question.ordered_codes(language)
    if is_choice_sealed(question, columns):
        return [place_of_choice(getattr(columns, question.name), codes or (False, True))]
    if codes:
        return [place_in_list(getattr(columns, question.name), codes)]
    return [getattr(columns, name) for name in sort_columns(question)]


def is_order_sealed(question: Question) -> bool:
    """Whether what puts the question's answers in order lies sealed, so that no SQL can."""
    return question.name in question.sealed_columns()


def is_choice_sealed(question: Question, columns: Any) -> bool:
    """Whether the question's choices lie as codes in these columns: no index knows their order."""
    column = getattr(columns, question.name, None)
    return isinstance(getattr(column, "type", None), SealedChoice)


def list_orders(question: Question, columns: Any) -> list[Any]:
    """What puts the answers of a choice in order in an index, one for each order that readers expect."""
    if is_choice_sealed(question, columns):
        return []
    orders = dict.fromkeys(tuple(question.ordered_codes(language)) for language in LANGUAGES)
    return [place_in_list(getattr(columns, question.name), codes) for codes in orders if codes]


def sort_value(answer: Answer) -> str | None:
    """What stands in the sort column of a question of words."""
    is_text = answer is not None and not isinstance(answer, Unknown)
    return sort_key(answer)[:MAX_SORT_KEY] if is_text else None


def sort_type(question: Question, table: str) -> TypeEngine[Any]:
    """The type of the sort column of a question of words: sealed as they are."""
    plain = code_point_string(MAX_SORT_KEY)
    return SealedAnswer(plain, f"{table}.{sort_column(question)}") if is_order_sealed(question) else plain


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
        _index_table(metadata.tables[form.key], form)
        for question in form.row_questions:
            _index_rows(metadata.tables[row_table_name(form.key, question.name)], question)
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


def _index_table(table: Table, form: Form) -> None:
    """What lists sort and filter on, and every foreign key, each with the id that breaks ties.

    A filtered list in the form's own order is read off the filter's index. Deleted records stand in no
    list, so they stand in no index of one.
    """
    listed = [form.questions[name.removeprefix("-")] for name in (*form.list, *form.filters, *form.sort)]
    listed = [question for question in listed if not is_order_sealed(question)]
    _index_columns(table, form, listed)
    _index_list_orders(table, form, listed)
    _index_sums(table, form)
    if form.append_only:
        _index_reversals(table)
    Index(f"ix_{form.key}__entered", table.c.created_by, table.c.created_at)
    not_deleted = table.c.deleted_at.is_(None)
    _index_partially(table, "waiting", table.c.to_check.is_(True) & not_deleted, "to_check", "created_at")
    _index_partially(table, "deleted", table.c.deleted_at.is_not(None), "deleted_at")


def _index_rows(table: Table, question: Question) -> None:
    Index(f"{INDEX_PREFIX}{table.name}__record", table.c.record_id, table.c.position)
    to_case = [asked.name for asked in question.columns_asked() if asked.link_target() == CASE_FORM]
    for name in ["case_id"] * ("case_id" in table.c) + to_case:
        Index(f"{INDEX_PREFIX}{table.name}__{name}", table.c[name])


def _index_columns(table: Table, form: Form, listed: Sequence[Question]) -> None:
    money = {question.name: sort_columns(question) for question in listed if question.in_currencies}
    indexed = {sort_column(question) if question.sortable else question.name for question in listed}
    indexed |= {question.name for question in form.stored_questions if question.link_target()}
    indexed |= {"case_id", "changed_at"}
    for name in sorted(indexed & set(table.c.keys())):
        names = money.get(name, [name])
        then = [order for order in _order_after(name, table, form) if getattr(order, "name", "") not in names]
        ending = CURRENCY_SUFFIX if name in money else ""
        _index_not_deleted(table, f"{name}{ending}", [*(table.c[column] for column in names), *then])


def _order_after(name: str, table: Table, form: Form) -> list[Any]:
    """The form's own order, in which a list filtered by the column stands."""
    if name not in form.filters:
        return []
    in_order = [form.questions[sorted_by.removeprefix("-")] for sorted_by in form.sort[:1]]
    return [
        order
        for question in in_order
        if not is_order_sealed(question) and not is_choice_sealed(question, table.c)
        for order in sort_order(question, table.c, LANGUAGES[0])
    ]


def _index_list_orders(table: Table, form: Form, listed: Sequence[Question]) -> None:
    for question in {question.name: question for question in listed}.values():
        for order in list_orders(question, table.c):
            # another order of the list is another index
            turn = f"{crc32(str(order.clauses.clauses[0]).encode()) & 0xFFFFFF:06x}"
            _index_not_deleted(table, f"{question.name}__{turn}", [order])


def _index_not_deleted(table: Table, name: str, columns: Sequence[Any]) -> None:
    not_deleted = table.c.deleted_at.is_(None)
    Index(
        f"{INDEX_PREFIX}{table.name}__{name}",
        *map(blanks_first, columns),
        table.c.id,
        sqlite_where=not_deleted,
        postgresql_where=not_deleted,
    )


def _index_sums(table: Table, form: Form) -> None:
    """All that a sum is made of and narrowed by: no record is opened for it."""
    for position, total in enumerate(form.totals):
        asked_names = (*total.by, total.sum, *form.filters)
        summed = dict.fromkeys(name for asked in asked_names for name in form.questions[asked].column_types())
        asked = [name for name in (*summed, "case_id", "deleted_at", "to_check") if name in table.c]
        columns = [name for name in asked if not isinstance(table.c[name].type, SealedAnswer)]
        _index_partially(table, f"sum{position}", table.c.deleted_at.is_(None), *columns)


def _index_reversals(table: Table) -> None:
    reverses = table.c.reverses.is_not(None)  # the others are too many to be looked for by it
    Index(
        f"{INDEX_PREFIX}{table.name}__reverses",
        table.c.reverses,
        unique=True,
        sqlite_where=reverses,
        postgresql_where=reverses,
    )


def _index_partially(table: Table, name: str, condition: ColumnElement[bool], *columns: str) -> None:
    """An index of only those records that are asked for by this condition; no question has such a name."""
    Index(
        f"{INDEX_PREFIX}{table.name}__{name}__only",
        *[table.c[column] for column in columns],
        sqlite_where=condition,
        postgresql_where=condition,
    )


def word_sorted_questions(form: Form) -> list[Question]:
    """The questions of words that a list may be sorted by."""
    names = dict.fromkeys(name.removeprefix("-") for name in (*form.list, *form.sort))
    return [form.questions[name] for name in names if form.questions[name].alphabetical]


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
