"""Who reaches which records, whatever a page asks for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import aliased

from dosar.database.system_tables import attachment_table, team_table, utc_now
from dosar.language.form import CASE_FORM
from dosar.language.organisation.stages import Stages
from dosar.overview.case_overview import latest_events, team_members
from dosar.overview.case_query import CaseQuery
from dosar.overview.stages import ask_stages, filed_sheets
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import NOBODY_SCOPE, SYSTEM_SCOPE, OutOfReach, Scope, acting_as, current_scope
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.teams import leave_team
from tests.records.offices import ROMANIAN, Office, together_in


def cases_of(office: Office, scope: Scope) -> list[int]:
    office.repository.session.remove()
    with acting_as(scope):
        kept = office.repository.record_class(CASE_FORM)
        return sorted(office.repository.session.scalars(select(kept.id)))


def test_own_team_all_and_none(office: Office) -> None:
    ion, vasile = office.ion, office.vasile
    assert cases_of(office, office.scope("ana", "own")) == [ion]
    assert cases_of(office, office.scope("ana", "team", ["maria"])) == [ion, vasile]
    assert cases_of(office, office.scope("paul", "team", ["maria"])) == [vasile]
    assert cases_of(office, office.scope("paul", "own")) == []
    assert cases_of(office, office.scope("paul", "all")) == [ion, vasile]
    assert cases_of(office, office.scope("ana", "none")) == []


def test_whoever_leaves_a_case_sees_it_no_more(office: Office) -> None:
    together_in(office, "vasile", "ana")
    assert cases_of(office, office.scope("ana")) == [office.ion, office.vasile]
    with acting_as(SYSTEM_SCOPE):
        case = office.repository.case(office.vasile)
        leave_team(office.repository, case, [office.people["ana"]], office.actor())
        assert [(member.name, member.until is None) for member in team_members(office.repository, case, ROMANIAN)] == [
            ("Maria Probă", True),
            ("Ana Probă", False),
        ]
    assert cases_of(office, office.scope("ana")) == [office.ion]


def test_nothing_is_seen_while_nobody_is_known(office: Office) -> None:
    assert current_scope.get() is NOBODY_SCOPE
    assert cases_of(office, NOBODY_SCOPE) == []
    with pytest.raises(OutOfReach):
        office.open(CASE_FORM, office.ion)
    with pytest.raises(OutOfReach):
        office.enter(CASE_FORM, last_name="Nimeni")


def test_the_scope_is_there_before_the_classes(office: Office) -> None:
    """They are made when somebody asks for the first, once, also where many do at the same moment."""
    fresh = Repository(office.repository.store, office.repository.definition)
    assert fresh.session.scalar(select(func.count()).select_from(team_table)), "a statement of before is remembered"
    with ThreadPoolExecutor(8) as workers:
        asked = list(workers.map(lambda _: fresh.tables, range(8)))
    assert all(tables is fresh.tables for tables in asked)
    assert fresh.session.scalars(select(fresh.record_class(CASE_FORM).id)).all() == []
    with acting_as(office.scope("ana", "own")):
        assert fresh.session.scalars(select(fresh.record_class(CASE_FORM).id)).all() == [office.ion]


def test_nobody_is_anybody_again_after_acting(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(SYSTEM_SCOPE):
        raise ZeroDivisionError
    assert current_scope.get() is NOBODY_SCOPE


@pytest.fixture
def filed_visit(office: Office) -> int:
    """A visit in Maria's case."""
    with acting_as(SYSTEM_SCOPE):
        visit = office.enter("visit", office.vasile, purpose="la Maria", family=[{"id": None, "name": "Dan", "age": 3}])
    office.repository.session.remove()
    return visit


def test_sheets_and_rows_follow_their_case(office: Office, filed_visit: int) -> None:
    rows = office.repository.tables.rows["visit", "family"]
    for scope, count in ((office.scope("ana"), 0), (office.scope("maria"), 1)):
        with acting_as(scope):
            assert office.count("visit") == count
            assert office.repository.session.scalar(select(func.count(rows.id))) == count
        office.repository.session.remove()


def test_a_form_one_may_not_see_is_empty(office: Office, filed_visit: int) -> None:
    with acting_as(office.scope("maria", case={"see"}, visit={"enter"})):
        assert office.count("visit") == 0
        with pytest.raises(OutOfReach):
            office.open("visit", filed_visit)


def test_out_of_reach_and_missing_are_one(office: Office, filed_visit: int) -> None:
    with acting_as(office.scope("ana")):
        for missing in (filed_visit, 999):
            with pytest.raises(OutOfReach, match=r"^visit$"):
                office.open("visit", missing)


@pytest.mark.parametrize(
    "change",
    [
        lambda office, visit: office.correct("visit", visit, 1, purpose="a mea"),
        lambda office, visit: delete_sheet(office.repository, office.form("visit"), visit, office.actor()),
        lambda office, visit: restore_sheet(office.repository, office.form("visit"), visit, office.actor()),
        lambda office, visit: office.enter("visit", office.vasile, purpose="în dosarul ei"),
        lambda office, visit: office.enter("visit", office.ion, before=visit),
        lambda office, visit: office.enter("visit", 999, purpose="nicăieri"),
    ],
)
def test_nothing_is_written_into_a_foreign_case(
    office: Office, filed_visit: int, change: Callable[[Office, int], Any]
) -> None:
    before = _everything(office)
    with acting_as(office.scope("ana")), pytest.raises(OutOfReach):
        change(office, filed_visit)
    office.repository.session.remove()
    assert _everything(office) == before


def test_a_correction_points_to_nothing_out_of_reach(office: Office, filed_visit: int) -> None:
    with acting_as(office.scope("ana")):
        mine = office.enter("visit", office.ion)
        with pytest.raises(OutOfReach, match="link"):
            office.correct("visit", mine, office.open("visit", mine).record.version, before=filed_visit)
        with pytest.raises(OutOfReach, match="link"):
            office.correct("visit", mine, office.open("visit", mine).record.version, before=999)


def test_a_link_set_by_somebody_else_may_stay(office: Office, filed_visit: int) -> None:
    with acting_as(SYSTEM_SCOPE):
        mine = office.enter("visit", office.ion, before=filed_visit)
    office.repository.session.remove()
    with acting_as(office.scope("ana")):
        office.correct("visit", mine, office.open("visit", mine).record.version, purpose="alt scop")
        assert office.open("visit", mine).answers["before"] == filed_visit


def test_rows_point_to_nothing_out_of_reach(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        partner = office.enter("organisation", name="Casa Verde")
    rights = {"visit": {"see", "enter"}, "case": {"see"}}
    rows = [{"name": "Dan", "helper": partner}]
    with acting_as(office.scope("ana", **rights)), pytest.raises(OutOfReach, match="link"):
        office.enter("visit", office.ion, family=rows)
    with acting_as(office.scope("ana", **rights, organisation={"see"})):
        office.enter("visit", office.ion, family=rows)


def test_the_number_of_a_file_alone_does_not_make_it_hers(office: Office) -> None:
    with office.repository.writing() as session:
        files = [
            session.execute(
                insert(attachment_table)
                .values(
                    form="visit",
                    question="photo",
                    name="poza.png",
                    media_type="image/png",
                    size=1,
                    digest="x",
                    content=b"x",
                    user_id=office.people[name],
                    at=utc_now(),
                )
                .returning(attachment_table.c.id)
            ).scalar_one()
            for name in ("ana", "maria")
        ]
    with acting_as(office.scope("ana")):
        mine = office.enter("visit", office.ion, photo=files[0])
        version = office.open("visit", mine).record.version
        for stranger in (files[1], 999):
            with pytest.raises(OutOfReach, match="file"):
                office.enter("visit", office.ion, photo=stranger)
            with pytest.raises(OutOfReach, match="file"):
                office.correct("visit", mine, version, photo=stranger)
    together_in(office, "ion", "maria")
    with acting_as(office.scope("maria")):
        office.correct("visit", mine, version, user="maria", purpose="fotografia rămâne")
        assert office.open("visit", mine).answers["photo"] == files[0]


@pytest.mark.parametrize(
    "rights, allowed",
    [
        ({"see"}, set()),
        ({"see", "enter"}, {"enter"}),
        ({"see", "correct"}, {"correct"}),
        ({"see", "delete"}, {"delete"}),
    ],
)
def test_each_right_opens_one_action(office: Office, rights: set[str], allowed: set[str]) -> None:
    with acting_as(SYSTEM_SCOPE):
        visit = office.enter("visit", office.ion, user="maria")
        version = office.open("visit", visit).record.version
    actions: dict[str, Callable[[], Any]] = {
        "enter": lambda: office.enter("visit", office.ion),
        "correct": lambda: office.correct("visit", visit, version, family=[{"id": None, "name": "Dan"}]),
        "delete": lambda: delete_sheet(office.repository, office.form("visit"), visit, office.actor()),
    }
    done = set()
    for action, act in actions.items():
        office.repository.session.remove()
        with acting_as(office.scope("ana", visit=rights, case={"see"})):
            try:
                act()
                done.add(action)
            except OutOfReach:
                pass
    assert done == allowed


def test_a_record_never_moves_to_another_case(office: Office) -> None:
    together_in(office, "vasile", "ana")
    with acting_as(office.scope("ana")):
        visit = office.enter("visit", office.ion)
        with pytest.raises(OutOfReach, match="case"), office.repository.writing():
            office.repository.find("visit", visit).case_id = office.vasile
            office.repository.session.flush()


def _case(office: Office) -> Any:
    return office.repository.tables.records[CASE_FORM]


def _table(office: Office) -> Any:
    return _case(office).__table__


@pytest.mark.parametrize(
    "statement",
    [
        lambda office: select(_table(office).c.last_name),
        lambda office: select(func.count()).select_from(_table(office)),
        lambda office: select(team_table.c.id).where(team_table.c.case_id.in_(select(_table(office).c.id))),
        lambda office: select(_table(office).alias("d").c.last_name),
        lambda office: select(aliased(_case(office)).last_name),
        lambda office: select(_case(office).id).where(_case(office).id.in_(select(aliased(_case(office)).id))),
        lambda office: update(_table(office)).values(last_name="Altul"),
        lambda office: update(_case(office)).values(last_name="Altul"),
        lambda office: delete(_table(office)),
        lambda office: delete(_case(office)),
        lambda office: insert(_table(office)).values(last_name="Nou"),
        lambda office: insert(_case(office)).values(last_name="Nou"),
    ],
    ids=lambda statement: "",
)
def test_no_statement_goes_past_the_scope(office: Office, statement: Callable[[Office], Any]) -> None:
    with (
        acting_as(office.scope("ana", "all")),
        pytest.raises(OutOfReach),
        office.repository.writing() as session,
    ):
        session.execute(statement(office))


def test_joins_sub_queries_and_counts_are_narrowed(office: Office, filed_visit: int) -> None:
    case, visit = _case(office), office.repository.tables.records["visit"]
    inner: Any = select(case).subquery()
    with acting_as(office.scope("ana")):
        session = office.repository.session
        for statement in (
            select(func.count(case.id)),
            select(func.count()).select_from(case),
            select(func.count()).select_from(inner),
            select(select(func.count(case.id)).scalar_subquery()),
            select(func.count()).select_from(select(case.id).union_all(select(visit.case_id)).subquery()),
        ):
            assert session.scalar(statement) == 1
        assert session.execute(select(visit.id, case.id).join(case, visit.case_id == case.id)).all() == []
        visited = select(visit.id).where(visit.case_id == case.id).exists()
        assert session.scalars(select(case.id).where(visited)).all() == []
        assert session.scalar(select(case.id).where(case.id == office.vasile)) is None


def test_a_record_is_not_reached_by_its_identity(office: Office) -> None:
    with acting_as(office.scope("ana")):
        assert office.repository.session.get(_case(office), office.vasile) is None
        assert office.repository.session.get(_case(office), office.ion) is not None


def test_the_case_at_a_glance_counts_what_is_in_reach(office: Office, filed_visit: int) -> None:
    with acting_as(SYSTEM_SCOPE):
        gone = office.enter("visit", office.vasile)
        delete_sheet(office.repository, office.form("visit"), gone, office.actor())
        office.enter("aid", office.vasile)
    office.repository.session.remove()
    with acting_as(office.scope("maria")):
        case = office.repository.case(office.vasile)
        assert _counts(office, case, ["visit", "aid"]) == {"visit": 1, "aid": 1}
        assert _counts(office, case, []) == {}
    office.repository.session.remove()
    with acting_as(office.scope("maria", case={"see"}, visit={"see"})):
        case = office.repository.case(office.vasile)
        assert _counts(office, case, ["visit", "aid"])["aid"] == 0
        happened = latest_events(office.repository, case, [CASE_FORM, "visit"], ROMANIAN)
        assert [(sheet.form, sheet.action) for sheet in happened] == [
            ("visit", "deleted"),
            ("visit", "entered"),
            ("visit", "entered"),
            ("case", "entered"),
        ]


def _counts(office: Office, case: Any, forms: list[str]) -> dict[str, int]:
    look = CaseQuery(office.repository, {key: office.form(key) for key in forms}, case)
    ask_stages(look, Stages())
    look.read()
    return {key: filed_sheets(look, key).count for key in forms}


def _everything(office: Office) -> list[Any]:
    with office.repository.store.snapshot() as connection:
        return [
            connection.execute(text(f'SELECT * FROM "{name}" ORDER BY id')).all()
            for name in ("case", "visit", "visit__family", "dosar_history", "dosar_team")
        ]
