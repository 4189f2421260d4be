"""What is due stays in step with the sheets, on both databases, and is told to nobody who may not know it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from dosar.database.system_tables import deadline_move_table, deadline_table, history_table, utc_now
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition, make_definition, make_parts
from dosar.language.load.yaml_reader import read_text
from dosar.overview.deadlines.filters import EVERYTHING, DeadlineFilter
from dosar.overview.deadlines.moving import Move, MoveRefused, deadline_with, move_deadline, take_back_move
from dosar.overview.deadlines.reading import find_deadlines
from dosar.overview.deadlines.tallies import tally_deadlines
from dosar.overview.workload import hand_over_tasks
from dosar.records.audit_log import history_entries
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.erasure.erasure import erase_person
from dosar.records.history.turns import UNACCEPTED_KEY
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import NOBODY_SCOPE, SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.acceptance import accept_sheet
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import correct_sheet
from dosar.records.teams import join_team, leave_team
from tests.records.offices import FORMS, ROLES, TODAY, Office, definition, together_in

REPOSITORY = Path(__file__).parents[2]
RULES = {
    "visit": """
deadlines:
  - {deadline: next, title: {en: Visit, ro: Vizită}, due: visit, after: visit_date, within: 3 months,
     when_case: status == "open"}
  - {deadline: parcel, title: {en: Parcel, ro: Pachet}, due: aid, after: visit_date, within: 10 days}
  - {deadline: told, title: {en: Story, ro: Poveste}, on: visit_date, when: answered(story), done_if: answered(partner)}
""",
    "case": """
deadlines:
  - {deadline: first, title: {en: First visit, ro: Prima vizită}, due: visit, after: opened_on, within: 0 days}
""",
}
FOR_A_DAY = """
deadlines:
  - {deadline: short, title: {en: Parcel, ro: Pachet}, due: aid, after: visit_date, within: 0 days, lasts: 1 day}
"""
NEXT, PARCEL, TOLD, FIRST = "visit.next", "visit.parcel", "visit.told", "case.first"


@cache
def ruled(of_visit: str = RULES["visit"]) -> Definition:
    """The office's forms with time rules."""
    rules = {**RULES, "visit": of_visit}
    contents = {
        f"form:{key}": read_text(text + rules.get(key, ""), f"{key}.yaml").contents for key, text in FORMS.items()
    }
    contents["roles"] = read_text(ROLES, "roles.yaml").contents
    return make_definition(make_parts(contents), contents)


@pytest.fixture
def ruling(office: Office) -> Iterator[Office]:
    """The office with time rules, with every right: stories that are not about who may do what."""
    with acting_as(SYSTEM_SCOPE):
        yield replace(office, repository=Repository(office.repository.store, ruled()))


def due(office: Office, case: int | None = None) -> list[tuple[str, date]]:
    """Rule and day of all that is due, in a case or at all; and it is what a reckoning from scratch finds."""
    found = [(each.rule.key, each.day) for each in find_deadlines(office.repository) if case in (None, each.case_id)]
    return sorted(found)


def all_kept(office: Office) -> set[tuple[object, ...]]:
    rows = office.repository.session.execute(select(*[column for column in deadline_table.c if column.name != "id"]))
    return {tuple(row) for row in rows}


def reckoned(office: Office) -> set[tuple[object, ...]]:
    """What a reckoning of everything from scratch keeps."""
    with office.repository.writing() as session:
        session.connection().execute(delete(deadline_table))
    assert office.repository.reckon_deadlines(TODAY + timedelta(len(all_kept(office)) + 1))
    return all_kept(office)


def days_later(days: int) -> date:
    return TODAY + timedelta(days)


def test_a_sheet_makes_days_and_another_ends_them(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=date(2026, 8, 31))
    assert due(ruling, ruling.ion) == [(NEXT, date(2026, 11, 30)), (PARCEL, date(2026, 9, 10))]
    ruling.enter("aid", ruling.ion, given_on=date(2026, 9, 2), kind="food")
    visit = ruling.enter("visit", ruling.ion, visit_date=date(2026, 11, 30))
    assert due(ruling, ruling.ion) == [(NEXT, date(2027, 2, 28)), (PARCEL, date(2026, 12, 10))]
    ruling.correct("visit", visit, 1, visit_date=date(2026, 11, 20))
    assert due(ruling, ruling.ion) == [(NEXT, date(2027, 2, 20)), (PARCEL, date(2026, 11, 30))]
    assert all_kept(ruling) == reckoned(ruling)


def test_an_entry_that_was_taken_back_ends_nothing(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    aid = ruling.enter("aid", ruling.ion, given_on=TODAY, kind="food")
    assert PARCEL not in dict(due(ruling, ruling.ion))
    reverse_entry(ruling.repository, ruling.form("aid"), aid, "De două ori", ruling.actor())
    assert dict(due(ruling, ruling.ion))[PARCEL] == days_later(10)
    assert all_kept(ruling) == reckoned(ruling)


def test_what_was_accepted_holds_while_a_change_waits(ruling: Office) -> None:
    visit = ruling.enter("visit", ruling.ion, visit_date=TODAY, story="Povestea", family=[{"name": "Ion", "age": 3}])
    before = due(ruling, ruling.ion)
    for day in (days_later(-40), days_later(40)):
        changed = {"visit_date": day, "story": None, "family": []}
        volunteer, version = replace(ruling.actor("maria"), checked=True), ruling.open("visit", visit).record.version
        correct_sheet(ruling.repository, ruling.form("visit"), visit, version, changed, volunteer)
        assert due(ruling, ruling.ion) == before
    assert all_kept(ruling) == reckoned(ruling)
    assert [each.waits for each in find_deadlines(ruling.repository) if each.rule.key == TOLD] == [True]
    accept_sheet(ruling.repository, ruling.form("visit"), visit, ruling.actor())
    assert dict(due(ruling, ruling.ion))[PARCEL] == days_later(50)


def test_what_waited_before_corrections_were_marked_holds_as_it_was_accepted(ruling: Office) -> None:
    visit, volunteer = ruling.enter("visit", ruling.ion, visit_date=TODAY), replace(ruling.actor("maria"), checked=True)
    before, form = due(ruling, ruling.ion), ruling.form("visit")

    def correct(day: date) -> None:
        version = ruling.open("visit", visit).record.version
        correct_sheet(ruling.repository, form, visit, version, {"visit_date": day}, volunteer)

    correct(days_later(-20))
    accept_sheet(ruling.repository, form, visit, ruling.actor())
    accepted = due(ruling, ruling.ion)
    correct(days_later(-40))
    with ruling.repository.writing():
        for entry in ruling.repository.session.execute(select(history_table.c.id, history_table.c.changes)).all():
            unmarked = {name: change for name, change in entry.changes.items() if name != UNACCEPTED_KEY}
            of_entry = update(history_table).where(history_table.c.id == entry.id)
            ruling.repository.session.execute(of_entry.values(changes=unmarked))
    assert reckoned(ruling)
    assert due(ruling, ruling.ion) == accepted != before


def test_what_is_put_away_is_due_no_more_and_comes_back(ruling: Office) -> None:
    visit = ruling.enter("visit", ruling.ion, visit_date=TODAY)
    before = due(ruling, ruling.ion)
    delete_sheet(ruling.repository, ruling.form("visit"), visit, ruling.actor())
    assert due(ruling, ruling.ion) == []
    restore_sheet(ruling.repository, ruling.form("visit"), visit, ruling.actor())
    assert due(ruling, ruling.ion) == before
    delete_sheet(ruling.repository, ruling.form(CASE_FORM), ruling.ion, ruling.actor())
    assert due(ruling, ruling.ion) == []
    restore_sheet(ruling.repository, ruling.form(CASE_FORM), ruling.ion, ruling.actor())
    assert due(ruling, ruling.ion) == before


def test_the_case_file_decides_too(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    case = ruling.repository.case(ruling.ion)
    ruling.correct(CASE_FORM, ruling.ion, case.version, status="closed", last_name="Țîrcă")
    assert NEXT not in dict(due(ruling, ruling.ion))
    with ruling.repository.writing():
        ruling.repository.case(ruling.ion).status = "open"
    assert NEXT in dict(due(ruling, ruling.ion)), "also what no history tells"


def test_what_is_undone_changes_nothing(ruling: Office) -> None:
    with pytest.raises(ZeroDivisionError), ruling.repository.writing():
        ruling.enter("visit", ruling.ion, visit_date=TODAY)
        raise ZeroDivisionError
    assert due(ruling) == []
    ruling.enter("visit", ruling.vasile, visit_date=TODAY)
    assert due(ruling, ruling.ion) == []


def test_it_is_due_from_who_leads_the_case(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    assert {each.user_id for each in find_deadlines(ruling.repository)} == {ruling.people["ana"]}
    case = ruling.repository.case(ruling.ion)
    join_team(ruling.repository, case, ruling.people["maria"], "case_manager", ruling.actor())
    assert {each.user_id for each in find_deadlines(ruling.repository)} == {ruling.people["maria"]}


def test_two_cases_become_one_and_two_again(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=date(2026, 8, 31))
    ruling.enter("visit", ruling.vasile, visit_date=date(2026, 9, 30))
    apart = due(ruling)
    whole = ruling.scope("ana", "all")
    kept, gone = both_cases(ruling.repository, ruling.ion, ruling.vasile)
    merging = CaseMerge(
        kept_id=ruling.ion,
        gone_id=ruling.vasile,
        kept_version=kept.record.version,
        gone_version=gone.record.version,
    )
    with acting_as(whole):
        merge_cases(ruling.repository, merging, [], ruling.actor(), "Același om")
    assert due(ruling, ruling.vasile) == []
    assert due(ruling, ruling.ion) == [(NEXT, date(2026, 12, 30)), (PARCEL, date(2026, 10, 10))]
    assert all_kept(ruling) == reckoned(ruling)
    with acting_as(whole):
        unmerge_case(ruling.repository, ruling.vasile, ruling.actor())
    assert due(ruling) == apart


def test_a_day_is_moved_and_waived_with_a_reason_that_is_kept(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=date(2026, 8, 31))
    actor = ruling.actor()
    found = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))[0]
    with pytest.raises(MoveRefused, match="NO_REASON"):
        move_deadline(ruling.repository, found, Move(days_later(20), " "), actor)
    with pytest.raises(MoveRefused, match="PAST"):
        move_deadline(ruling.repository, found, Move(days_later(-1), "E bolnavă"), actor)
    move_deadline(ruling.repository, found, Move(days_later(20), "E bolnavă"), actor)
    (moved,) = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))
    assert (moved.day, moved.of_day) == (days_later(20), date(2026, 11, 30))
    move_deadline(ruling.repository, moved, Move(days_later(30), "Tot bolnavă"), actor)
    (moved,) = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))
    assert (moved.day, moved.of_day) == (days_later(30), date(2026, 11, 30))
    move_deadline(ruling.repository, moved, Move(None, "S-a mutat"), actor)
    assert find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,))) == []
    case = ruling.repository.case(ruling.ion)
    told = history_entries(ruling.repository, ruling.form(CASE_FORM), case, most=3)
    assert [(each.action, each.reason) for each in told] == [
        ("deadline_waived", "S-a mutat"),
        ("deadline_moved", "Tot bolnavă"),
        ("deadline_moved", "E bolnavă"),
    ]
    with pytest.raises(OutOfReach):
        deadline_with(ruling.repository, moved.id)
    ruling.enter("visit", ruling.ion, visit_date=days_later(31))
    assert dict(due(ruling, ruling.ion))[NEXT] == date(2027, 3, 23), "what comes again comes again"


def test_a_day_that_was_put_off_is_due_on_its_own_day_again(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=date(2026, 8, 31))
    actor = ruling.actor()
    [found] = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))
    with pytest.raises(OutOfReach):
        take_back_move(ruling.repository, found, is_waived=False, reason="", actor=actor)
    for day in (days_later(20), days_later(30)):
        [held] = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))
        move_deadline(ruling.repository, held, Move(day, "E bolnavă"), actor)
    [moved] = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))
    take_back_move(ruling.repository, moved, is_waived=False, reason="", actor=actor)
    [again] = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))
    assert (again.day, again.of_day) == (found.day, None), "however often it was moved"
    told = history_entries(ruling.repository, ruling.form(CASE_FORM), ruling.repository.case(ruling.ion), most=1)[0]
    assert told.action == "deadline_back" and told.deadline is not None
    assert (told.deadline.before, told.deadline.after) == (days_later(30), found.day)


def test_of_an_erased_person_nothing_is_due(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    move_deadline(
        ruling.repository, find_deadlines(ruling.repository)[0], Move(days_later(20), "E bolnavă"), ruling.actor()
    )
    with ruling.repository.writing():
        erase_person(ruling.repository, ruling.ion)
    for kept in (deadline_table, deadline_move_table):
        assert ruling.repository.session.scalar(select(func.count()).select_from(kept)) == 0


def test_nobody_is_told_of_a_case_out_of_reach_or_of_what_she_may_not_know(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY, story="Povestea ei")
    ruling.enter("visit", ruling.vasile, visit_date=TODAY)
    everything = {(each.case_id, each.rule.key) for each in find_deadlines(ruling.repository)}
    assert (ruling.ion, TOLD) in everything and len(everything) == 4
    seen = {
        "her case": ruling.scope("ana"),
        "all cases": ruling.scope("ana", "all"),
        "no form": ruling.scope("ana", "all", case={"see"}),
        "no visit": ruling.scope("ana", "all", case={"see"}, aid={"see"}),
        "the story": replace(ruling.scope("ana"), clearances=frozenset({"story"})),
        "nobody": NOBODY_SCOPE,
    }
    told = {}
    for who, scope in seen.items():
        with acting_as(scope):
            told[who] = {(each.case_id, each.rule.key) for each in find_deadlines(ruling.repository)}
            tallies = tally_deadlines(ruling.repository, EVERYTHING, [EVERYTHING])
            assert sum(tally.count for tally in tallies) == len(told[who])
    assert told == {
        "her case": {(ruling.ion, NEXT), (ruling.ion, PARCEL)},
        "all cases": {(ruling.ion, NEXT), (ruling.ion, PARCEL), (ruling.vasile, PARCEL)},
        "no form": set(),
        "no visit": set(),
        "the story": {(ruling.ion, NEXT), (ruling.ion, PARCEL), (ruling.ion, TOLD)},
        "nobody": set(),
    }


def test_only_who_leads_the_case_or_corrects_all_moves_a_day(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    together_in(ruling, "ion", "maria")
    found = find_deadlines(ruling.repository, DeadlineFilter(rules=(NEXT,)))[0]
    scopes = {"ana": ruling.scope("ana"), "maria": ruling.scope("maria"), "paul": ruling.scope("paul", "all")}
    allowed = set()
    for who, scope in scopes.items():
        with acting_as(scope):
            try:
                move_deadline(ruling.repository, found, Move(days_later(5), "De ce nu"), ruling.actor(who))
            except OutOfReach:
                continue
            allowed.add(who)
    assert allowed == {"ana", "paul"}


def test_whoever_leaves_hands_over_her_place_and_what_is_hers(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    case, ana, maria = ruling.repository.case(ruling.ion), ruling.people["ana"], ruling.people["maria"]
    hand_over_tasks(ruling.repository, ana, maria, ruling.actor())
    join_team(ruling.repository, case, maria, "case_manager", ruling.actor())
    leave_team(ruling.repository, case, [ana], ruling.actor())
    assert {each.user_id for each in find_deadlines(ruling.repository)} == {maria}


def test_all_is_reckoned_by_the_day_of_the_organisation_and_not_by_that_of_utc(ruling: Office) -> None:
    today = utc_now().date()
    ruling.enter("visit", ruling.ion, visit_date=today)
    ruled_so = Repository(ruling.repository.store, ruled(FOR_A_DAY))
    assert ruled_so.reckon_deadlines(today) and "visit.short" in [each.rule.key for each in find_deadlines(ruled_so)]
    assert ruled_so.reckon_deadlines(today + timedelta(2))
    assert "visit.short" not in [each.rule.key for each in find_deadlines(ruled_so)]


MARK = """
from pathlib import Path
import dosar.fields
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import read_folder
from dosar.records.deadlines.all_days import rules_mark
print(rules_mark(make_definition(read_folder(Path("forms")).parts, {})))
"""


def test_the_same_rules_are_known_again_by_every_program() -> None:
    """Else each start, and each of two programs every minute, would reckon everything anew."""
    marks = {
        subprocess.run(
            [sys.executable, "-c", MARK],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "app"), "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(marks) == 1


def test_all_is_reckoned_once_a_day_and_when_the_rules_change(ruling: Office) -> None:
    ruling.enter("visit", ruling.ion, visit_date=TODAY)
    assert ruling.repository.reckon_deadlines(TODAY)
    assert not ruling.repository.reckon_deadlines(TODAY)
    assert ruling.repository.reckon_deadlines(days_later(1))
    plain = Repository(ruling.repository.store, definition())
    assert not plain.reckons_by_these_rules()
    steps: list[float] = []
    assert plain.reckon_deadlines(days_later(1), steps.append)
    assert steps[-1] == 1.0 and find_deadlines(plain) == []
