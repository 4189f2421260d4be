"""A deadline moved, waived or due again: with whom, on which day, and what the history tells of it."""

import re
from datetime import timedelta
from html import unescape

from sqlalchemy import select

from dosar.database.system_tables import deadline_move_table
from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_settling_deadlines import answers, case, deadline_id, due_days, post, task
from tests.pages.test_team import user_id

__all__ = ["case"]
RULE = "case.first_aid"
"""A rule that counts from the case file: what is due is moved beside it."""
LATER = TODAY + timedelta(9)


def shown(demo: Demo, address: str, user: str = "case_manager") -> str:
    return unescape(demo.browser(user).get(address).text)


def waive(demo: Demo, address: str) -> str:
    return post(demo, "case_manager", address, what="waive", reason="Nu mai e nevoie")


def last_move(demo: Demo) -> int:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        query = select(deadline_move_table.c.id).order_by(deadline_move_table.c.id.desc())
        number: int = demo.repository.session.scalar(query)
        demo.repository.session.remove()
    return number


def history(demo: Demo, address: str, user: str = "case_manager") -> str:
    """The newest entry, in words."""
    page = shown(demo, f"{address}/history", user).partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_day_is_moved_with_a_reason_and_the_case_tells_it(demo: Demo, case: int) -> None:
    [day] = due_days(demo, case, RULE)
    address = f"/due/{deadline_id(demo, case, RULE)}/move"
    assert "Mutarea unui termen sau renunțarea la el" in shown(demo, address)
    assert "Scrieți de ce." in post(demo, "case_manager", address, day=f"{LATER:%d.%m.%Y}", reason=" ")
    past = post(demo, "case_manager", address, day=f"{TODAY - timedelta(1):%d.%m.%Y}", reason="E la spital")
    assert "Alegeți o zi care urmează." in past and "E la spital" in past, "nothing typed is lost"
    both = post(demo, "case_manager", address, day=f"{TODAY - timedelta(1):%d.%m.%Y}", reason="")
    assert "Alegeți o zi care urmează." in both and "Scrieți de ce." in both, "all that is wrong is told at once"
    assert "Scrieți" in post(demo, "case_manager", address, day="mâine poate", reason="E la spital")
    same = post(demo, "case_manager", address, day=f"{day:%d.%m.%Y}", reason="E la spital")
    assert "Termenul este deja în acea zi." in same
    never = post(demo, "case_manager", address, day=f"{TODAY:%d.%m}.2072", reason="E la spital")
    assert "nu se amână cu mai mult de doi ani" in never and due_days(demo, case, RULE) == [day]
    led = post(demo, "case_manager", address, day=f"{LATER:%d.%m.%Y}", reason="E la spital")
    assert led == f"/cases/{case}" and due_days(demo, case, RULE) == [LATER]
    page = shown(demo, f"/cases/{case}")
    assert f"Mutat la {LATER:%d.%m.%Y}." in page and f"mutat de la {day:%d.%m.%Y}" in page
    told = history(demo, f"/records/case/{case}")
    assert "E la spital" in told and f"{day:%d.%m.%Y}" in told and f"{LATER:%d.%m.%Y}" in told
    assert "Ajutor umanitar" in told, "which one"
    english = demo.browser("case_manager").get(f"/records/case/{case}/history?lang=en")
    assert english.status_code == 200


def test_an_empty_day_waives_nothing(demo: Demo, case: int) -> None:
    [day] = due_days(demo, case, RULE)
    address = f"/due/{deadline_id(demo, case, RULE)}/move"
    empty = unescape(post(demo, "case_manager", address, what="move", day="", reason="Nu mai e nevoie"))
    assert "Scrieți ziua nouă sau alegeți mai sus" in empty and "Nu mai e nevoie" in empty
    assert 'id="day-problem"' in empty and due_days(demo, case, RULE) == [day]
    neither = unescape(post(demo, "case_manager", address, what="x", day="", reason="Nu mai e nevoie"))
    assert "Alegeți dacă se mută" in neither and due_days(demo, case, RULE) == [day]
    assert waive(demo, address) == f"/cases/{case}" and due_days(demo, case, RULE) == []
    told = history(demo, f"/records/case/{case}")
    assert "S-a renunțat la un termen" in told and f"{day:%d.%m.%Y}" in told


def test_a_move_is_taken_back_with_or_without_a_reason(demo: Demo, case: int) -> None:
    [day] = due_days(demo, case, RULE)
    for reason in ("", "S-a vindecat"):
        moved = f"/due/{deadline_id(demo, case, RULE)}/move"
        post(demo, "case_manager", moved, day=f"{LATER:%d.%m.%Y}", reason="E la spital")
        back = f"/due/{deadline_id(demo, case, RULE)}/back"
        assert back in shown(demo, f"/cases/{case}"), "from the case"
        assert back in shown(demo, f"/due/{deadline_id(demo, case, RULE)}/move"), "and where it is moved again"
        assert f"{day:%d.%m.%Y}" in shown(demo, back), "said before"
        assert post(demo, "case_manager", back, reason=reason) == f"/cases/{case}"
        assert due_days(demo, case, RULE) == [day]
        assert "mutat de la" not in shown(demo, f"/cases/{case}")
        told = history(demo, f"/records/case/{case}").partition("S-a mutat un termen")[0]
        assert reason in told and f"{LATER:%d.%m.%Y}" in told and f"{day:%d.%m.%Y}" in told


def test_what_was_waived_is_due_again_and_overdue_if_its_day_is_over(demo: Demo, case: int) -> None:
    rule, by = "visit_report.next_visit", TODAY - timedelta(120)
    filed(demo, "visit_report", case, visit_date=by)
    [day] = due_days(demo, case, rule)
    assert day < TODAY
    waive(demo, f"/due/{deadline_id(demo, case, rule)}/move")
    assert day not in due_days(demo, case, rule)
    back = re.search(r"/due/waived/\d+/back", shown(demo, f"/cases/{case}"))
    assert back and back[0] == f"/due/waived/{last_move(demo)}/back"
    assert "întârziat imediat" in shown(demo, back[0]), "said before"
    for user in ("volunteer", "psychologist", "administrator", "accountant"):
        assert post(demo, user, back[0]) == "/" and day not in due_days(demo, case, rule)
    assert post(demo, "coordinator", back[0]) == f"/cases/{case}"
    assert due_days(demo, case, rule) == [day]
    assert post(demo, "coordinator", back[0]) == "/", "it keeps nothing from being due any more"


def test_a_waiver_that_changes_nothing_is_not_offered(demo: Demo, case: int) -> None:
    number = task(demo, case)
    waive(demo, f"/due/{deadline_id(demo, case)}/move")
    assert "/due/waived/" in shown(demo, f"/cases/{case}")
    post(demo, "case_manager", f"/records/task/{number}/delete")
    assert "/due/waived/" not in shown(demo, f"/cases/{case}")


def test_a_day_that_stands_on_a_sheet_is_moved_there(demo: Demo, case: int) -> None:
    number = task(demo, case)
    address = f"/due/{deadline_id(demo, case)}/move"
    assert "Această zi este scrisă în fișa" in shown(demo, address) and f"/records/task/{number}" in shown(
        demo, address
    )
    post(demo, "case_manager", address, day=f"{LATER:%d.%m.%Y}", reason="E la spital")
    assert due_days(demo, case) == [LATER] and answers(demo, number)["due_on"] == LATER, "both say the same"
    told = history(demo, f"/records/task/{number}")
    assert "E la spital" in told and f"{TODAY:%d.%m.%Y}" in told and f"{LATER:%d.%m.%Y}" in told
    assert "mutat de la" not in shown(demo, f"/cases/{case}"), "the day is what the sheet says"


def test_the_page_names_what_is_moved_as_the_list_does(demo: Demo, case: int) -> None:
    filed(demo, "data_request", case, received_on=TODAY, kind="correction")
    address = f"/due/{deadline_id(demo, case, 'data_request.answer')}/move"
    assert "Răspuns la o cerere privind datele: Rectificarea datelor (art. 16)" in shown(demo, address)


def test_the_last_day_of_a_stay_is_moved_by_what_it_follows_from(demo: Demo, case: int) -> None:
    rule, days = "stay.last_day", {"longest": 3, "longest_unit": "days"}
    number = filed(demo, "stay", case, phase="phase_2", admitted_on=TODAY, last_day=TODAY + timedelta(3), **days)
    address = f"/due/{deadline_id(demo, case, rule)}/move"
    page = shown(demo, address)
    assert f'href="/records/stay/{number}/edit#last_day"' in page and "rezultă din alte răspunsuri" in page
    assert 'value="move"' not in page and 'name="day"' not in page, "no day beside the sheet"
    tried = post(demo, "case_manager", address, what="move", day=f"{LATER:%d.%m.%Y}", reason="Mai are nevoie")
    assert "Alegeți dacă se mută" in unescape(tried)
    assert due_days(demo, case, rule) == [TODAY + timedelta(3)] == [answers(demo, number, "stay")["last_day"]]
    assert waive(demo, address) == f"/cases/{case}" and due_days(demo, case, rule) == []


def test_one_day_of_a_series_is_moved_alone(demo: Demo, case: int) -> None:
    number = task(demo, case, repeats="weekly")
    address = f"/due/{deadline_id(demo, case)}/move"
    post(demo, "case_manager", address, day=f"{TODAY + timedelta(2):%d.%m.%Y}", reason="E la spital")
    assert answers(demo, number)["due_on"] == TODAY, "the others stay where they are"
    assert due_days(demo, case) == [TODAY + timedelta(2)]
    told = history(demo, f"/records/task/{number}")
    assert "S-a mutat un termen" in told and "Cerere la primărie" in told, "the sheet tells it too"


def test_what_the_sheet_does_not_take_is_said_at_the_day(demo: Demo, case: int) -> None:
    number = filed(demo, "task", case, kind="task", due_on=TODAY)
    address = f"/due/{deadline_id(demo, case)}/move"
    held = unescape(post(demo, "case_manager", address, day=f"{LATER:%d.%m.%Y}", reason="E la spital"))
    assert "Fișa nu primește doar această zi" in held and "E la spital" in held and f"{LATER:%d.%m.%Y}" in held
    assert answers(demo, number)["due_on"] == TODAY, "the sheet lacks its subject"


def test_who_may_not_know_the_rule_reads_neither_the_day_nor_why(demo: Demo, case: int) -> None:
    filed(demo, "data_request", case, received_on=TODAY, kind="access")
    rule = "data_request.answer"
    [day] = due_days(demo, case, rule)
    address = f"/due/{deadline_id(demo, case, rule)}/move"
    assert post(demo, "coordinator", address, what="waive", reason="Un motiv ascuns") == f"/cases/{case}"
    told = history(demo, f"/records/case/{case}", "coordinator")
    assert "Un motiv ascuns" in told and f"{day:%d.%m.%Y}" in told
    told = history(demo, f"/records/case/{case}", "volunteer")
    assert "S-a renunțat la un termen" in told and "Un motiv ascuns" not in told and f"{day:%d.%m.%Y}" not in told


def test_what_is_advice_has_no_limit(demo: Demo, case: int) -> None:
    address, later = f"/due/{deadline_id(demo, case, RULE)}/move", TODAY + timedelta(30)
    assert "obligatoriu:" not in shown(demo, address)
    post(demo, "case_manager", address, day=f"{later:%d.%m.%Y}", reason="Nu e nevoie încă")
    assert f"Mutat la {later:%d.%m.%Y}." in shown(demo, f"/cases/{case}")


def test_what_binds_says_its_limit(demo: Demo, case: int) -> None:
    rule = "visit_report.next_visit"
    filed(demo, "visit_report", case, visit_date=TODAY)
    [limit] = due_days(demo, case, rule)
    address = f"/due/{deadline_id(demo, case, rule)}/move"
    assert f"{limit:%d.%m.%Y}, obligatoriu:" in shown(demo, address)
    later = limit + timedelta(9)
    post(demo, "case_manager", address, day=f"{later:%d.%m.%Y}", reason="E la spital")
    told = f"Mutat la {later:%d.%m.%Y}, după termenul-limită al regulii: {limit:%d.%m.%Y}."
    assert told in shown(demo, f"/cases/{case}")


def test_what_was_waived_stays_so_when_a_case_is_merged_and_comes_back(demo: Demo, case: int) -> None:
    number = task(demo, case)
    kept = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Vechi", first_name="Caz")
    waive(demo, f"/due/{deadline_id(demo, case)}/move")
    actor = Actor(user_id(demo, "coordinator"), "coordinator", TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        one, other = both_cases(demo.repository, kept, case)
        merge_cases(demo.repository, CaseMerge(kept, one.record.version, case, other.record.version), (), actor)
        demo.repository.session.remove()
    assert due_days(demo, kept) == []
    assert "S-a renunțat la un termen" in history(demo, f"/records/task/{number}", "coordinator"), "told by the sheet"
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        unmerge_case(demo.repository, case, actor)
        demo.repository.session.remove()
    assert due_days(demo, kept) == due_days(demo, case) == []
