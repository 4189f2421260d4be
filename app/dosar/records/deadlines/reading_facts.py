"""What cases hold of that which time rules ask for, read below the scope of whoever acts: days are due to everybody.

Reads tables, not classes: one statement for all sheets and their rows, however many cases are looked at together.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, literal, or_, select, union
from sqlalchemy import case as one_of

from dosar.database.form_tables import FormTables
from dosar.database.joint_reads import Rows
from dosar.database.system_tables import anonymous_case_table, deadline_move_table, deadline_table, team_table, utc_now
from dosar.database.union_reads import UnionPart, UnionQuery
from dosar.language.deadlines.facts import CaseFacts, DeadlinePlace, Move, RowFacts, SheetFacts
from dosar.language.deadlines.ready_rules import DayPlace, ReadyRule, place_at_start
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import Definition
from dosar.language.question import Question
from dosar.records.history.turns import answers_accepted, is_with_volunteer
from dosar.records.scope.case_workers import read_case_workers
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.scope.row_scope import current_scope, works_on_case

CASES: Any = bindparam("cases", expanding=True, type_=Integer())
"""The cases looked at, in a statement that is made once."""
NO_CASE = 0
"""Under which the records stand that belong to no case."""
Needs = Mapping[tuple[str, str], frozenset[str]]


def current_day() -> date:
    """The day of the organisation on which somebody acts; where none is told, that of UTC."""
    return current_scope.get().today or utc_now().date()


def needs_of(rules: Iterable[ReadyRule]) -> Needs:
    """(form, table or nothing) → the questions that these rules read there."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for rule in rules:
        for key, names in rule.needs.items():
            found[key] = found.get(key, frozenset()) | names
    return found


def facts_of_cases(
    session: Any, tables: FormTables, definition: Definition, rules: Sequence[ReadyRule], cases: Sequence[int]
) -> dict[int, CaseFacts]:
    """Case → what it holds, for each of these cases that is there."""
    connection = session.connection()
    sheets = _sheets(connection, tables, definition.forms, needs_of(rules), cases)
    alive = _cases_there(connection, tables, cases)
    today = current_day()
    teams, workers = _teams(connection, cases, today), read_case_workers(connection, definition.roles, today)
    moves = _moves(connection, deadline_move_table.c.case_id.in_(cases))
    restricted = restrictions_among(session, definition.restrictions, alive)
    every_form = frozenset(definition.forms)
    return {
        case: CaseFacts(
            _sheets_in(sheets, case, rules),
            teams.get(case, ()),
            frozenset.intersection(every_form, *[frozenset(found.restriction.written) for found in restricted[case]])
            if case in restricted
            else None,
            workers.who_cannot([user for user, _, _ in teams.get(case, ())], restricted.get(case, ())),
            moves.get(case, {}),
        )
        for case in alive
    }


def facts_of_no_case(session: Any, tables: FormTables, definition: Definition, rules: Sequence[ReadyRule]) -> CaseFacts:
    """The records that belong to no case, all of them: registers are short."""
    connection = session.connection()
    sheets = _sheets(connection, tables, definition.forms, needs_of(rules), None)
    workers = read_case_workers(connection, definition.roles, current_day())
    return CaseFacts(
        sheets.get(NO_CASE, {}),
        passed_over_by_form={form: workers.who_cannot_see(form) for form in {rule.source.form for rule in rules}},
        moves=_moves(connection, deadline_move_table.c.case_id.is_(None)).get(NO_CASE, {}),
    )


def cases_with_link(session: Any, tables: FormTables, forms: Mapping[str, Form], link: DayPlace) -> list[int]:
    """The cases with a sheet on which this link is answered; of a link in rows, those with such a sheet."""
    table = tables.metadata.tables[link.form]
    case_column = table.c.id if link.form == CASE_FORM else table.c.case_id
    columns = () if link.table else forms[link.form].questions[link.question].column_names()
    answered = [table.c[name].is_not(None) for name in columns]
    query = select(case_column).where(table.c.deleted_at.is_(None), *answered).distinct().order_by(case_column)
    return list(session.connection().scalars(query))


def cases_of_users(session: Any, tables: FormTables, definition: Definition, users: Collection[int]) -> set[int]:
    """The cases in which something is these users' to do, or may be as soon as they can work on it: what is kept says
    so, or the team, or a sheet that names them; one that waits may have named them when it was accepted."""
    queries = [
        select(deadline_table.c.case_id).where(deadline_table.c.user_id.in_(users)),
        select(team_table.c.case_id).where(team_table.c.user_id.in_(users), team_table.c.until.is_(None)),
    ]
    of_cases = [rule for rule in definition.deadlines if rule.of_case]
    places = [place_at_start(rule.rule.responsible, rule.source, definition.forms) for rule in of_cases]
    for place in {place for place in places if place is not None}:
        table = tables.metadata.tables[place.form]
        case_column = table.c.id if place.form == CASE_FORM else table.c.case_id
        queries.append(select(case_column).where(or_(_names(tables, place, users), table.c.to_check.is_(True))))
    found = session.connection().scalars(union(*queries))
    return {case for case in found if case is not None}


def _names(tables: FormTables, place: DayPlace, users: Collection[int]) -> ColumnElement[bool]:
    """Whether a sheet, or one of its rows, names one of these users there."""
    table = tables.metadata.tables[place.form]
    if not place.table:
        return table.c[place.question].in_(users)
    rows: Any = tables.rows[place.form, place.table].__table__  # type: ignore[attr-defined]
    return table.c.id.in_(select(rows.c.record_id).where(rows.c[place.question].in_(users)))


def sheets_beside(
    session: Any, tables: FormTables, definition: Definition, rules: Sequence[ReadyRule], case_id: int | None
) -> dict[str, list[SheetFacts]]:
    """Form → the sheets that these rules read in a case, or of the records that belong to none: without its team and
    what was put off, for who only asks what the rules themselves say."""
    cases = None if case_id is None else [case_id]
    found = _sheets(session.connection(), tables, definition.forms, needs_of(rules), cases)
    return _sheets_in(found, NO_CASE if case_id is None else case_id, rules)


def _sheets_in(
    found: Mapping[int, Mapping[str, list[SheetFacts]]], case: int, rules: Iterable[ReadyRule]
) -> dict[str, list[SheetFacts]]:
    """The sheets of a case, and the records of no case on which one of its sheets says how long."""
    linked = {rule.length.form for rule in rules if rule.length is not None and rule.length_link is not None}
    shared = {form: sheets for form, sheets in found.get(NO_CASE, {}).items() if form in linked}
    return {**shared, **found.get(case, {})}


def _cases_there(connection: Connection, tables: FormTables, cases: Sequence[int]) -> list[int]:
    """Those that are neither put away nor made anonymous."""
    case = tables.metadata.tables[CASE_FORM]
    anonymous = select(anonymous_case_table.c.case_id)
    there = case.c.deleted_at.is_(None), case.c.id.not_in(anonymous)
    return list(connection.scalars(select(case.c.id).where(case.c.id.in_(cases), *there)))


def _sheets(
    connection: Connection, tables: FormTables, forms: Mapping[str, Form], needs: Needs, cases: Sequence[int] | None
) -> dict[int, dict[str, list[SheetFacts]]]:
    needs = dict(sorted(needs.items()))
    key = "facts of deadlines", frozenset(needs.items()), cases is None
    query: UnionQuery = tables.remembered(key, lambda: UnionQuery.of(_parts(tables, forms, needs, cases is None)))
    values = {} if cases is None else {CASES.key: list(cases)}
    rows = dict(zip(needs, query.read_tables(connection, values), strict=True))
    found: dict[int, dict[str, list[SheetFacts]]] = defaultdict(lambda: defaultdict(list))
    for form in (forms[key] for key, table in needs if not table):
        of_tables = {
            table: _rows_of_sheets(form, table, needs[form.key, table], rows[form.key, table])
            for of_form, table in needs
            if of_form == form.key and table
        }
        questions = [form.questions[name] for name in sorted(needs[form.key, ""])]
        for row in sorted(rows[form.key, ""], key=lambda each: each["id"]):
            sheet_rows = {name: of_table.get(row["id"], ()) for name, of_table in of_tables.items()}
            waits, returned = bool(row["to_check"]), bool(row["returned"])
            sheet = SheetFacts(row["id"], _plain(questions, row), waits, sheet_rows, returned)
            found[row.get("of_case", NO_CASE)][form.key].append(sheet)
    return _as_accepted(connection, forms, needs, found)


def _as_accepted(
    connection: Connection,
    forms: Mapping[str, Form],
    needs: Needs,
    found: dict[int, dict[str, list[SheetFacts]]],
) -> dict[int, dict[str, list[SheetFacts]]]:
    """The same, where a sheet that was accepted before waits again for what somebody changed, as it was accepted."""
    waiting = {
        form: [sheet.id for of_case in found.values() for sheet in of_case.get(form, ()) if sheet.waits]
        for form in forms
    }
    waiting = {form: numbers for form, numbers in waiting.items() if numbers}
    if not waiting:
        return found
    accepted = answers_accepted(connection, waiting)
    for of_case in found.values():
        for key, sheets in of_case.items():
            of_case[key] = [
                _accepted_sheet(forms[key], needs, sheet, accepted[key, sheet.id])
                if (key, sheet.id) in accepted
                else sheet
                for sheet in sheets
            ]
    return found


def _accepted_sheet(form: Form, needs: Needs, sheet: SheetFacts, before: Mapping[str, Any]) -> SheetFacts:
    """A sheet that waits as it was accepted, with what it says now beside it; ``before`` in JSON form."""
    answers = {
        name: question.plain(question.from_json(before[name]))
        for name in needs[form.key, ""]
        if name in before and (question := form.questions[name])
    }
    rows = {
        table: _rows_of_json(form.questions[table], _row_questions(form, table, names), before[table])
        for (of_form, table), names in needs.items()
        if of_form == form.key and table in before
    }
    return SheetFacts(sheet.id, {**sheet.answers, **answers}, rows={**sheet.rows, **rows}, change=sheet)


def _rows_of_json(table: Question, columns: Iterable[Question], rows: Any) -> list[RowFacts]:
    """The rows of a table as the history tells them."""
    told: Any = table.from_json(rows) or ()
    return [RowFacts(row["id"], {each.name: each.plain(row.get(each.name)) for each in columns}) for row in told]


def _parts(tables: FormTables, forms: Mapping[str, Form], needs: Needs, of_all: bool) -> list[UnionPart]:
    """What is read of each form and of each table of rows, in the order of the needs; of all, or of :data:`CASES`."""
    case = tables.metadata.tables[CASE_FORM].c.id if CASE_FORM in tables.records else None
    asked = None if of_all or case is None else select(select(case).where(case.in_(CASES)).cte("asked").c.id)
    return [
        _rows_part(tables, forms[form], table, needs[form, table], asked)
        if table
        else _sheets_part(tables.metadata.tables[form], forms[form], needs[form, ""], asked)
        for form, table in needs
    ]


def _sheets_part(table: Any, form: Form, names: frozenset[str], asked: Any) -> UnionPart:
    case_column = table.c.id if form.key == CASE_FORM else table.c.case_id if form.belongs_to else None
    columns = [
        table.c.id,
        table.c.to_check,
        one_of((table.c.to_check.is_(True), is_with_volunteer(literal(form.key), table.c.id))).label("returned"),
        *([case_column.label("of_case")] if case_column is not None else []),
        *_columns(table, [form.questions[name] for name in sorted(names)]),
    ]
    conditions = [table.c.deleted_at.is_(None), *_not_taken_back(form, table), *_of_cases(case_column, asked)]
    return UnionPart(table, columns, conditions)


def _rows_part(tables: FormTables, form: Form, name: str, names: frozenset[str], asked: Any) -> UnionPart:
    table: Any = tables.rows[form.key, name].__table__  # type: ignore[attr-defined]
    columns = [table.c.id, table.c.record_id, table.c.position, *_columns(table, _row_questions(form, name, names))]
    return UnionPart(table, columns, _of_cases(table.c.case_id if "case_id" in table.c else None, asked))


def _columns(table: Any, questions: Iterable[Question]) -> list[Any]:
    return [table.c[name] for question in questions for name in question.column_names() if name != "id"]


def _row_questions(form: Form, name: str, names: frozenset[str]) -> list[Question]:
    columns = {question.name: question for question in form.questions[name].columns_asked()}
    return [columns[column] for column in sorted(names)]


def _of_cases(case_column: Any, asked: Any) -> list[ColumnElement[bool]]:
    return [case_column.in_(asked)] if asked is not None and case_column is not None else []


def _not_taken_back(form: Form, table: Any) -> list[ColumnElement[bool]]:
    """An entry of a ledger that was taken back, and the one that takes it back, are none."""
    if not form.append_only:
        return []
    taken_back = select(table.c.reverses).where(table.c.reverses.is_not(None)).scalar_subquery()
    return [table.c.reverses.is_(None), table.c.id.not_in(taken_back)]


def _rows_of_sheets(form: Form, name: str, names: frozenset[str], rows: Rows) -> dict[int, list[RowFacts]]:
    """Sheet → its rows of one table, in their order."""
    questions = _row_questions(form, name, names)
    found: dict[int, list[RowFacts]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: each["position"]):
        found[row["record_id"]].append(RowFacts(row["id"], _plain(questions, row)))
    return found


def _plain(questions: Iterable[Question], row: Mapping[str, Any]) -> dict[str, Any]:
    return {question.name: question.plain(question.restore_answer(row)) for question in questions}


def _teams(connection: Connection, cases: Collection[int], today: date) -> dict[int, list[tuple[int, str, bool]]]:
    """Case → who works on it today, the first who came first."""
    of_cases = team_table.c.case_id.in_(cases), works_on_case(today)
    found: dict[int, list[tuple[int, str, bool]]] = defaultdict(list)
    for row in connection.execute(select(team_table).where(*of_cases).order_by(team_table.c.id)):
        found[row.case_id].append((row.user_id, row.role, row.leads))
    return found


def _moves(connection: Connection, of: ColumnElement[bool]) -> dict[int, dict[DeadlinePlace, list[Move]]]:
    """Case → what was put off or waived in it, the earliest first."""
    moves = deadline_move_table.c
    found: dict[int, dict[DeadlinePlace, list[Move]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(select(deadline_move_table).where(of).order_by(moves.id)):
        found[row.case_id or NO_CASE][row.rule, row.record_id, row.row_id].append(Move(row.of_day, row.day))
    return found
