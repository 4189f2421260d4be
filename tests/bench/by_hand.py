"""The same pages as somebody would write them by hand for this one organisation: Flask, SQLAlchemy Core, Jinja.

Nothing here is general: the columns, labels and rules of the three forms are written out. It works on the
same encrypted database through the same connections, knows its visitor by a cookie and a row of the session
table, keeps case managers to their own cases, and writes the same history and search words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from hmac import compare_digest, new
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, flash, g, redirect, render_template, request
from sqlalchemy import Integer as WholeNumber
from sqlalchemy import (
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    true,
    type_coerce,
    union_all,
    update,
)

from dosar.access.tables import role_table, session_table, setting_table, user_role_table, user_table
from dosar.database.sealing.answer_columns import SealedAnswer
from dosar.database.sealing.blind_index import code_maker
from dosar.database.system_tables import (
    draft_table,
    history_table,
    post_token_table,
    saved_list_table,
    search_word_table,
    team_table,
)
from dosar.database.text.folding import fold_text, word_as_heard, word_variants
from dosar.language.form import Form
from dosar.language.text.collation import sort_key
from dosar.records.repository import Repository
from tests.bench.by_hand_due import due_page, words_of_rules
from tests.bench.by_hand_home import FirstPage
from tests.bench.by_hand_log import ReadingLog

COOKIE, SECRET = "by_hand", b"nothing outside this benchmark is signed with it"
PAGE, MOST_COUNTED = 25, 1000
MONTHS = (
    "ianuarie",
    "februarie",
    "martie",
    "aprilie",
    "mai",
    "iunie",
    "iulie",
    "august",
    "septembrie",
    "octombrie",
    "noiembrie",
    "decembrie",
)
YES_NO = {"yes": "Da", "no": "Nu"}
ROLES = {"case_manager": "Manager de caz", "coordinator": "Coordonator de program"}
ACTIONS = {"entered": "Înregistrat", "corrected": "Modificat"}
SAID = {
    ("none", True): "Neînceput",
    ("none", False): "dacă este cazul",
    ("begun", True): "În lucru",
    ("begun", False): "În lucru",
    ("whole", True): "Complet",
    ("whole", False): "Complet",
}
OTHER_SAID = {"none": "nimic încă", "begun": "În lucru", "whole": ""}
COLUMNS = {
    "code": "Număr caz",
    "last_name": "Nume",
    "first_name": "Prenume",
    "status": "Statusul cazului",
    "victim_status": "Statutul de victimă",
    "opened_on": "Data luării în evidență",
    "county": "Județ",
}
SORTED_BY = {**{name: name for name in COLUMNS}, "last_name": "last_name__sort", "first_name": "first_name__sort"}
FILTERS = ("status", "victim_status", "sex", "county")
TEXTS = {
    "code": 32,
    "last_name": 80,
    "first_name": 80,
    "previous_name": 80,
    "father_name": 80,
    "mother_name": 80,
    "national_id": 32,
    "birth_place": 200,
    "mother_tongue": 60,
    "id_document_number": 40,
}
CHOSEN = {
    "sex": "SEX",
    "citizenship": "COUNTRIES",
    "residence_status": "RESIDENCE",
    "id_document": "ID_DOCUMENT",
}
SCHOOL = ("edu_kindergarten", "edu_boarding", "edu_school", "edu_profession")
SEARCHED = ("code", "last_name", "first_name", "previous_name", "national_id")


class Wrong(Exception):
    """What was typed cannot be an answer."""


def by_hand(repository: Repository) -> Flask:
    """The application."""
    app = Flask(__name__, template_folder=str(Path(__file__).with_name("by_hand_pages")))
    app.secret_key = SECRET
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "day": day,
        "partial_day": partial_day,
        "in_words": in_words,
        "moment": moment,
        "amount": amount,
    }
    app.jinja_env.globals |= words_of(repository)
    pages = _Pages(repository)
    app.before_request(pages.let_in)
    app.teardown_request(pages.put_back)
    app.add_url_rule("/", view_func=pages.home)
    app.add_url_rule("/records/case", view_func=pages.cases)
    app.add_url_rule("/records/case/search", view_func=pages.search, methods=["POST"])
    app.add_url_rule("/due", view_func=pages.due)
    app.add_url_rule("/cases/<int:case_id>", view_func=pages.case)
    app.add_url_rule("/records/case/<int:case_id>/edit/1", view_func=pages.identity, methods=["GET", "POST"])
    app.add_url_rule("/records/visit_report/new", view_func=pages.new_visit, methods=["GET", "POST"])
    return app


def words_of(repository: Repository) -> dict[str, Any]:
    """Labels written into the pages. (They are copied from the forms so that both sides show the same words.)"""
    forms = repository.forms
    case, visit, aid = forms["case"], forms["visit_report"], forms["humanitarian_aid"]
    filters = [(name, case.questions[name].label["ro"], list(_choices(case, name).items())) for name in FILTERS]
    groups = [(group.title["ro"], [forms[key] for key in group.entries]) for group in repository.definition.menu.menu]
    stages = repository.definition.stages.stages
    staged = {form for stage in stages for form in stage.forms}
    others = [
        (title, [form.key for form in entries if form.belongs_to and form.key not in staged])
        for title, entries in groups
    ]
    return {
        "STATUS": _choices(case, "status"),
        "VICTIM_STATUS": _choices(case, "victim_status"),
        "SEX": _choices(case, "sex"),
        "COUNTIES": _choices(case, "county"),
        "COUNTRIES": _choices(case, "citizenship"),
        "RESIDENCE": _choices(case, "residence_status"),
        "ID_DOCUMENT": _choices(case, "id_document"),
        "ATTENDANCE": _choices(visit, "attendance"),
        "RISK_CHANGE": _choices(visit, "risk_change"),
        "KINSHIP": {
            choice.code: choice.label["ro"]
            for column in visit.questions["family"].columns_asked()
            if column.name == "relation"
            for choice in column.options()
        },
        "AID": _choices(aid, "kind"),
        "YES_NO": YES_NO,
        "ROLES": ROLES,
        "ACTIONS": ACTIONS,
        "TITLES": {key: form.title["ro"] for key, form in forms.items()},
        "PLURALS": {key: _plural(form) for key, form in forms.items()},
        "filters": filters,
        "menu": [(title, [link for form in entries for link in _links(form)]) for title, entries in groups],
        "STAGES": [(stage.title["ro"], stage.needs, stage.optional) for stage in stages],
        "others": [(title, keys) for title, keys in others if keys],
        "SAID": SAID,
        "OTHER_SAID": OTHER_SAID,
    }


def _links(form: Form) -> list[tuple[str, str]]:
    link = f"/records/{form.key}", _plural(form)
    return [("/programme", "Locuri și persoane găzduite"), link] if form.key == "stay" else [link]


def _plural(form: Form) -> str:
    return (form.plural or form.title)["ro"]


def _choices(form: Form, name: str) -> dict[str, str]:
    return {choice.code: choice.label["ro"] for choice in form.questions[name].options()}


class _Visitor:
    """Who is signed in."""

    def __init__(self, row: Any) -> None:
        self.id, self.name, self.role = row.user_id, f"{row.first_name} {row.last_name}", row.role
        self.session_id: str = row.id
        self.searched: str = row.contents


class _Pages:
    """The pages, on one database."""

    def __init__(self, repository: Repository) -> None:
        self.store, self.log = repository.store, ReadingLog(repository.store)
        records = {key: kept.__table__ for key, kept in repository.tables.records.items()}  # type: ignore[attr-defined]
        self.cases_table, self.visits, self.aid = records["case"], records["visit_report"], records["humanitarian_aid"]
        self.organisations, self.tables = records["organisation"], records
        self.risk_rows: Any = repository.tables.rows["risk_assessment", "risks"].__table__  # type: ignore[attr-defined]
        self.family: Any = repository.tables.rows["visit_report", "family"].__table__  # type: ignore[attr-defined]
        self.participants: Any = repository.tables.rows["visit_report", "participants"].__table__  # type: ignore[attr-defined]
        # the date of each sheet, as the person who wrote the page looked it up
        self.sheets = [(key, records[key], _dated(form)) for key, form in repository.forms.items() if form.belongs_to]
        self.rules = words_of_rules(repository)
        stages = [(stage.title["ro"], stage.needs, stage.optional) for stage in repository.definition.stages.stages]
        self.first_page = FirstPage(records, {key: name for key, _, name in self.sheets}, stages, self.rules)
        # long statements, made once
        self.counting, self.happening = _counting(self.sheets), _happening(self.sheets)
        with self.store.engine.connect() as connection:
            self.organisation = (
                connection.scalar(select(setting_table.c.value).where(setting_table.c.key == "name"))
                or "Asociația Drumul Lin"
            )

    # --- coming in -------------------------------------------------------------------------------------

    def let_in(self) -> None:
        """Know the visitor by her cookie; nobody else gets further."""
        g.connection = self.store.engine.connect()
        name = request.cookies.get(COOKIE, "")
        row = g.connection.execute(
            select(session_table, user_table.c.first_name, user_table.c.last_name, role_table.c.name.label("role"))
            .join(user_table, user_table.c.id == session_table.c.user_id)
            .join(user_role_table, user_role_table.c.user_id == user_table.c.id)
            .join(role_table, role_table.c.id == user_role_table.c.role_id)
            .where(session_table.c.id == sha256(name.encode()).hexdigest(), user_table.c.active)
        ).first()
        if row is None or datetime.now(UTC).replace(tzinfo=None) - row.seen > timedelta(hours=10):
            abort(401)
        g.visitor = _Visitor(row)
        g.csrf = new(SECRET, name.encode(), "sha256").hexdigest()
        if request.method == "POST" and not compare_digest(request.form.get("csrf_token", ""), g.csrf):
            abort(400)

    def put_back(self, _: Any) -> None:
        connection = g.pop("connection", None)
        if connection is not None:
            connection.close()

    def page(self, template: str, seen: Iterable[int | None] = (), **contents: Any) -> str:
        """The page; of which cases it tells is in the audit log before it leaves."""
        text = render_template(
            template,
            worker=g.visitor,
            csrf=g.csrf,
            organisation=self.organisation,
            today=date.today().isoformat(),
            **contents,
        )
        self.log.note_reading({*seen} - {None})
        return text

    def sheet(self, template: str, values: Mapping[str, Any], **contents: Any) -> str:
        """A sheet as it opens: with the draft, if she left one here."""
        begun = g.connection.execute(select(draft_table).where(*_draft_of_this_page())).first()
        boxes = dict(begun.boxes) if begun is not None else {}
        return self.page(
            template, values={**values, **boxes}, problems={}, draft_from=begun.saved_at if begun else None, **contents
        )

    def hers(self, case_id: Any) -> Any:
        """A case manager sees the cases of her teams."""
        if g.visitor.role == "coordinator":
            return true()
        return case_id.in_(
            select(team_table.c.case_id).where(team_table.c.user_id == g.visitor.id, team_table.c.until.is_(None))
        )

    def found_case(self, case_id: int) -> Any:
        table = self.cases_table
        found = g.connection.execute(
            select(table).where(table.c.id == case_id, table.c.deleted_at.is_(None), self.hers(table.c.id))
        ).first()
        return found if found is not None else abort(404)

    # --- the list --------------------------------------------------------------------------------------

    def cases(self) -> str:
        table, asked = self.cases_table, request.args
        page = max(asked.get("page", 1, type=int), 1)
        conditions = [table.c.deleted_at.is_(None), self.hers(table.c.id)]
        conditions += [table.c[name] == asked[name] for name in FILTERS if asked.get(name)]
        for piece in g.visitor.searched.split():
            begins = dict.fromkeys((fold_text(piece), word_as_heard(fold_text(piece))))
            ranges = [
                select(search_word_table.c.record_id).where(
                    search_word_table.c.form == "case",
                    search_word_table.c.word >= word,
                    search_word_table.c.word < word + "\U0010ffff",
                )
                for word in begins
            ]
            conditions.append(table.c.id.in_(union_all(*ranges) if len(ranges) > 1 else ranges[0]))
        sort = asked.get("sort", "-opened_on")
        name = sort.removeprefix("-")
        column = table.c[SORTED_BY[name if name in COLUMNS else "opened_on"]]
        ids = self._ids_of_page(column, sort.startswith("-"), conditions, (page - 1) * PAGE)
        found = g.connection.execute(
            select(table.c.id, *[table.c[name] for name in COLUMNS]).where(table.c.id.in_(ids))
        ).all()
        rows = sorted(found, key=lambda row: ids.index(row.id))
        more, rows = len(rows) > PAGE, rows[:PAGE]
        first = (page - 1) * PAGE + 1
        saved = select(saved_list_table).where(
            saved_list_table.c.user_id == g.visitor.id, saved_list_table.c.form == "case"
        )
        return self.page(
            "list.html",
            [row.id for row in rows],
            rows=rows,
            more=more,
            first=first,
            page=page,
            words=g.visitor.searched,
            count=self._count(conditions) if more else first + len(rows) - 1,
            heads=[_head(one, title, sort) for one, title in COLUMNS.items()],
            address=_address,
            wanted={name: asked.get(name, "") for name in FILTERS},
            filtered=any(asked.get(name) for name in FILTERS),
            saved=[saved_list for saved_list in self._all(saved) if saved_list.name],
            query=_address() if asked else "",
        )

    def _ids_of_page(self, column: Any, falling: bool, conditions: Sequence[Any], start: int) -> list[int]:
        """Read off an index, or opened and sorted where what orders them lies sealed."""
        number = self.cases_table.c.id
        if isinstance(column.type, SealedAnswer):
            every = g.connection.execute(select(column, number).where(*conditions))
            in_order = sorted(((word or "", row_id) for word, row_id in every), reverse=falling)
            return [row_id for _, row_id in in_order[start : start + PAGE + 1]]
        order = [column.desc(), number.desc()] if falling else [column, number]
        query = select(number).where(*conditions).order_by(*order).limit(PAGE + 1).offset(start)
        return list(g.connection.scalars(query))

    def _count(self, conditions: Sequence[Any]) -> str:
        some = select(self.cases_table.c.id).where(*conditions).limit(MOST_COUNTED + 1).subquery()
        count = g.connection.scalar(select(func.count()).select_from(some))
        return str(count) if count <= MOST_COUNTED else "peste 1.000"

    def search(self) -> Response:
        with self.store.writing() as session:
            session.connection().execute(
                update(session_table)
                .where(session_table.c.id == g.visitor.session_id)
                .values(contents=request.form["search"].strip()[:200])
            )
        return redirect("/records/case", 303)

    def home(self) -> str:
        return self.first_page.show(self.hers, self.page)

    def due(self) -> str:
        return due_page(self.cases_table, self.hers, self.page, self.rules)

    # --- the case --------------------------------------------------------------------------------------

    def case(self, case_id: int) -> str:
        case = self.found_case(case_id)
        counted = {row.form: _Counted(row) for row in g.connection.execute(self.counting, {"case_id": case_id})}
        stages = [_StageNow(stage, counted) for stage in self.globals["STAGES"]]
        current = next((stage for stage in stages if stage.missing), None)
        if current is not None:
            current.state = "now"
        return self.page(
            "case.html",
            [case_id],
            case=case,
            counted=counted,
            stages=stages,
            current=current,
            missing=current.missing if current else [],
            money=self._money(case_id),
            unsigned=self._unsigned(case_id),
            risks=self._risks(case_id),
            people=self._all(self._in_case("person", case_id)),
            team=self._all(
                select(team_table.c.role, team_table.c.since, user_table.c.first_name, user_table.c.last_name)
                .join(user_table, user_table.c.id == team_table.c.user_id)
                .where(team_table.c.case_id == case_id, team_table.c.until.is_(None))
                .order_by(team_table.c.since)
            ),
            happened=g.connection.execute(self.happening, {"case_id": case_id}).all(),
            events=self._all(
                select(
                    history_table.c.form,
                    history_table.c.record_id,
                    history_table.c.action,
                    history_table.c.at,
                    user_table.c.first_name,
                    user_table.c.last_name,
                )
                .join(user_table, user_table.c.id == history_table.c.user_id)
                .where(history_table.c.case_id == case_id)
                .order_by(history_table.c.id.desc())
                .limit(6)
            ),
        )

    def _all(self, statement: Any) -> list[Any]:
        return list(g.connection.execute(statement))

    def _in_case(self, form: str, case_id: int) -> Any:
        table = self.tables[form]
        return select(table).where(table.c.case_id == case_id, table.c.deleted_at.is_(None))

    def _money(self, case_id: int) -> dict[str, dict[str, int]]:
        """Currency, then payer, then what was given."""
        money: dict[str, dict[str, int]] = {}
        for table, amount in ((self.aid, "value"), (self.tables["study_ledger"], "amount")):
            summed = func.sum(type_coerce(table.c[amount], WholeNumber))
            currency, payer = table.c[f"{amount}__currency"], self.organisations.c.name
            for name, code, given in self._all(
                select(payer, currency, summed)
                .outerjoin_from(table, self.organisations, self.organisations.c.id == table.c.funder)
                .where(table.c.case_id == case_id, table.c.deleted_at.is_(None), table.c[amount].is_not(None))
                .group_by(table.c.funder, currency)
            ):
                of_currency = money.setdefault(code, {})
                of_currency[name] = of_currency.get(name, 0) + given
        return money

    def _unsigned(self, case_id: int) -> int:
        aid = self.aid
        lacks = aid.c.beneficiary_signed.is_not(True) | aid.c.administrator_signed.is_not(True)
        taken_back = select(aid.c.reverses).where(aid.c.case_id == case_id, aid.c.reverses.is_not(None))
        counted = select(func.count()).where(
            aid.c.case_id == case_id,
            aid.c.deleted_at.is_(None),
            lacks,
            aid.c.reverses.is_(None),
            aid.c.id.not_in(taken_back),
        )
        return int(g.connection.scalar(counted) or 0)

    def _risks(self, case_id: int) -> list[Any]:
        table, rows = self.tables["risk_assessment"], self.risk_rows
        newest = (
            select(table.c.id)
            .where(table.c.case_id == case_id, table.c.deleted_at.is_(None))
            .order_by(table.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        return self._all(select(rows).where(rows.c.record_id == newest).order_by(rows.c.score.desc()))

    # --- a section of the case file ----------------------------------------------------------------------

    def identity(self, case_id: int) -> Any:
        case = self.found_case(case_id)
        if request.method == "GET":
            return self.sheet("identity.html", _typed(case._mapping), case=case, seen=[case_id])
        values, problems = _read_identity(request.form, self.globals)
        if problems:
            return self.page("identity.html", case=case, problems=problems, values={**request.form, **values}), 422
        self._save_identity(case, values)
        flash("Salvat.")
        return redirect(f"/records/case/{case_id}", 303)

    @property
    def globals(self) -> Mapping[str, Any]:
        from flask import current_app

        return current_app.jinja_env.globals

    def _save_identity(self, case: Any, values: dict[str, Any]) -> None:
        table, moment = self.cases_table, datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        g.connection.rollback()
        with self.store.writing() as session:
            connection = session.connection()
            before = connection.execute(select(table).where(table.c.id == case.id)).one()._mapping
            kept = connection.execute(
                update(table)
                .where(table.c.id == case.id, table.c.version == int(request.form["version"]))
                .values(**values, version=table.c.version + 1, changed_by=g.visitor.id, changed_at=moment)
            )
            if not kept.rowcount:
                abort(409)
            changes = {
                name: [_json(before[name]), _json(value)]
                for name, value in values.items()
                if before[name] != value and "__" not in name
            }
            _note(connection, "case", case.id, case.id, "corrected", changes, moment)
            if changes.keys() & set(SEARCHED):
                _index(connection, case.id, {**before, **values})
            connection.execute(delete(draft_table).where(*_draft_of_this_page()))

    # --- a new visit ---------------------------------------------------------------------------------------

    def new_visit(self) -> Any:
        case = self.found_case(request.args.get("case", 0, type=int))
        if request.method == "GET":
            visits, family = self.visits, self.family
            last = (
                select(visits.c.id)
                .where(visits.c.case_id == case.id, visits.c.deleted_at.is_(None))
                .order_by(visits.c.visit_date.desc(), visits.c.id.desc())
                .limit(1)
                .scalar_subquery()
            )
            rows = g.connection.execute(select(family).where(family.c.record_id == last).order_by(family.c.position))
            return self.sheet(
                "visit.html", {}, case=case, seen=[case.id], once=token_hex(16), family=rows.all() or [{}]
            )
        values, problems = _read_visit(request.form, self.globals)
        family, participants = _rows(request.form, "family"), _rows(request.form, "participants")
        for row in family:
            try:
                row["birth_date"] = _partial(row["birth_date"])
            except Wrong:
                problems["family"] = "Scrieți data ca zi.lună.an."
        if problems:
            return self.page(
                "visit.html",
                case=case,
                problems=problems,
                values=request.form,
                once=request.form["once"],
                family=family,
            ), 422
        record_id = self._save_visit(case, values, family, participants)
        flash("Salvat.")
        return redirect(f"/records/visit_report/{record_id}", 303)

    def _save_visit(self, case: Any, values: dict[str, Any], family: list[Any], participants: list[Any]) -> int:
        moment = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        g.connection.rollback()
        with self.store.writing() as session:
            connection = session.connection()
            token = request.form["once"]
            filed: int | None = connection.scalar(
                select(post_token_table.c.record_id).where(post_token_table.c.token == token)
            )
            if filed is not None:
                return filed
            by = g.visitor.id
            record_id: int = connection.execute(
                insert(self.visits).values(
                    **values,
                    case_id=case.id,
                    form_version=1,
                    version=1,
                    created_by=by,
                    created_at=moment,
                    changed_by=by,
                    changed_at=moment,
                )
            ).inserted_primary_key[0]
            for table, rows in ((self.family, family), (self.participants, participants)):
                if rows:
                    connection.execute(
                        insert(table),
                        [
                            {**row, "record_id": record_id, "case_id": case.id, "position": position}
                            for position, row in enumerate(rows)
                        ],
                    )
            changes = {name: [None, _json(value)] for name, value in values.items() if value is not None}
            changes |= {"family": [None, family], "participants": [None, participants or None]}
            _note(connection, "visit_report", record_id, case.id, "entered", changes, moment)
            connection.execute(
                insert(post_token_table).values(token=token, form="visit_report", record_id=record_id, at=moment)
            )
            connection.execute(delete(draft_table).where(*_draft_of_this_page()))
        return record_id


def _draft_of_this_page() -> tuple[Any, ...]:
    """The draft of this worker for the section of the case, or for a new visit of it."""
    corrected = (request.view_args or {}).get("case_id", 0)
    form, step = ("case", 1) if corrected else ("visit_report", 0)
    case_id = 0 if corrected else request.args.get("case", 0, type=int)
    return (
        draft_table.c.user_id == g.visitor.id,
        draft_table.c.form == form,
        draft_table.c.case_id == case_id,
        draft_table.c.record_id == corrected,
        draft_table.c.step == step,
    )


def _counting(sheets: Sequence[tuple[str, Any, str | None]]) -> Any:
    return union_all(
        *[
            select(
                literal(key).label("form"),
                func.count().label("count"),
                last.label("last"),
                func.sum(table.c.lacking).label("lacking"),
                func.max(table.c.id).label("newest"),
            ).where(table.c.case_id == bindparam("case_id"), table.c.deleted_at.is_(None))
            for key, table, dated in sheets
            for last in [func.max(table.c[dated]) if dated else null()]
        ]
    )


def _happening(sheets: Sequence[tuple[str, Any, str | None]]) -> Any:
    every = union_all(
        *[
            select(literal(key).label("form"), table.c.id.label("number"), table.c[dated].label("day")).where(
                table.c.case_id == bindparam("case_id"), table.c.deleted_at.is_(None), table.c[dated].is_not(None)
            )
            for key, table, dated in sheets
            if dated
        ]
    )
    return every.order_by(every.selected_columns["day"].desc()).limit(12)


class _Counted:
    """The sheets of one form in a case."""

    def __init__(self, row: Any) -> None:
        self.count, self.newest, self.lacking = row.count, row.newest, row.lacking or 0
        self.state = "none" if not self.count else "begun" if self.lacking else "whole"
        self.note = f"lipsesc {self.lacking} răspunsuri" if self.lacking else partial_day(row.last)


class _StageNow:
    """How far a stage is."""

    def __init__(self, stage: Any, counted: Mapping[str, _Counted]) -> None:
        self.title, self.needs, self.optional = stage
        self.missing = [key for key in self.needs if counted[key].state != "whole"]
        whole = len(self.needs) - len(self.missing)
        self.state = "ahead" if self.missing else "done"
        begun = f"{whole} din {len(self.needs)} completate" if whole else "Neînceput"
        self.said = begun if self.missing else "Complet"


def _dated(form: Form) -> str | None:
    from dosar.overview.case_overview import dating_question

    dated = dating_question(form)
    return dated.name if dated else None


def _head(name: str, title: str, sort: str) -> tuple[str, str, str, str]:
    is_sorted = sort.removeprefix("-") == name
    direction = "" if not is_sorted else "descending" if sort.startswith("-") else "ascending"
    return name, title, _address(sort=f"-{name}" if direction == "ascending" else name), direction


def _address(**changed: Any) -> str:
    asked = {**request.args.to_dict(), "page": "", **changed}
    return "?" + urlencode({name: value for name, value in asked.items() if value != ""})


# --- writing -------------------------------------------------------------------------------------------------


def _note(
    connection: Any, form: str, record_id: int, case_id: int, action: str, changes: Mapping[str, Any], moment: datetime
) -> None:
    connection.execute(
        insert(history_table).values(
            form=form,
            record_id=record_id,
            case_id=case_id,
            at=moment,
            user_id=g.visitor.id,
            action=action,
            form_version=1,
            changes=changes,
        )
    )


def _index(connection: Any, case_id: int, columns: Mapping[str, Any]) -> None:
    code = code_maker(connection.dialect)
    words = {
        code(word)
        for name in SEARCHED
        for piece in word_variants(columns[name] or "")
        for word in (piece, word_as_heard(piece))
        if word
    }
    of_case = (search_word_table.c.form == "case", search_word_table.c.record_id == case_id)
    kept = set(
        connection.scalars(
            select(search_word_table.c.word).where(*of_case, search_word_table.c.sensitivity == "identity")
        )
    )
    if words - kept:
        connection.execute(
            insert(search_word_table),
            [{"form": "case", "word": word, "record_id": case_id, "sensitivity": "identity"} for word in words - kept],
        )
    for gone in kept - words:
        if gone.startswith((code("+"), code("0"))):
            continue
        connection.execute(delete(search_word_table).where(and_(*of_case, search_word_table.c.word == gone)))


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# --- reading what was typed ------------------------------------------------------------------------------------


def _read_identity(posted: Any, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, longest in TEXTS.items():
        values[name] = posted.get(name, "").strip() or None
        if values[name] and len(values[name]) > longest:
            problems[name] = f"Textul are peste {longest} de caractere."
    for name in ("last_name", "first_name", "national_id", "birth_date"):
        unknown = [text[1:] for text in posted.getlist(name) if text in ("~dont_know", "~refused")]
        values[f"{name}__unknown"] = unknown[0] if unknown else None
        values[name] = None if unknown else values.get(name)
    for name in ("last_name", "first_name"):
        if not values[name] and not values[f"{name}__unknown"]:
            problems[name] = "Răspundeți la această întrebare."
        values[f"{name}__sort"] = sort_key(values[name])[:80] if values[name] else None
    try:
        values["birth_date"] = _partial(posted.get("birth_date", ""))
        values["id_document_until"] = _day(posted.get("id_document_until", ""))
        values["opened_on"] = _day(posted.get("opened_on", ""))
    except Wrong:
        problems["birth_date"] = "Scrieți data ca zi.lună.an."
    if not values.get("opened_on"):
        problems["opened_on"] = "Răspundeți la această întrebare."
    elif values["opened_on"] > date.today():
        problems["opened_on"] = "Data luării în evidență nu poate fi în viitor."
    born = values.get("birth_date")
    values["age"] = _age(born)
    values["is_minor"] = None if values["age"] is None else values["age"] < 18
    values["interpreter_needed"] = {"yes": True, "no": False}.get(posted.get("interpreter_needed", ""))
    for name, options in CHOSEN.items():
        values[name] = posted.get(name) or None
        if values[name] and values[name] not in known[options]:
            problems[name] = "Alegeți un răspuns din listă."
    if values["id_document"] in (None, "none"):
        values["id_document_number"] = values["id_document_until"] = None
    return values, problems


def _read_visit(posted: Any, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    names = (
        "visit_purpose",
        "locality",
        "performance",
        "peers",
        "skills",
        "rel_adults",
        "rel_children",
        "other",
        "conclusions",
        *(f"{name}_name" for name in SCHOOL),
    )
    values: dict[str, Any] = {name: posted.get(name, "").strip() or None for name in names}
    problems: dict[str, str] = {}
    for name in ("visit_date", "next_visit_on"):
        try:
            values[name] = _day(posted.get(name, ""))
        except Wrong:
            problems[name] = "Scrieți data ca zi.lună.an."
    for name in ("visit_date", "visit_purpose", "conclusions"):
        if not values.get(name):
            problems.setdefault(name, "Răspundeți la această întrebare.")
    if values.get("visit_date") and values["visit_date"] > date.today():
        problems["visit_date"] = "Vizita nu poate fi în viitor."
    for name in ("in_school", *SCHOOL):
        values[name] = {"yes": True, "no": False}.get(posted.get(name, ""))
    for name, options in (("county", "COUNTIES"), ("attendance", "ATTENDANCE"), ("risk_change", "RISK_CHANGE")):
        values[name] = posted.get(name) or None
        if values[name] and values[name] not in known[options]:
            problems[name] = "Alegeți un răspuns din listă."
    for name in SCHOOL:
        if not values[name]:
            values[f"{name}_name"] = None
    if not values["in_school"]:
        values |= dict.fromkeys((*SCHOOL, "attendance", "performance", "peers"))
    values["author"] = int(posted["author"])
    return values, problems


def _rows(posted: Any, table: str) -> list[dict[str, Any]]:
    columns = {"family": ("name", "relation", "birth_date", "notes"), "participants": ("name", "position_held")}[table]
    indexes = dict.fromkeys(found[1] for name in posted if (found := re.match(rf"{table}\.(\d+)\.", name)))
    rows = [{name: posted.get(f"{table}.{index}.{name}", "").strip() or None for name in columns} for index in indexes]
    return [row for row in rows if any(row.values())]


def _typed(columns: Mapping[str, Any]) -> dict[str, Any]:
    answers = {True: "yes", False: "no"}
    return {**columns, "interpreter_needed": answers.get(columns["interpreter_needed"])}


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    with suppress(ValueError):
        return datetime.strptime(text.strip(), "%d.%m.%Y").date()
    raise Wrong


def _partial(text: str | None) -> str | None:
    text = (text or "").strip()
    if not text or re.fullmatch(r"\d{4}", text):
        return text or None
    found = _day(text)
    return found.isoformat() if found else None


def _age(born: str | None) -> int | None:
    if not born or len(born) < 10:
        return None
    day_of_birth, today = date.fromisoformat(born), date.today()
    return today.year - day_of_birth.year - ((today.month, today.day) < (day_of_birth.month, day_of_birth.day))


# --- showing ---------------------------------------------------------------------------------------------------


def day(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value else ""


def partial_day(value: Any) -> str:
    if isinstance(value, str) and len(value) == 10:
        return f"{value[8:]}.{value[5:7]}.{value[:4]}"
    return value if isinstance(value, str) else day(value) if isinstance(value, date) else ""


def in_words(value: Any) -> str:
    if isinstance(value, str) and len(value) == 10:
        value = date.fromisoformat(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if isinstance(value, date) else ""


def moment(value: datetime) -> str:
    return f"{value.replace(tzinfo=UTC).astimezone():%d.%m.%Y, %H:%M}"


def amount(hundredths: int) -> str:
    return f"{Decimal(hundredths) / 100:,.2f}".translate(str.maketrans(",.", ".,"))
