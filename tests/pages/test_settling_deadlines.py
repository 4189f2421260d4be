"""What somebody makes of a deadline: done in one click, moved or waived with a reason, on the pages where it stands."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from dosar.filing.deadline_done import KeptMeanwhile, do_today, file_done
from dosar.filing.opening.submissions import correction
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.reading import Deadline, find_deadlines
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.teams import join_team
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_team import user_id


@pytest.fixture
def case(demo: Demo) -> int:
    """A case that the case manager leads, and on which the volunteer works."""
    number = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    manager = user_id(demo, "case_manager")
    actor = Actor(manager, "case_manager", TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        for user in ("case_manager", "volunteer"):
            join_team(demo.repository, demo.repository.case(number), user_id(demo, user), user, actor)
        demo.repository.session.remove()
    return number


def task(demo: Demo, case: int, day: date = TODAY, by: str = "case_manager", **answers: object) -> int:
    said = {"kind": "task", "subject": "Cerere la primărie", "due_on": day, "responsible": user_id(demo, by)}
    return filed(demo, "task", case, **{**said, **answers})


def office_task(demo: Demo, whose: str) -> dict[str, object]:
    said = {"kind": "task", "subject": "Cumpărături", "due_on": TODAY - timedelta(1)}
    return {**said, "responsible": user_id(demo, whose)}


def office_due(demo: Demo, number: int) -> list[Deadline]:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = find_deadlines(demo.repository, DeadlineFilter(rules=("office_task.task",)))
        demo.repository.session.remove()
    return [each for each in found if each.record_id == number]


def due_days(demo: Demo, case: int, rule: str = "task.task") -> list[date]:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = find_deadlines(demo.repository, DeadlineFilter(cases=(case,), rules=(rule,)))
        demo.repository.session.remove()
    return [each.day for each in found]


def deadline_id(demo: Demo, case: int, rule: str = "task.task") -> int:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = find_deadlines(demo.repository, DeadlineFilter(cases=(case,), rules=(rule,)))
        demo.repository.session.remove()
    return found[0].id


def post(demo: Demo, user: str, address: str, **boxes: str) -> str:
    """Where it leads; the page itself where it stays."""
    browser = demo.browser(user)
    answer = browser.post(address, data={"csrf_token": token_on(browser.get("/profile").text), **boxes})
    return str(answer.location or answer.text)


def answers(demo: Demo, record: int, form: str = "task") -> dict[str, object]:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = open_sheet(demo.repository, form, record).answers
        demo.repository.session.remove()
    return found


def test_a_task_is_done_in_one_click_and_its_sheet_says_when(demo: Demo, case: int) -> None:
    number = task(demo, case)
    home = demo.browser("case_manager").get("/").text
    line = next(found for found in re.findall(r"<li[^>]*>.*?</li>", home, re.DOTALL) if "Cerere la primărie" in found)
    address = re.search(r'action="(/due/\d+/done)"', line)
    assert address and "Îndeplinit astăzi" in line and "astăzi" in line
    post(demo, "case_manager", address[1])
    assert answers(demo, number)["done_on"] == TODAY and due_days(demo, case) == []
    home = unescape(demo.browser("case_manager").get("/").text)
    assert f"Îndeplinit la {TODAY:%d.%m.%Y}: “Sarcină: Cerere la primărie · D-" in home.replace("„", "“"), "which one"
    assert "Caz Nou" not in home.partition("Sarcină: Cerere la primărie")[0], "by no name"
    again = demo.browser("case_manager").get("/").text
    assert "Cerere la primărie" not in again.partition("Ce au schimbat")[0]
    post(demo, "case_manager", address[1])
    assert "Termenul nu mai este valabil" in demo.browser("case_manager").get("/").text


def test_what_a_volunteer_did_stays_due_until_it_is_accepted(demo: Demo, case: int) -> None:
    number, rule = filed(demo, "office_task", **office_task(demo, "volunteer")), "office_task.task"
    [held] = office_due(demo, number)
    post(demo, "volunteer", f"/due/{held.id}/done")
    assert "Așteaptă acceptarea; până atunci termenul rămâne." in unescape(demo.browser("volunteer").get("/").text)
    assert [(each.day, each.waits) for each in office_due(demo, number)] == [(TODAY - timedelta(1), True)]
    assert "așteaptă acceptarea" in row_of(demo, "coordinator", f"/due?rule={rule}", "Cumpărături")
    post(demo, "coordinator", f"/records/office_task/{number}/return", reason="Nu este făcut.")
    assert [each.waits for each in office_due(demo, number)] == [False], "it is due again, and late"
    [held] = office_due(demo, number)
    led, sheet = post(demo, "coordinator", f"/due/{held.id}/done"), f"/records/office_task/{number}"
    assert led == sheet and "Fișa așteaptă acceptarea: priviți-o" in unescape(demo.browser("coordinator").get(led).text)
    wanted = {"what": "move", "day": f"{TODAY + timedelta(3):%d.%m.%Y}", "reason": "E închis"}
    refused = unescape(post(demo, "coordinator", f"/due/{held.id}/move", **wanted))
    assert "s-ar accepta tot ce scrie acolo" in refused and "E închis" in refused
    assert answers(demo, number, "office_task")["due_on"] == TODAY - timedelta(1)
    assert [each.waits for each in office_due(demo, number)] == [False], "neither has accepted it"
    post(demo, "coordinator", f"/records/office_task/{number}/accept")
    assert office_due(demo, number) == []


def test_of_no_case_is_moved_what_is_hers_or_by_who_coordinates(demo: Demo) -> None:
    later, moved = f"{TODAY + timedelta(3):%d.%m.%Y}", {}
    for whose in ("coordinator", "volunteer", "case_manager"):
        for who in ("volunteer", "case_manager", "coordinator"):
            number = filed(demo, "office_task", **office_task(demo, whose))
            [held] = office_due(demo, number)
            shown = f"/due/{held.id}/move" in demo.browser(who).get("/due?rule=office_task.task&all=1").text
            post(demo, who, f"/due/{held.id}/move", day=later, reason="E la spital")
            [now] = office_due(demo, number)
            moved[whose, who] = (shown, now.day == TODAY + timedelta(3))
    assert {place for place, found in moved.items() if True in found} == {
        ("coordinator", "coordinator"),
        ("volunteer", "coordinator"),
        ("case_manager", "coordinator"),
        ("case_manager", "case_manager"),
    }
    assert all(shown == done for shown, done in moved.values()), "what is shown is what may be done"


def test_what_was_waived_of_no_case_is_found_and_due_again(demo: Demo) -> None:
    number = filed(demo, "office_task", **office_task(demo, "volunteer"))
    [held] = office_due(demo, number)
    assert post(demo, "coordinator", f"/due/{held.id}/move", what="waive", reason="E închis") == "/"
    assert office_due(demo, number) == []
    assert "/due/waived" in demo.browser("coordinator").get("/due").text
    told = row_of(demo, "coordinator", "/due/waived", "Cumpărături")
    [back] = re.findall(r'href="(/due/waived/\d+/back[^"]*)"', told)
    assert back.endswith("next=%2Fdue%2Fwaived") and f"{TODAY - timedelta(1):%d.%m.%Y}" in told
    assert "Cumpărături" in demo.browser("volunteer").get("/due/waived").text, "whose it is reads it, too"
    assert back not in demo.browser("volunteer").get("/due/waived").text
    assert post(demo, "coordinator", unescape(back)) == "/due/waived"
    assert [each.day for each in office_due(demo, number)] == [TODAY - timedelta(1)]
    assert "Cumpărături" not in demo.browser("coordinator").get("/due/waived").text


def test_of_two_who_say_at_once_that_it_is_done_one_hears_that_it_is(demo: Demo, case: int) -> None:
    number = task(demo, case)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        repository = demo.repository
        held = find_deadlines(repository, DeadlineFilter(cases=(case,), rules=("task.task",)))[0]
        reading = ReadingContext("ro", TODAY)
        actor = Actor(user_id(demo, "case_manager"), "case_manager", TODAY)
        slower = correction(repository, "task", number, actor, reading)
        version = open_sheet(repository, "task", number).record.version
        forms = repository.forms
        repository.session.expunge_all()
        assert do_today(repository, held, actor, reading, forms), "it counts"
        assert slower.record is not None and slower.record.version == version
        with pytest.raises(KeptMeanwhile):
            file_done(repository, slower, held)
        repository.session.remove()
    assert answers(demo, number)["done_on"] == TODAY


def test_a_repeated_task_comes_again(demo: Demo, case: int) -> None:
    task(demo, case, repeats="weekly")
    post(demo, "case_manager", f"/due/{deadline_id(demo, case)}/done")
    assert due_days(demo, case) == [TODAY + timedelta(7)]


def test_what_is_done_some_days_early_is_done(demo: Demo, case: int) -> None:
    task(demo, case, TODAY + timedelta(2), repeats="weekly")
    post(demo, "case_manager", f"/due/{deadline_id(demo, case)}/done")
    assert due_days(demo, case) == [TODAY + timedelta(9)]


def test_what_is_done_soon_after_the_last_time_stays_due_and_says_so(demo: Demo, case: int) -> None:
    task(demo, case, TODAY - timedelta(2), repeats="weekly", done_on=TODAY - timedelta(2))
    post(demo, "case_manager", f"/due/{deadline_id(demo, case)}/done")
    assert due_days(demo, case) == [TODAY + timedelta(5)]
    told = unescape(demo.browser("case_manager").get("/").text)
    assert f"Rămâne de făcut la {TODAY + timedelta(5):%d.%m.%Y}" in told


def test_what_needs_a_sheet_is_not_done_by_a_click(demo: Demo, case: int) -> None:
    rule = "case.risk_at_inclusion"
    led = post(demo, "case_manager", f"/due/{deadline_id(demo, case, rule)}/done")
    assert led == f"/records/risk_assessment/new?case={case}" and due_days(demo, case, rule)


def row_of(demo: Demo, user: str, address: str, words: str) -> str:
    """The line of the list that says so."""
    page = unescape(demo.browser(user).get(address).text)
    found = re.findall(r"<tr id=[^>]*><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    return next(line for line in found if words in line)


def test_it_is_done_and_moved_from_the_list_and_leads_back_to_it(demo: Demo, case: int) -> None:
    number, here = task(demo, case), f"/due?state=today&case={case}&rule=task.task"
    line = row_of(demo, "case_manager", here, "Cerere la primărie")
    back, done = re.search(r'name="next" value="([^"]*)"', line), re.search(r'action="([^"]*/done)"', line)
    moved = re.search(r'href="(/due/\d+/move[^"]*)"', line)
    assert back and done and moved and back[1] == here
    later = TODAY + timedelta(1)
    assert f'href="{here}"' in unescape(demo.browser("case_manager").get(moved[1]).text), "where Cancel leads"
    assert post(demo, "case_manager", moved[1], day=f"{later:%d.%m.%Y}", reason="E la spital") == here
    assert post(demo, "case_manager", f"/due/{deadline_id(demo, case)}/done", next=here) == here
    assert answers(demo, number)["done_on"] == TODAY


def test_the_list_offers_what_she_may_do(demo: Demo, case: int) -> None:
    task(demo, case)
    here = f"/due?case={case}&rule=task.task"
    offered = {
        user: ["/done" in line, "/move" in line]
        for user in ("coordinator", "case_manager", "volunteer")
        for line in [row_of(demo, user, here, "Cerere la primărie")]
    }
    assert offered == {"coordinator": [True, True], "case_manager": [True, True], "volunteer": [True, False]}


def test_a_sheet_begun_from_the_list_leads_back_to_it(demo: Demo, case: int) -> None:
    here = f"/due?case={case}&rule=case.first_aid"
    begun = re.search(r'<td><a href="([^"]*)"', row_of(demo, "case_manager", here, "Ajutor umanitar"))
    assert begun and begun[1].startswith(f"/records/humanitarian_aid/new?case={case}&next=")
    page = unescape(demo.browser("case_manager").get(begun[1]).text)
    assert f'<input type="hidden" name="next" value="{here}">' in page
    assert f'<a class="btn btn-quiet" href="{here}">' in page, "where Cancel leads"
    elsewhere = demo.browser("case_manager").get(f"/records/task/new?case={case}&next=//elsewhere.example/").text
    assert "elsewhere.example" not in elsewhere.partition("<main")[2]
    browser = demo.browser("case_manager")
    new = browser.get(f"/records/task/new?case={case}&next=%2Fdue%3Fview%3Dweek").text
    boxes = {"csrf_token": token_on(new), "next": "/due?view=week", "kind": "task", "subject": "Telefon"}
    boxes["responsible"] = str(user_id(demo, "case_manager"))
    day = f"{TODAY:%d.%m.%Y}"
    once = re.search(r'name="_once" value="([^"]*)"', new)
    assert once
    saved = browser.post(f"/records/task/new?case={case}", data={**boxes, "_once": once[1], "due_on": day})
    assert saved.location == "/due?view=week"


def test_nobody_does_or_moves_what_is_not_within_her_reach(demo: Demo, case: int) -> None:
    number = task(demo, case)
    address = f"/due/{deadline_id(demo, case)}"
    for user in ("administrator", "psychologist", "accountant", "data_protection_officer"):
        assert post(demo, user, f"{address}/done") == "/"
        assert post(demo, user, f"{address}/move", what="waive", reason="De ce nu") == "/"
        assert demo.browser(user).get(f"{address}/move").location == "/"
    assert post(demo, "volunteer", f"{address}/move", what="waive", reason="De ce nu") == "/", "she leads no case"
    assert due_days(demo, case) == [TODAY] and answers(demo, number)["done_on"] is None


def test_the_case_says_by_which_rule(demo: Demo, case: int) -> None:
    filed(demo, "visit_report", case, visit_date=TODAY - timedelta(30))
    task(demo, case)
    block = demo.browser("case_manager").get(f"/cases/{case}").text.partition("<h2>Termene</h2>")[2]
    block = unescape(block.partition("</section>")[0])
    assert f"3 luni după „Data vizitei”, {TODAY - timedelta(30):%d.%m.%Y}" in block
    assert "Sarcină" in block and "„La data de”" not in block, "a task says what and when by itself"
    assert f'href="/due?case={case}"' in block, "the list and the calendar of the case are a press away"


def test_a_provider_who_does_not_answer_in_time_is_late(demo: Demo, case: int) -> None:
    consent = {"informed_on": TODAY - timedelta(9), "consent_on": TODAY - timedelta(9), "consent_assistance": True}
    filed(demo, "intake", case, **consent)
    clinic = filed(demo, "organisation", name="Clinica Răspuns", kind="institution")
    agreed = {"provider": clinic, "service": "medical", "valid_from": TODAY - timedelta(99)}
    agreement = filed(demo, "service_agreement", **agreed, response_hours=48)
    asked = {"requested_on": TODAY - timedelta(3), "provider": clinic, "agreement": agreement, "service": "medical"}
    request = filed(demo, "service_request", case, **asked)
    rule = "service_request.response"
    assert due_days(demo, case, rule) == [TODAY - timedelta(1)]
    shown = unescape(demo.browser("case_manager").get(f"/due?state=late&case={case}").text)
    assert "Răspunsul furnizorului la o solicitare" in shown and "Clinica Răspuns" in shown
    assert "în termenul din „Timp maxim de răspuns (ore)”" in shown
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        form = demo.repository.forms["service_agreement"]
        actor = Actor(user_id(demo, "coordinator"), "coordinator", TODAY)
        held = open_sheet(demo.repository, "service_agreement", agreement)
        longer = {**held.answers, "response_hours": 96}
        correct_sheet(demo.repository, form, agreement, held.record.version, longer, actor)
        demo.repository.session.remove()
    assert due_days(demo, case, rule) == [TODAY + timedelta(1)], "the agreement is another one now"
    led = post(demo, "case_manager", f"/due/{deadline_id(demo, case, rule)}/done")
    assert led == "/" and due_days(demo, case, rule) == []
    assert answers(demo, request, "service_request")["answered_on"] == TODAY


def test_who_does_not_see_the_sheet_is_told_of_none(demo: Demo, case: int) -> None:
    filed(demo, "data_request", case, received_on=TODAY, kind="access")
    assert "Răspuns la o cerere" in demo.browser("coordinator").get(f"/cases/{case}").text
    assert "Răspuns la o cerere" not in demo.browser("volunteer").get(f"/cases/{case}").text


def test_what_was_done_rests_while_a_change_waits(demo: Demo, case: int) -> None:
    done = filed(demo, "office_task", **office_task(demo, "volunteer"), done_on=TODAY)
    assert office_due(demo, done) == []
    corrected(demo, "volunteer", "office_task", done, subject="Cumpărături mari")
    assert office_due(demo, done) == [], "what was accepted holds"
    corrected(demo, "volunteer", "office_task", done, done_on=None)
    assert office_due(demo, done) == [], "of several changes too"
    post(demo, "coordinator", f"/records/office_task/{done}/return", reason="De ce?")
    assert office_due(demo, done) == []
    post(demo, "coordinator", f"/records/office_task/{done}/accept")
    assert [each.waits for each in office_due(demo, done)] == [False], "now it is not done"
    corrected(demo, "volunteer", "office_task", done, done_on=TODAY)
    assert [each.waits for each in office_due(demo, done)] == [True]
    never = filed_by(demo, "volunteer", **office_task(demo, "volunteer"), done_on=TODAY)
    corrected(demo, "volunteer", "office_task", never, subject="Altele")
    assert [each.waits for each in office_due(demo, never)] == [True], "what nobody accepted ends nothing"


def corrected(demo: Demo, user: str, form: str, number: int, **said: object) -> None:
    """What somebody corrects whose sheets wait for acceptance, if she is a volunteer."""
    actor = Actor(user_id(demo, user), user, TODAY, checked=user == "volunteer")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        version = demo.repository.find(form, number).version
        correct_sheet(demo.repository, demo.repository.forms[form], number, version, said, actor)
        demo.repository.session.remove()


def filed_by(demo: Demo, user: str, **said: object) -> int:
    actor = Actor(user_id(demo, user), user, TODAY, checked=True)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = enter_sheet(demo.repository, demo.repository.forms["office_task"], said, actor)
        demo.repository.session.remove()
    return number
