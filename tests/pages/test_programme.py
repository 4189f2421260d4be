"""The overview of the residential programme: free beds, last days, agreements; hours in quarters."""

import re
from datetime import timedelta
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.days import today_here
from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import consented, filed
from tests.pages.test_duplicates import boxes_on

TODAY = today_here()


def overview(demo: Demo, user: str = "coordinator", address: str = "/programme") -> str:
    answer = demo.browser(user).get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text[answer.text.index("<main") :]).split())


def post(browser: FlaskClient, address: str, **boxes: str) -> TestResponse:
    return browser.post(address, data={"csrf_token": token_on(browser.get("/profile").text), **boxes})


def facility(demo: Demo, name: str) -> int:
    rooms = [{"id": None, "room": "Camera 1", "beds": 2}]
    return filed(demo, "facility", name=name, phase="centre", rooms=rooms)


def test_a_bed_is_taken_from_check_in_to_check_out(demo: Demo) -> None:
    place = facility(demo, "Centrul Teiul")
    assert "Centrul Teiul ocupate: 0 din 2" in overview(demo)
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY - timedelta(9))
    assert "Centrul Teiul ocupate: 1 din 2" in overview(demo)
    filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY - timedelta(99), left_on=TODAY)
    filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY + timedelta(5))
    assert "Centrul Teiul ocupate: 1 din 2" in overview(demo)


def test_a_bed_of_somebody_elses_case_is_taken_and_says_no_more(demo: Demo) -> None:
    """Whether there is a bed, and not how many people stay: one who stays in no case of hers must not be counted."""
    place = facility(demo, "Centrul Plopul")
    free = overview(demo, "social_worker")
    assert "Centrul Plopul paturi libere" in free
    case = filed(demo, CASE_FORM, code="D-2026-9901", opened_on=TODAY, status="open")
    filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY)
    said = overview(demo, "social_worker")
    assert said == free and "D-2026-9901" not in said and "ocupate:" not in said
    assert "Centrul Plopul ocupate: 1 din 2" in overview(demo)
    filed(demo, "stay", case, facility=place, phase="phase_1", admitted_on=TODAY)
    assert "Centrul Plopul niciun pat liber" in overview(demo, "social_worker")
    assert "D-2026-9901" in overview(demo)


def test_the_last_day_follows_from_the_limit_of_the_phase(demo: Demo) -> None:
    place = facility(demo, "Centrul Fagul")
    case = filed(demo, CASE_FORM, code="D-2026-9902", opened_on=TODAY, status="open")
    limit = {"longest": 10, "longest_unit": "days"}
    filed(demo, "stay", case, facility=place, phase="phase_1", admitted_on=TODAY - timedelta(12), **limit)
    assert re.search(r"D-2026-9902 Faza 1 .*? 2 zile peste limită", overview(demo))


def test_an_extension_tells_who_approved_it(demo: Demo) -> None:
    said = overview(demo)
    assert re.search(r"DEMO-008 Faza 1 .*? 2 zile peste limită până la .*?, cu aprobarea: Anca Vornicescu", said)


def test_people_are_named_by_the_code_of_their_case(demo: Demo) -> None:
    assert "Tomuleț" not in overview(demo) and "DEMO-007" in overview(demo)


def test_what_was_promised_stands_beside_what_was_delivered(demo: Demo) -> None:
    assert "Clinica Sfântul Nicolae (fictivă) Asistență medicală 60 3 3,25 31.12.2026" in overview(demo)


def test_what_was_delivered_in_cases_of_others_is_not_counted(demo: Demo) -> None:
    """An hour of service in a case of somebody else changes nothing on the page."""
    before, whole = overview(demo, "social_worker"), overview(demo)
    assert "din cazurile dumneavoastră" in before
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        agreements = demo.repository.record_class("service_agreement")
        agreement = demo.repository.session.scalars(select(agreements)).first()
        under = {"provider": agreement.provider, "agreement": agreement.id}
        demo.repository.session.remove()
    filed(demo, "service_log", case, given_on=TODAY, service="social", hours=Decimal(2), **under)
    assert overview(demo, "social_worker") == before and overview(demo) != whole


def test_who_may_see_no_stays_finds_no_overview(demo: Demo) -> None:
    browser = demo.browser("accountant")
    assert browser.get("/programme").status_code == 404
    assert "/programme" not in browser.get("/").text
    assert "/programme" in demo.browser("social_worker").get("/").text


def test_hours_are_written_in_quarters(demo: Demo) -> None:
    browser, address = demo.browser("coordinator"), "/records/service_log/new?case=1"
    sheet = look(browser, address).boxes.to_dict()
    for hours, status in (("0,3", 422), ("0,75", 303)):
        answer = browser.post(
            address,
            data={
                **sheet,
                "given_on": "03.02.2026",
                "service": "social",
                "hours": hours,
                "_confirmed": "1",
            },
        )
        assert answer.status_code == status


def test_a_stay_keeps_the_name_of_a_deleted_facility(demo: Demo) -> None:
    place = facility(demo, "Centrul Arinul")
    filed(demo, "stay", filed(demo, CASE_FORM, opened_on=TODAY, status="open"), facility=place, admitted_on=TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        by = Actor(None, "", TODAY, roles=frozenset({"coordinator"}))
        delete_sheet(demo.repository, demo.forms["facility"], place, by, "Se închide", overbooks=True)
        demo.repository.session.remove()
    assert "Centrul Arinul (șters)" in overview(demo) and "Centrul Arinul ocupate" not in overview(demo)


def test_one_person_too_many_is_placed_with_a_reason_by_who_may(demo: Demo) -> None:
    place, browser = facility(demo, "Centrul Salcâmul"), demo.browser("coordinator")
    for _ in range(2):
        case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
        filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY)
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    consented(demo, case)
    address = f"/records/stay/new?case={case}"
    wanted = {"facility": str(place), "phase": "centre", "admitted_on": f"{TODAY:%d.%m.%Y}", "_confirmed": "1"}
    sheet = look(browser, address).boxes.to_dict() | wanted
    refused = browser.post(address, data=sheet)
    assert refused.status_code == 422 and "Toate paturile acestui loc sunt ocupate" in refused.text
    [tick, box] = re.findall(r'<input[^>]* name="_(?:confirmed|reason)"[^>]*>', refused.text)
    assert " checked" in tick and 'aria-required="true" aria-invalid="true"' in box, "she has ticked, and not said why"
    assert "Scrieți de ce este corect: fără motiv nu se salvează." in refused.text
    untold = browser.post(address, data={**sheet, "_reason": "Nu avea unde dormi", "_confirmed": ""}).text
    assert 'name="_reason" value="Nu avea unde dormi"' in untold and "fără motiv nu se salvează" not in untold
    assert browser.post(address, data={**sheet, "_reason": "Nu avea unde dormi"}).status_code == 303
    assert "Centrul Salcâmul ocupate: 3 din 2" in overview(demo)


def test_a_case_comes_back_with_its_stay_to_a_taken_bed_once_somebody_says_why(demo: Demo) -> None:
    """Said with the place and the day, asked why, and the plan shows one too many; a stay by itself the same."""
    place, browser = facility(demo, "Centrul Arțarul"), demo.browser("coordinator")
    cases = [filed(demo, CASE_FORM, opened_on=TODAY, status="open") for _ in range(3)]
    for case in cases:
        consented(demo, case)
    stays = [filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY) for case in cases[:2]]
    for address in (f"/records/case/{cases[0]}", f"/records/stay/{stays[1]}"):
        post(browser, f"{address}/delete", _confirmed="1")
        other = filed(demo, "stay", cases[2], facility=place, phase="centre", admitted_on=TODAY)
        refused = post(browser, f"{address}/restore")
        assert refused.status_code == 422
        assert f"„Centrul Arțarul” nu are niciun pat liber la {TODAY:%d.%m.%Y}" in refused.text
        assert "Scrieți de ce se cazează" in post(browser, f"{address}/restore", reason="").text
        back = post(browser, f"{address}/restore", reason="Ștearsă din greșeală")
        assert back.status_code == 303
        assert "Ștearsă din greșeală" in browser.get(f"{address}/history").text
        assert "Centrul Arțarul ocupate: 3 din 2" in overview(demo)
        post(browser, f"/records/stay/{other}/delete", _confirmed="1")


def test_a_place_loses_a_bed_in_which_somebody_sleeps_with_a_reason(demo: Demo) -> None:
    """The capacity follows from the rooms: it is told there."""
    place, browser = facility(demo, "Centrul Stejarul"), demo.browser("coordinator")
    for _ in range(2):
        case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
        filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY)
    address = f"/records/facility/{place}/edit"
    fewer = look(browser, address).boxes.to_dict() | {"rooms.0.beds": "1", "_confirmed": "1"}
    refused = browser.post(address, data=fewer)
    assert refused.status_code == 422 and "mai multe persoane decât paturi ar avea locul" in refused.text
    assert 'href="#rooms' in refused.text and 'name="_reason"' in refused.text
    assert browser.post(address, data={**fewer, "_reason": "Un pat s-a rupt"}).status_code == 303
    assert "Centrul Stejarul ocupate: 2 din 1" in overview(demo)
    assert "(unul în plus)" in plan(demo)


def test_a_place_in_which_somebody_stays_is_deleted_with_a_reason(demo: Demo) -> None:
    """In the words of a place that loses its beds; the same for what one entered oneself a moment ago."""
    place, browser = facility(demo, "Centrul Plopul"), demo.browser("coordinator")
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    stay = filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY)
    address = f"/records/facility/{place}"
    manager = demo.browser("case_manager")
    assert post(manager, f"{address}/delete", _confirmed="1").status_code == 303
    told = manager.get(address).text
    assert "persoane din cazuri care nu sunt ale dumneavoastră" in told and "Lăsați paturile cum erau" in told
    assert f"{TODAY:%d.%m.%Y}, mai multe" not in told and "Mutați mai întâi" not in told
    refused = post(browser, f"{address}/delete", _confirmed="1")
    assert refused.status_code == 422 and "mai multe persoane decât paturi ar avea locul" in refused.text
    untold = post(browser, f"{address}/delete", _confirmed="1", reason=" ")
    assert untold.status_code == 422 and "Scrieți de ce se șterge, deși acolo sunt cazate persoane" in untold.text
    assert 'name="_confirmed" value="1"' in untold.text
    assert post(browser, f"{address}/delete", _confirmed="1", reason="Se închide").status_code == 303
    assert "Se închide" in browser.get(f"{address}/history").text
    post(browser, f"/records/stay/{stay}/delete", _confirmed="1")
    homeless = post(browser, f"/records/stay/{stay}/restore")
    assert homeless.status_code == 422
    assert re.search(rf"„Centrul Plopul[^”]*” nu are niciun pat liber la {TODAY:%d.%m.%Y}", homeless.text)


def test_a_merge_says_that_one_person_would_be_in_two_places(demo: Demo) -> None:
    place, browser = facility(demo, "Centrul Ulmul"), demo.browser("coordinator")
    kept, going = (filed(demo, CASE_FORM, code=f"D-2026-88{number}", opened_on=TODAY) for number in (1, 2))
    filed(demo, "stay", kept, facility=place, phase="centre", admitted_on=TODAY)
    address = f"/cases/{kept}/merge/{going}"
    assert "cazată în aceleași zile" not in browser.get(address).text
    seen = boxes_on(browser.get(address).text)
    filed(demo, "stay", going, facility=place, phase="centre", admitted_on=TODAY - timedelta(3))
    untold = browser.post(address, data={**seen, "reason": "Același buletin"})
    assert untold.status_code == 422 and f"cazată în aceleași zile: din {TODAY:%d.%m.%Y}" in untold.text
    told = boxes_on(browser.get(address).text)
    assert browser.post(address, data={**told, "reason": "Același buletin"}).status_code == 303
    assert plan(demo).count("în două locuri deodată") >= 2


def plan(demo: Demo, user: str = "coordinator", since: str = "") -> str:
    return overview(demo, user, f"/programme/beds?from={since}")


def test_the_plan_has_a_bar_for_each_stay_with_its_last_day(demo: Demo) -> None:
    place = facility(demo, "Centrul Cireșul")
    here, coming, gone = (filed(demo, CASE_FORM, code=f"D-2026-77{number}", opened_on=TODAY) for number in (1, 2, 3))
    limit = {"phase": "centre", "longest": 3, "longest_unit": "months"}
    filed(demo, "stay", here, facility=place, admitted_on=TODAY - timedelta(20), **limit)
    filed(demo, "stay", coming, facility=place, admitted_on=TODAY + timedelta(8), **limit)
    filed(
        demo, "stay", gone, facility=place, admitted_on=TODAY - timedelta(200), left_on=TODAY - timedelta(20), **limit
    )
    shown = demo.browser("coordinator").get("/programme/beds").text
    assert re.search(r'aria-label="D-2026-771 · [\d.]+, găzduire în curs \([\d.]+ – [\d.]+\)"', shown)
    assert re.search(r'plan-reserved[^>]*aria-label="D-2026-772 · [\d.]+, rezervat \([\d.]+ – [\d.]+\)"', shown)
    assert "D-2026-773" not in shown and "D-2026-773" in plan(demo, since=f"{TODAY - timedelta(100)}")
    told = "Scrieți cine a participat astăzi"
    beds = rf"Centrul Cireșul Centru {told} patul 1 D-2026-771 · [\d.]+ patul 2 D-2026-772 · [\d.]+ libere 1 1 [01] 0 "
    assert re.search(beds, plan(demo))


def test_the_plan_keeps_the_bed_of_who_is_past_her_last_day(demo: Demo) -> None:
    """Her bar ends today, and nobody else is drawn in her bed: who comes later is one too many until she has left."""
    place = facility(demo, "Centrul Socul")
    over, here, coming = (filed(demo, CASE_FORM, code=f"D-2026-75{number}", opened_on=TODAY) for number in (1, 2, 3))
    limit = {"phase": "centre", "longest": 10, "longest_unit": "days"}
    stay = filed(demo, "stay", over, facility=place, admitted_on=TODAY - timedelta(20), **limit)
    filed(demo, "stay", here, facility=place, phase="centre", admitted_on=TODAY)
    filed(demo, "stay", coming, facility=place, phase="centre", admitted_on=TODAY + timedelta(8))
    shown = plan(demo)
    block = shown[shown.index("Centrul Socul") :]
    beds = r".*?patul 1 (D-2026-751 · [\d.]+ )+patul 2 (D-2026-752[^D]*)+patul 3 \(unul în plus\) D-2026-753"
    assert re.match(beds, block)
    free = block[block.index("libere ") :]
    assert re.match(r"libere [01] 0 (0|−1 unul în plus) −1 unul în plus −1 unul în plus", free)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        by = Actor(None, "", TODAY)
        delete_sheet(demo.repository, demo.forms["stay"], stay, by)
        demo.repository.session.remove()
    assert "în plus" not in (rest := plan(demo))[rest.index("Centrul Socul") :].split("libere")[0]


def test_a_stay_begun_from_the_plan_has_place_phase_and_day_and_asks_for_the_case(demo: Demo) -> None:
    """The search for the case keeps them; a place that is not there, or no day, is not typed."""
    place, case = facility(demo, "Centrul Artarul"), filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    browser, begun = demo.browser("case_manager"), f"/records/stay/new?place={place}&on=2026-12-07"
    asked = browser.get(begun)
    assert asked.status_code == 200 and f'action="{begun.replace("&", "&amp;")}"' in asked.text
    coordinator = demo.browser("coordinator")
    boxes = look(coordinator, f"{begun}&case={case}").boxes
    assert (boxes["facility"], boxes["phase"], boxes["admitted_on"]) == (str(place), "centre", "07.12.2026")
    for wrong in (f"place=98765&on=2026-13-77&case={case}", f"place=x&on=&case={case}"):
        boxes = look(coordinator, f"/records/stay/new?{wrong}").boxes
        assert not boxes.get("facility") and not boxes["admitted_on"]


def test_the_months_tell_how_full_a_place_was(demo: Demo) -> None:
    place, first = facility(demo, "Centrul Nucul"), TODAY.replace(day=1)
    before = (first - timedelta(1)).replace(day=1)
    case = filed(demo, CASE_FORM, opened_on=TODAY)
    filed(demo, "stay", case, facility=place, phase="centre", admitted_on=before, left_on=first)
    nights = (first - before).days
    assert f"50% ({nights} din {2 * nights} de nopți)" in plan(demo)


def test_the_plan_tells_of_cases_of_others_whether_a_bed_is_free(demo: Demo) -> None:
    """Neither who lies there, nor from when until when, nor how many."""
    place = facility(demo, "Centrul Mălinul")
    for free in (True, False):
        case = filed(demo, CASE_FORM, code=f"D-2026-66{int(free)}", opened_on=TODAY)
        filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY - timedelta(30))
        said = plan(demo, "social_worker")
        assert "D-2026-66" not in said and "Ocuparea pe luni" not in said
        mark = "✓" if free else "–"
        assert f"Centrul Mălinul Centru patul 1 patul 2 libere {' '.join([mark] * 14)}" in said
    assert demo.browser("accountant").get("/programme/beds").status_code == 404


def test_everybody_who_stays_in_a_place_is_ticked_on_one_sheet(demo: Demo) -> None:
    """Of the cases in reach; whoever left this morning or comes tomorrow is not there, nor is who gave no consent."""
    place = facility(demo, "Centrul Sorbul")
    cases = [filed(demo, CASE_FORM, opened_on=TODAY, status="open") for _ in range(5)]
    days = ((-9, None), (-3, None), (-9, 0), (1, None), (-9, None))
    for case, (came, went) in zip(cases, days, strict=True):
        if case != cases[-1]:
            consented(demo, case)
        left = None if went is None else TODAY + timedelta(went)
        filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY + timedelta(came), left_on=left)
    browser, address = demo.browser("coordinator"), f"/records/activity/new?staying={place}"
    assert address in browser.get("/programme/beds").text
    boxes = look(browser, address).boxes
    assert [boxes.get(f"participants.{row}.case") for row in range(3)] == [*map(str, cases[:2]), None]
    sheet = {**boxes.to_dict(), "activity": "group_therapy", "hours": "1", "participants.1.present": "no"}
    assert browser.post("/records/activity/new", data=sheet).status_code == 303
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        rows = demo.repository.tables.rows["activity", "participants"]
        told = demo.repository.session.execute(select(rows.case, rows.present).where(rows.case.in_(cases)))  # type: ignore[attr-defined]
        assert {case: present for case, present in told} == {cases[0]: True, cases[1]: False}
        demo.repository.session.remove()
    assert "participants.0.case" not in look(demo.browser("social_worker"), address).boxes


def test_a_draft_of_another_place_says_so(demo: Demo) -> None:
    """Else the attendance of one house is filed for another."""
    first, second = facility(demo, "Casa Arinului"), facility(demo, "Casa Fagului")
    for place in (first, second):
        case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
        consented(demo, case)
        filed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY - timedelta(3))
    browser, address = demo.browser("coordinator"), "/records/activity/new?staying="
    boxes = look(browser, f"{address}{first}").boxes
    kept = browser.post("/records/activity/new", data={**boxes.to_dict(), "hours": "2", "_draft": "1"})
    assert kept.status_code == 200
    told = "Ați cerut alt loc sau altă zi decât cele din această ciornă."
    assert told not in browser.get(f"{address}{first}").text and told in browser.get(f"{address}{second}").text
    browser.post("/records/activity/new", data={**boxes.to_dict(), "_discard": "1"})
    assert told not in browser.get(f"{address}{second}").text
