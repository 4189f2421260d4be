"""The first page: what is to be done today."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from dosar.database.system_tables import draft_table, utc_now
from dosar.language.answers.settling import settle_answers
from dosar.language.form import CASE_FORM
from dosar.pages.home import worklist
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.teams import join_team
from dosar.records.unsaved.drafts import DRAFT_LIFETIME, DraftPlace, discard_draft, keep_draft
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, case_of, filed
from tests.pages.test_team import user_id

LINE = re.compile(r'<li[^>]*><a href="([^"]+)">([^<]+)</a>(?: <span class="entry-note(?: late)?">([^<]+)</span>)?')
DUE = "<h2>Astăzi și săptămâna aceasta"
MISSING = "caz al meu în care lipsește ceva|cazuri ale mele în care lipsește ceva|Un caz al meu"
OTHERS = "Ce au schimbat alții în cazurile mele"


def lines(demo: Demo, user: str, heading: str) -> list[tuple[str, str, str]]:
    """(address, words, note) of a block of the first page."""
    text = demo.browser(user).get("/").text
    blocks = [block for block in re.findall(r"<section.*?</section>", text, re.DOTALL) if re.search(heading, block)]
    return [(url, unescape(label), unescape(note)) for block in blocks for url, label, note in LINE.findall(block)]


def test_what_the_first_page_misses_the_case_misses(demo: Demo) -> None:
    found = lines(demo, "case_manager", MISSING)
    assert found
    for address, _, note in found:
        whole = demo.browser("case_manager").get(address).text
        block = whole.partition("Ce lipsește pentru etapa următoare")[2].partition("</section>")[0]
        missing = [unescape(words) for words in re.findall(r"<li[^>]*>.*?<a [^>]*>([^<]+)<", block, re.DOTALL)]
        more = re.search(r"și încă (\d+)", note)
        assert (note.split(": ", 1)[1].split(" și încă")[0], int(more[1]) if more else 0) == (
            missing[0],
            len(missing) - 1,
        ), address


@pytest.fixture
def visited(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> int:
    """A case the case manager works on, with a visit that promises another one."""
    monkeypatch.setattr(worklist, "MAX_TODO_ENTRIES", 100)  # the days of the demo are all over, sooner or later
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    manager = user_id(demo, "case_manager")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        join_team(
            demo.repository, demo.repository.case(case), manager, "case_manager", Actor(manager, "case_manager", TODAY)
        )
        demo.repository.session.remove()
    filed(demo, "visit_report", case, visit_date=TODAY - timedelta(40), next_visit_on=TODAY - timedelta(2))
    return case


def due_in(demo: Demo, case: int, user: str = "case_manager") -> list[tuple[str, str]]:
    """Visits and reviews of risks that are due in the case, as the first page says."""
    found = lines(demo, user, DUE)
    sheets = {f"/records/{form}/new?case={case}" for form in ("visit_report", "risk_assessment")}
    return [
        (label.rpartition(" · ")[2], note) for url, label, note in found if url in sheets and "includere" not in label
    ]


def test_a_visit_promised_is_due_until_the_next_one(demo: Demo, visited: int) -> None:
    day = TODAY - timedelta(2)
    overdue = [("Vizită", f"{day:%d.%m.%Y} · depășit cu 2 zile")]
    assert due_in(demo, visited) == overdue
    filed(demo, "visit_report", visited, visit_date=TODAY - timedelta(50), next_visit_on=TODAY + timedelta(1))
    assert due_in(demo, visited) == overdue, "an older sheet typed in later promises nothing new"
    filed(demo, "visit_report", visited, visit_date=TODAY, next_visit_on=TODAY + timedelta(1))
    assert due_in(demo, visited)[0][1].endswith("mâine")
    filed(demo, "visit_report", visited, visit_date=TODAY)
    assert due_in(demo, visited) == [], "of two sheets of one day the later one counts; three months are far"


def test_what_is_due_later_waits(demo: Demo, visited: int) -> None:
    filed(demo, "visit_report", visited, visit_date=TODAY, next_visit_on=TODAY + timedelta(15))
    assert due_in(demo, visited) == []
    whole = demo.browser("case_manager").get(f"/cases/{visited}").text
    assert "peste 15 zile" in whole.partition("<h2>Termene</h2>")[2].partition("</section>")[0]


def test_a_case_closed_is_not_assessed_again(demo: Demo, visited: int) -> None:
    filed(demo, "risk_assessment", visited, assessed_on=TODAY - timedelta(90), next_review_on=TODAY)
    assert ("Reevaluarea riscurilor", f"{TODAY:%d.%m.%Y} · astăzi") in due_in(demo, visited)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE), demo.repository.writing():
        demo.repository.case(visited).closed_on = TODAY
    assert [label for label, _ in due_in(demo, visited)] == ["Vizită"]


def test_what_is_due_is_told_to_those_who_work_on_the_case(demo: Demo, visited: int) -> None:
    for user in ("coordinator", "accountant", "volunteer"):
        assert due_in(demo, visited, user) == []


def test_a_case_just_opened_lacks_its_request(demo: Demo) -> None:
    manager = user_id(demo, "case_manager")
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        join_team(
            demo.repository, demo.repository.case(case), manager, "case_manager", Actor(manager, "case_manager", TODAY)
        )
        demo.repository.session.remove()
    notes = [note for url, _, note in lines(demo, "case_manager", MISSING) if url == f"/cases/{case}"]
    assert notes == ["Contactare: Solicitare / referire"]


@pytest.mark.parametrize("user", ["coordinator", "accountant"])
def test_who_works_on_no_case_is_asked_for_nothing(demo: Demo, user: str) -> None:
    assert lines(demo, user, MISSING) == []


def test_a_draft_says_whose_sheet_it_is(demo: Demo) -> None:
    volunteer, case = user_id(demo, "volunteer"), case_of(demo, "DEMO-003")
    begun, corrected = DraftPlace("visit_report", case), DraftPlace("case", record_id=case, step=2)
    visit = filed(demo, "visit_report", case, visit_date=TODAY, attendance="regular")
    places = (begun, corrected, DraftPlace("visit_report", record_id=visit), DraftPlace("visit_report", 99_999))
    with demo.app.app_context():
        for place in places:
            keep_draft(demo.repository, volunteer, place, [("visit_purpose", "Pe jumătate")])
        demo.repository.session.remove()
    drafts = {url: label for url, label, _ in lines(demo, "volunteer", "Ciornele mele")}
    with demo.app.app_context():
        for place in places:
            discard_draft(demo.repository, volunteer, place)
        demo.repository.session.remove()
    assert drafts == {
        f"/records/visit_report/new?case={case}": "DEMO-003 · Raport de vizită (anexa nr. 3)",
        f"/records/case/{case}/edit/2": "DEMO-003 · Dosarul beneficiarului",
        f"/records/visit_report/{visit}/edit": f"DEMO-003 · {TODAY:%d.%m.%Y} · Raport de vizită (anexa nr. 3)",
        "/records/visit_report/new?case=99999": "Raport de vizită (anexa nr. 3)",
    }


def test_a_page_looked_at_before_serves_no_other_worker_and_no_later_day(demo: Demo) -> None:
    manager, place = user_id(demo, "case_manager"), DraftPlace("visit_report", 99_998)
    workers = ("case_manager", "coordinator", "volunteer", "case_manager")
    blocks = (DUE, MISSING, OTHERS, "Ciornele mele", "Dosare modificate recent")
    before = [[lines(demo, worker, block) for block in blocks] for worker in workers]
    assert before[0] == before[3] and before[0] != before[1] != before[2]
    with demo.app.app_context():
        keep_draft(demo.repository, manager, place, [("visit_purpose", "Pe jumătate")])
        demo.repository.session.remove()
    hers = [lines(demo, worker, "Ciornele mele") for worker in workers[:3]]
    with demo.app.app_context():
        with demo.repository.writing():
            old = update(draft_table).where(draft_table.c.user_id == manager, draft_table.c.case_id == 99_998)
            demo.repository.session.execute(old.values(saved_at=utc_now() - DRAFT_LIFETIME - timedelta(1)))
        demo.repository.session.remove()
    after = lines(demo, "case_manager", "Ciornele mele")
    with demo.app.app_context():
        discard_draft(demo.repository, manager, place)
        demo.repository.session.remove()
    assert [len(found) - len(was[3]) for found, was in zip(hers, before, strict=False)] == [1, 0, 0]
    assert after == before[0][3]


def test_what_a_colleague_did_is_told_to_the_others(demo: Demo) -> None:
    case, volunteer = case_of(demo, "DEMO-003"), user_id(demo, "volunteer")
    form = demo.forms["visit_report"]
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        enter_sheet(
            demo.repository, form, settle_answers(form, {"visit_date": TODAY}, TODAY), Actor(volunteer, "", TODAY), case
        )
        demo.repository.session.remove()
    url, label, note = lines(demo, "case_manager", OTHERS)[0]
    assert (url, label) == (f"/cases/{case}", "DEMO-003 · Drăgulin Alesia · Raport de vizită (anexa nr. 3)")
    assert note.startswith("Înregistrat · Mirela Otava · ")
    assert all("Mirela Otava" not in note for _, _, note in lines(demo, "volunteer", OTHERS))


def test_a_volunteer_sees_no_name_of_a_person(demo: Demo) -> None:
    text = demo.browser("volunteer").get("/").text
    assert "DEMO-003" in text
    assert "Drăgulin" not in text


def test_free_beds_and_last_days_are_for_those_who_see_stays(demo: Demo) -> None:
    places = lines(demo, "coordinator", "Locuri și persoane găzduite")
    assert any("libere din" in note for _, _, note in places)
    assert any("ultima zi" in note for _, _, note in places)
    assert lines(demo, "volunteer", "Locuri și persoane găzduite") == []


def test_what_is_overdue_is_never_cut_and_the_rest_is_led_to(demo: Demo) -> None:
    manager = user_id(demo, "case_manager")
    for days in (*range(-9, 0), *[13] * 10):
        case = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
        with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
            join_team(
                demo.repository,
                demo.repository.case(case),
                manager,
                "case_manager",
                Actor(manager, "case_manager", TODAY),
            )
            demo.repository.session.remove()
        filed(demo, "visit_report", case, visit_date=TODAY - timedelta(40), next_visit_on=TODAY + timedelta(days))
    shown = lines(demo, "case_manager", DUE)
    assert len([note for *_, note in shown if "depășit" in note]) >= 9
    all_url, all_label, _ = shown[-1]
    late = "peste 13 zile"
    assert all_label.startswith("Toate (") and sum(late in note for *_, note in shown) < 9
    page = demo.browser("case_manager").get("/").text
    later = re.search(r'<summary>Mai târziu <span class="entry-note">(\d+)<', page)
    assert later and int(later[1]) >= 10, "the heading says how many there are, not how many are told"
    whole = demo.browser("case_manager").get(unescape(all_url)).text
    assert whole.count(late) >= 9 and "Toate (" not in whole


def test_of_what_waits_for_acceptance_none_is_left_out_without_a_word(demo: Demo) -> None:
    volunteer, whole = Actor(user_id(demo, "volunteer"), "volunteer", TODAY, checked=True), demo.forms["visit_report"]
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        for days in range(12):
            typed = dict.fromkeys(whole.questions) | {"visit_date": TODAY - timedelta(days)}
            enter_sheet(demo.repository, whole, settle_answers(whole, typed, TODAY), volunteer, case)
        demo.repository.session.remove()
    *shown, (all_url, all_label, _) = lines(demo, "coordinator", "Fișe de verificat")
    assert len(shown) == 10 and all_label == "Toate (12)"
    everything = demo.browser("coordinator").get(unescape(all_url)).text
    block = everything.partition("Fișe de verificat")[2].partition("</section>")[0]
    assert block.count("<li") == 12 and "Toate (" not in block


def test_the_cards_of_the_first_day_promise_nobody_what_she_never_has(demo: Demo) -> None:
    worker, administrator = (
        [
            unescape(title)
            for title in re.findall(r'<div class="block"><h2>([^<]+)</h2>', demo.browser(user).get("/").text)
        ]
        for user in ("social_worker", "administrator")
    )
    assert worker == ["De unde începeți", "Nimic nu se pierde", "Protejați oamenii"]
    assert administrator == [worker[0], worker[2]]
    assert "ciorn" not in demo.browser("administrator").get("/").text


def test_what_is_nobodys_is_told_to_who_coordinates(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "MAX_TODO_ENTRIES", 1000)
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    filed(demo, "visit_report", case, visit_date=TODAY - timedelta(40), next_visit_on=TODAY - timedelta(2))
    overdue = [("Vizită", f"{TODAY - timedelta(2):%d.%m.%Y} · depășit cu 2 zile")]
    told = {user: due_in(demo, case, user) for user in ("coordinator", "case_manager", "social_worker", "accountant")}
    assert told == {"coordinator": overdue, "case_manager": [], "social_worker": [], "accountant": []}
    assert "<h3>Fără responsabil " in demo.browser("coordinator").get("/").text


def test_who_coordinates_reads_first_with_whom_what_is_overdue(demo: Demo, visited: int) -> None:
    url, label, _ = lines(demo, "coordinator", DUE)[0]
    told = re.match(r"Restante: (\d+) – .*\bTeodora Brândușan (\d+)", label)
    assert told and int(told[1]) >= int(told[2]) > 0 and unescape(url) == "/due?state=overdue&worker=all"
    whole = demo.browser("coordinator").get(unescape(url)).text
    assert re.search(rf'Restante<span class="count late">{told[1]}</span>', whole)
    assert "Restante: " not in demo.browser("case_manager").get("/").text, "who works on her own cases reads her own"
