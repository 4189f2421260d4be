"""The team of a case: who changes it, one case manager at a time, and nobody is ever forgotten."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from dosar.access.framework import User
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.organisation.roles import CasesReached
from dosar.language.text.message import Mistake
from dosar.overview.case_overview import latest_events, team_members
from dosar.records.audit_log import history_entries
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.teams import join_team, leave_team, team_places
from dosar.records.titles import link_titles, user_names
from tests.records.offices import ROMANIAN, TODAY, Office

YESTERDAY = TODAY - timedelta(days=1)


def put(office: Office, user: str, role: str, since: date | None = None, by: str = "ana") -> None:
    case = office.repository.case(office.ion)
    join_team(
        office.repository, case, office.people[user], role, office.actor(by), since, {"social_worker", "case_manager"}
    )


def team(office: Office) -> set[tuple[str, str]]:
    names = {number: name for name, number in office.people.items()}
    with acting_as(SYSTEM_SCOPE):
        return {
            (names[member.user_id], member.role)
            for member in team_places(office.repository, office.repository.case(office.ion))
        }


def test_the_case_manager_puts_a_colleague_on_her_case(office: Office) -> None:
    with acting_as(office.scope("ana")):
        put(office, "paul", "social_worker", YESTERDAY)
    assert team(office) == {("ana", "case_manager"), ("paul", "social_worker")}
    with acting_as(office.scope("paul")):
        assert office.repository.case(office.ion)


@pytest.mark.parametrize(
    "user, reach, rights, allowed",
    [
        ("maria", "all", {"see", "correct"}, True),
        ("maria", "all", {"see"}, False),
        ("paul", "own", {"see", "correct"}, False),
    ],
)
def test_others_need_the_reach_and_the_right(
    office: Office, user: str, reach: CasesReached, rights: set[str], allowed: bool
) -> None:
    with acting_as(SYSTEM_SCOPE):
        put(office, "paul", "social_worker")
    with acting_as(office.scope(user, reach, case=rights)):
        if allowed:
            put(office, "maria", "social_worker", by=user)
        else:
            with pytest.raises(OutOfReach):
                put(office, "maria", "social_worker", by=user)
    assert (("maria", "social_worker") in team(office)) == allowed


def test_the_case_is_handed_over_and_all_of_it_is_told(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        put(office, "paul", "social_worker", YESTERDAY)
        put(office, "paul", "case_manager")
        case = office.repository.case(office.ion)
        every = [(member.name, member.role, member.until) for member in team_members(office.repository, case, ROMANIAN)]
        assert set(every) == {
            ("Paul Probă", "case_manager", None),
            ("Ana Probă", "case_manager", TODAY),
            ("Paul Probă", "social_worker", TODAY),
        }
        told = history_entries(office.repository, office.form(CASE_FORM), case)[0].team
    assert team(office) == {("paul", "case_manager")}
    assert [seat[1:] for seat in told.joined] == [("case_manager", TODAY)]
    assert {seat[0] for seat in told.left} == {office.people["ana"], office.people["paul"]}
    with acting_as(office.scope("ana")), pytest.raises(OutOfReach):
        office.repository.case(office.ion)


def test_who_leaves_no_longer_reaches_the_case(office: Office) -> None:
    with acting_as(office.scope("ana")):
        put(office, "paul", "social_worker", YESTERDAY)
        leave_team(office.repository, office.repository.case(office.ion), [office.people["paul"]], office.actor())
    assert team(office) == {("ana", "case_manager")}
    with acting_as(office.scope("paul")), pytest.raises(OutOfReach):
        office.repository.case(office.ion)


def test_a_case_is_never_left_without_a_manager(office: Office) -> None:
    with acting_as(office.scope("ana")), pytest.raises(Mistake, match="Hand it over first"):
        leave_team(office.repository, office.repository.case(office.ion), [office.people["ana"]], office.actor())
    with acting_as(office.scope("ana")), pytest.raises(Mistake, match="Hand it over first"):
        put(office, "ana", "social_worker")


@pytest.mark.parametrize(
    "user, role, since, why",
    [
        ("paul", "case_manager", TODAY + timedelta(days=1), "from today or before"),
        ("paul", "queen", None, "role"),
        ("ana", "case_manager", None, "already"),
        ("nobody", "social_worker", None, "can sign in"),
    ],
)
def test_what_makes_no_sense_is_said(office: Office, user: str, role: str, since: date | None, why: str) -> None:
    office.people["nobody"] = 4711
    with acting_as(office.scope("ana")), pytest.raises(Mistake, match=why):
        put(office, user, role, since)


def test_whose_account_is_closed_is_marked_wherever_she_is_named(office: Office) -> None:
    ana = office.people["ana"]
    with office.repository.writing() as session:
        session.execute(update(User).where(User.id == ana).values(active=False))
    marked = "Ana Probă (cont închis)"
    with acting_as(SYSTEM_SCOPE):
        case = office.repository.case(office.ion)
        assert [member.name for member in team_members(office.repository, case, ROMANIAN)] == [marked]
        assert {event.who for event in latest_events(office.repository, case, [CASE_FORM], ROMANIAN)} == {marked}
    assert user_names(office.repository, [ana, office.people["paul"]], ROMANIAN) == {
        ana: marked,
        office.people["paul"]: "Paul Probă",
    }
    assert link_titles(office.repository, {}, {USER_LINK: [ana]}, ROMANIAN) == {(USER_LINK, ana): marked}


@pytest.mark.parametrize(("since", "planned_end"), [(1, None), (-3, -1), (1, 2)])
def test_a_case_is_open_within_the_days_of_ones_place(office: Office, since: int, planned_end: int | None) -> None:
    """Sooner and later it does not exist: to read, to write into, and among the days that are due."""

    def day(after: int) -> date:
        return TODAY + timedelta(days=after)

    with acting_as(SYSTEM_SCOPE):
        case = office.repository.case(office.ion)
        place = office.people["paul"], "social_worker", office.actor("ana", day(min(since, 0)))
        join_team(office.repository, case, *place, day(since), None, None if planned_end is None else day(planned_end))
    for after in range(-4, 4):
        office.repository.session.remove()
        is_open = since <= after and (planned_end is None or after <= planned_end)
        with acting_as(replace(office.scope("paul"), today=day(after))):
            kept = office.repository.record_class(CASE_FORM)
            assert bool(office.repository.session.scalars(select(kept.id)).all()) == is_open
            if is_open:
                office.enter("aid", office.ion, user="paul", kind="food")
            else:
                with pytest.raises(OutOfReach):
                    office.enter("aid", office.ion, user="paul", kind="food")
        office.repository.session.remove()


def test_days_that_make_no_sense_are_said(office: Office) -> None:
    with acting_as(office.scope("ana")):
        case = office.repository.case(office.ion)
        for role, planned_end in (("case_manager", TODAY), ("social_worker", YESTERDAY)):
            with pytest.raises(Mistake, match="last day"):
                join_team(
                    office.repository, case, office.people["paul"], role, office.actor(), TODAY, None, planned_end
                )
    assert team(office) == {("ana", "case_manager")}
