"""What is due, on a page of its own: whose it is, how late, and where it is done; narrowed by the address."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from dosar.database.system_tables import deadline_table, team_table
from dosar.language.form import CASE_FORM
from dosar.pages.deadlines.due_page import FIRST_LINES, LINES_ON_PAGE
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.days import today_here
from tests.pages.conftest import Demo
from tests.pages.test_case_page import case_of, filed
from tests.pages.test_team import user_id

TODAY = today_here()
SUNDAY = TODAY + timedelta(6 - TODAY.weekday())


def shown(demo: Demo, wishes: str = "", user: str = "coordinator") -> str:
    """The page as markup, from its heading on."""
    answer = demo.browser(user).get(f"/due{wishes}")
    assert answer.status_code == 200
    return unescape(answer.text[answer.text.index("<main") :])


def read(demo: Demo, wishes: str = "", user: str = "coordinator") -> str:
    """The page as it is read, without its choices."""
    markup = re.sub(r"<form class=\"filters\".*?</form>", "", shown(demo, wishes, user), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def lines(demo: Demo, wishes: str = "", user: str = "coordinator") -> list[str]:
    """The lines of the list."""
    found = re.findall(r"<tr id=[^>]*><th scope=\"row\">.*?</tr>", shown(demo, wishes, user), flags=re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in found]


@pytest.fixture
def case(demo: Demo) -> int:
    """A case of nobody, in which all that is due was done: only what a story says is due in it."""
    number = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    with demo.repository.store.engine.begin() as connection:
        connection.execute(delete(deadline_table).where(deadline_table.c.case_id == number))
    return number


def due(demo: Demo, rule: str, case: int | None, day: date, **more: Any) -> None:
    """Something is due on this day."""
    ready = next(each for each in demo.repository.definition.deadlines if each.key == rule)
    kept = {"rule": rule, "form": ready.due_form, "case_id": case, "record_id": case or 1, "day": day}
    with demo.repository.store.engine.begin() as connection:
        connection.execute(insert(deadline_table).values({**kept, "announced_on": day, "since": day} | more))


def joins(demo: Demo, user: str, case: int) -> None:
    place = {"case_id": case, "user_id": user_id(demo, user), "role": "case_manager", "since": TODAY}
    with demo.repository.store.engine.begin() as connection:
        connection.execute(insert(team_table).values({**place, "leads": False}))


def test_a_line_says_of_whom_what_whose_and_how_late(demo: Demo, case: int) -> None:
    manager = user_id(demo, "case_manager")
    due(demo, "detailed_evaluation.plan", case, TODAY - timedelta(3), since=TODAY - timedelta(23), user_id=manager)
    (line,) = lines(demo, f"?case={case}")
    assert "Întocmirea planului" in line and "Teodora Brândușan" in line
    assert f"{TODAY - timedelta(3):%d.%m.%Y} · depășit cu 3 zile" in line
    assert "20 de zile după" in line and f"{TODAY - timedelta(23):%d.%m.%Y}" in line


def test_the_days_stand_under_overdue_today_this_week_and_later(demo: Demo, case: int) -> None:
    for day in (TODAY - timedelta(1), TODAY, SUNDAY + timedelta(1)):
        due(demo, "case.consent", case, day)
    said = read(demo, f"?case={case}")
    heads = re.findall(r"<h2>(.*?)</h2>", shown(demo, f"?case={case}"))
    assert heads[1:] == ["Restante", "Azi", "Mai târziu"]
    assert "fără responsabil" in said
    for state, count in (("overdue", 1), ("today", 1), ("week", 0), ("later", 1), ("waiting", 0)):
        assert len(lines(demo, f"?case={case}&state={state}")) == count, state


def test_what_waits_for_acceptance_is_late_for_nobody(demo: Demo, case: int) -> None:
    due(demo, "case.consent", case, TODAY - timedelta(2), waits=True)
    assert lines(demo, f"?case={case}&state=overdue") == []
    (line,) = lines(demo, f"?case={case}&state=waiting")
    assert "așteaptă acceptarea" in line
    assert 'class="late"' not in shown(demo, f"?case={case}")


def test_it_is_narrowed_by_whose_by_team_and_by_kind(demo: Demo, case: int) -> None:
    manager = user_id(demo, "case_manager")
    due(demo, "case.consent", case, TODAY, user_id=manager)
    due(demo, "detailed_evaluation.plan", case, TODAY)
    assert len(lines(demo, f"?case={case}")) == 2
    assert len(lines(demo, f"?case={case}&worker={manager}")) == 1
    assert len(lines(demo, f"?case={case}&worker=0")) == 1
    assert len(lines(demo, f"?case={case}&rule=case.consent")) == 1
    assert lines(demo, f"?case={case}&team=999") == []
    assert lines(demo, f"?case={case}&rule=no.such&state=nothing&day=tomorrow") == []


def test_kinds_of_one_name_are_chosen_as_one(demo: Demo, case: int) -> None:
    due(demo, "visit_report.next_visit", case, TODAY)
    due(demo, "visit_report.promised_visit", case, TODAY + timedelta(1))
    due(demo, "case.consent", case, TODAY)
    kinds = re.findall(r'<option value="visit_report[^"]*"[^>]*>\s*Vizită\s*</option>', shown(demo))
    assert len(kinds) == 1
    for rule in ("next_visit", "promised_visit"):
        assert len(lines(demo, f"?case={case}&rule=visit_report.{rule}")) == 2


def test_where_a_choice_says_how_often_the_rule_names_it(demo: Demo, case: int) -> None:
    due(demo, "monitoring_form.next", case, TODAY, since=TODAY - timedelta(14))
    (line,) = lines(demo, f"?case={case}")
    assert "la intervalul din „Frecvența”, de la" in line and "în aceeași zi" not in line


def test_a_new_sheet_is_begun_where_one_is_due(demo: Demo, case: int) -> None:
    due(demo, "detailed_evaluation.plan", case, TODAY)
    assert f"/records/plan/new?case={case}" in shown(demo, f"?case={case}")
    due(demo, "case.id_document", case, TODAY)
    assert f'href="/cases/{case}"' in shown(demo, f"?case={case}")


def test_somebody_elses_case_is_not_there(demo: Demo, case: int) -> None:
    due(demo, "case.consent", case, TODAY)
    assert len(lines(demo, f"?case={case}")) == 1
    before = read(demo, user="case_manager")
    assert lines(demo, f"?case={case}", "case_manager") == []
    due(demo, "case.consent", case, TODAY, user_id=user_id(demo, "volunteer"))
    assert read(demo, user="case_manager") == before
    joins(demo, "case_manager", case)
    assert len(lines(demo, f"?case={case}", "case_manager")) == 2


def test_a_day_that_is_an_answer_is_told_to_who_may_read_it_there(demo: Demo, case: int) -> None:
    """The psychologist sees plans and no repatriation: the day of the return would be told by the plan due that day."""
    joins(demo, "psychologist", case)
    due(demo, "repatriation.preliminary_plan", case, TODAY)
    due(demo, "detailed_evaluation.plan", case, TODAY)
    assert len(lines(demo, f"?case={case}")) == 2
    assert len(lines(demo, f"?case={case}", "psychologist")) == 1


def test_who_promised_it_is_told_to_who_may_know(demo: Demo, case: int) -> None:
    """The accountant sees no sheet of the intake, nor that an organisation was named in it."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        organisations: Any = demo.repository.record_class("organisation")
        partner = demo.repository.session.scalars(select(organisations.id)).first()
        demo.repository.session.remove()
    due(demo, "responsibility_agreement.obligation", case, TODAY, partner_id=partner)
    assert len(lines(demo, f"?case={case}&partner={partner}")) == 1
    assert lines(demo, f"?case={case}&partner={partner + 1000}") == []
    assert lines(demo, f"?case={case}&partner={partner}", "accountant") == []


def test_nothing_is_cut_without_the_way_to_all(demo: Demo, case: int) -> None:
    for number in range(43):
        due(demo, "case.consent", case, SUNDAY + timedelta(number + 1))
    assert len(lines(demo, f"?case={case}")) == FIRST_LINES
    assert "Toate (43)" in read(demo, f"?case={case}") and "și încă 39" in read(demo, f"?case={case}")
    later = f"?case={case}&state=later"
    assert len(lines(demo, later)) == 20
    assert "Toate (43)" in read(demo, later) and "1–20 din 43" in read(demo, later)
    assert len(lines(demo, f"{later}&page=3")) == 3
    assert len(lines(demo, f"{later}&all=1")) == 43
    assert ">Toate pe o singură pagină, de tipărit</a>" in shown(demo, f"?case={case}")
    whole = f"?case={case}&all=1"
    assert (
        len(lines(demo, whole)) == 43 and "și încă" not in read(demo, whole) and "de tipărit" not in read(demo, whole)
    )


def test_the_only_line_left_stands_where_the_way_to_it_would(demo: Demo, case: int) -> None:
    for number in range(FIRST_LINES + 1):
        due(demo, "case.consent", case, SUNDAY + timedelta(number + 1))
    page = read(demo, f"?case={case}")
    assert len(lines(demo, f"?case={case}")) == FIRST_LINES + 1 and f"Toate ({FIRST_LINES + 1})" not in page


def test_addresses_hold_numbers_and_keys_alone(demo: Demo) -> None:
    addresses = re.findall(r'(?:href|value)="(\?[^"]*)"', shown(demo))
    assert addresses
    assert all(
        re.fullmatch(r"\?(&?(view|day|state|worker|team|case|rule|partner|weight|page|all)=[\w.-]*)*", address)
        for address in addresses
    )


def test_who_looks_after_accounts_learns_of_no_case(demo: Demo) -> None:
    assert demo.browser("administrator").get("/due").status_code == 404
    assert "/due" not in demo.browser("administrator").get("/").text
    assert 'href="/due"' in demo.browser("volunteer").get("/").text
    assert case_of(demo, "DEMO-001") and "DEMO-001" not in demo.browser("data_protection_officer").get("/due").text


def cells(demo: Demo, wishes: str, user: str = "coordinator") -> dict[str, str]:
    """Day → what its cell of the calendar says."""
    found = re.findall(r"<td.*?</td>", shown(demo, wishes, user), flags=re.S)
    said = {re.findall(r'datetime="(.*?)"', cell)[0]: re.sub(r"<[^>]+>", " ", cell) for cell in found}
    return {day: " ".join(cell.split()) for day, cell in said.items()}


def test_a_month_is_a_table_from_monday_to_sunday(demo: Demo, case: int) -> None:
    due(demo, "case.consent", case, TODAY, time="14:30")
    said = cells(demo, f"?view=month&case={case}")
    days = [date.fromisoformat(day) for day in said]
    assert days == [days[0] + timedelta(number) for number in range(len(days))]
    assert days[0].weekday() == 0 and days[-1].weekday() == 6
    assert days[0] <= TODAY.replace(day=1) and {day.month for day in days} >= {TODAY.month}
    told = said.pop(TODAY.isoformat())
    assert "Azi" in told and "Consimțământul" in told and "14:30" in told
    assert not any("Consimțământul" in cell for cell in said.values())
    markup = shown(demo, f"?view=month&case={case}")
    assert re.findall(r'<th scope="col" abbr="(\w+)"', markup)[0] == "luni" and '<th scope="row">' in markup


def test_what_is_late_says_so_in_the_calendar(demo: Demo, case: int) -> None:
    monday = TODAY - timedelta(TODAY.weekday() + 7)
    due(demo, "case.consent", case, monday)
    said = cells(demo, f"?view=week&day={monday}&case={case}")
    assert len(said) == 7 and "depășit cu" in said[monday.isoformat()]


def test_a_full_day_leads_to_all_of_it(demo: Demo, case: int) -> None:
    for _ in range(6):
        due(demo, "case.consent", case, TODAY)
    assert cells(demo, f"?view=month&case={case}")[TODAY.isoformat()].count("Consimțământul") == 4
    told = cells(demo, f"?view=month&case={case}")[TODAY.isoformat()]
    assert "+2" in told and "și încă 2" in told
    assert len(lines(demo, f"?day={TODAY}&case={case}")) == 6


def test_the_calendar_shows_no_case_of_others(demo: Demo, case: int) -> None:
    joins(demo, "case_manager", filed(demo, CASE_FORM, opened_on=TODAY, status="open"))
    before = cells(demo, "?view=month", "case_manager")
    for number in range(9):
        due(demo, "case.consent", case, TODAY + timedelta(number % 2))
    assert cells(demo, "?view=month", "case_manager") == before


def test_the_months_around_are_a_press_away(demo: Demo) -> None:
    assert "?view=month&day=2026-02-01" in shown(demo, "?view=month&day=2026-03-31")
    assert "?view=month&day=2027-01-01" in shown(demo, "?view=month&day=2026-12-15")
    assert "decembrie 2026" in read(demo, "?view=month&day=2026-12-15")
    for day in ("1901-01-01", "2099-12-31", "9999-12-31", "2026-02-30", "x"):
        assert read(demo, f"?view=month&day={day}") and read(demo, f"?view=week&day={day}")


def test_the_coordinator_reads_with_whom_it_is_late(demo: Demo, case: int) -> None:
    manager = user_id(demo, "case_manager")
    for number in (1, 2, 3):
        due(demo, "case.consent", case, TODAY - timedelta(number), user_id=manager)
    due(demo, "case.consent", case, TODAY - timedelta(1), user_id=user_id(demo, "volunteer"))
    bar = r'<li><a href="([^"]*)">([^<]*)</a> <svg.*?width="(\d+)".*?<span class="late">(\d+)'
    bars = re.findall(bar, shown(demo, f"?case={case}"))
    assert [(name, length, count) for _, name, length, count in bars] == [
        ("Teodora Brândușan", "100", "3"),
        ("Mirela Otava", "33", "1"),
    ]
    assert len(lines(demo, bars[0][0])) == 3
    joins(demo, "case_manager", case)
    assert "<svg" not in shown(demo, f"?case={case}", "case_manager")


def test_on_paper_it_says_what_was_asked_for(demo: Demo, case: int) -> None:
    told = re.search(r'<p class="only-printed">(.*?)</p>', shown(demo, f"?case={case}&state=overdue&weight=binding"))
    assert told and re.fullmatch(rf"{TODAY:%d.%m.%Y} · Restante · Caz: \S+ · Caracter: Obligatoriu", told[1])


def test_what_it_is_narrowed_by_stands_beside_the_folded_filters(demo: Demo, case: int) -> None:
    assert "<details" in shown(demo) and "<summary>Filtre</summary>" in shown(demo)
    narrowed = shown(demo, f"?worker={user_id(demo, 'case_manager')}&weight=binding&view=week")
    assert "<summary>Filtre (2): Responsabil: Teodora Brândușan · Caracter: Obligatoriu</summary>" in narrowed
    assert '<a class="list-link" href="?view=week">Șterge filtrele</a>' in narrowed


def test_what_has_no_line_is_still_said_chosen_and_cleared(demo: Demo, case: int) -> None:
    manager = user_id(demo, "volunteer")
    markup = shown(demo, f"?worker={manager}&case={case}&partner=999999&team=999")
    assert re.search(
        r"<summary>Filtre \(4\): Responsabil: [^<]+ · Echipă: 999 · Caz: [^<]+ · Partener: 999999</summary>", markup
    )
    for name, chosen in (("worker", manager), ("case", case), ("partner", 999999), ("team", 999)):
        assert re.search(rf'<select [^>]*name="{name}">[^§]*?<option value="{chosen}" selected>', markup), name
    assert "Niciun termen cu aceste filtre." in markup
    assert markup.count("Șterge filtrele</a>") == 2, "beside the filters, and where the lines would stand"
    assert "Filtre (1): Ce este de făcut: –" in shown(demo, "?rule=no.such")


def test_the_paper_says_which_lines_of_a_long_list_it_holds(demo: Demo, case: int) -> None:
    for _ in range(LINES_ON_PAGE + 1):
        due(demo, "case.consent", case, TODAY)
    told = re.search(r'<p class="only-printed">(.*?)</p>', shown(demo, f"?case={case}&state=today"))
    assert told and told[1].endswith(f" · 1–{LINES_ON_PAGE} din {LINES_ON_PAGE + 1}")


def test_a_cell_tells_case_and_deed_each_on_a_line_and_the_whole_in_its_title(demo: Demo, case: int) -> None:
    due(demo, "case.consent", case, TODAY - timedelta(1), user_id=user_id(demo, "case_manager"))
    cell = re.search(
        r'<li class="is-late" title="([^"]*)"><a [^>]*><span>([^<]*)</span>',
        shown(demo, f"?view=month&day={TODAY - timedelta(1)}&case={case}"),
    )
    assert cell and cell[1].startswith(f"{cell[2]} · Consimțământul")
    assert cell[1].endswith("depășit cu o zi · Teodora Brândușan")


def test_a_task_without_a_case_is_told_once(demo: Demo) -> None:
    told = [line for line in lines(demo, "?rule=office_task.appointment") if "Ședință cu finanțatorul" in line]
    assert len(told) == 1 and told[0].startswith("Sarcină fără caz") and told[0].count("Ședință") == 1


def test_it_says_who_promised_it_to_who_may_know(demo: Demo) -> None:
    """T24: the case manager reminds every institution and person of what they took on."""
    promised = "Lavinia Chertes, asistent social"
    pages = {who: demo.browser(who).get("/due?rule=plan.activity").text for who in ("coordinator", "accountant")}
    told = {who: promised in page for who, page in pages.items()}
    assert told == {"coordinator": True, "accountant": False}
