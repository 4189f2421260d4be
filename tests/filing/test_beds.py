"""A bed holds one person, and a person lies in one bed: refused with what to do, confirmed by who may, whoever is
first. The last day of a stay follows from the programme's sheet."""

from datetime import date

from dosar.filing.opening.submissions import new_submission
from dosar.filing.service import Consent, Values, validate
from tests.filing.conftest import READING
from tests.filing.houses import HEAD, Houses, at_once, day, doubted, kept, placing, refused
from tests.organisations import CLERK


def took_part(houses: Houses, kind: str, on: date, *cases: int, there: bool = True) -> list[str]:
    """What is asked about an activity in which these took part."""
    people = [{"case": case, "there": there} for case in cases]
    submission = new_submission(houses.organisation.repository, "activity", CLERK, READING)
    result = validate(submission, Values({"day": on.isoformat(), "kind": kind, "people": people}))
    assert not result.mistakes
    return [f"{issue.row}: {issue.message}" for issue in result.doubtful]


def test_the_last_day_follows_from_the_programme_and_stays_as_it_was_taken(houses: Houses) -> None:
    first = kept(houses.file(houses.case()))
    second = kept(houses.file(houses.case(), house=houses.long, phase="long"))
    assert (houses.last_day(first), houses.last_day(second)) == (date(2026, 12, 2), date(2027, 8, 22))
    rows = houses.organisation.answers("programme", houses.programme)["phases"]
    houses.organisation.correct("programme", houses.programme, phases=[{**row, "most": 3} for row in rows])
    kept(houses.correct(first, why="o corectură"))
    assert houses.last_day(first) == date(2026, 12, 2), "what was promised her stays"
    assert houses.last_day(kept(houses.file(houses.case()))) == date(2026, 11, 25)
    kept(houses.correct(first, house=houses.long, phase="long"))
    assert houses.last_day(first) == date(2027, 2, 22), "another phase has another limit"


def test_a_limit_is_not_typed(houses: Houses) -> None:
    assert refused(houses.file(houses.case(), most=99)) == ["most: The form does not ask this. Leave it out."]


def test_a_place_of_no_programme_takes_the_only_limit_of_its_phase(houses: Houses) -> None:
    elsewhere = kept(houses.file(houses.case(), house=None))
    assert houses.last_day(elsewhere) == date(2026, 12, 2)
    houses.organisation.enter("programme", phases=[{"id": None, "phase": "urgent", "most": 30, "unit": "days"}])
    assert houses.last_day(kept(houses.file(houses.case(), house=None))) is None, "nobody knows which one holds"
    assert houses.last_day(kept(houses.file(houses.case()))) == date(2026, 12, 2)


def test_a_third_person_in_two_beds_is_refused_with_the_day(houses: Houses) -> None:
    for _ in range(2):
        kept(houses.file(houses.case()))
    third = refused(houses.file(houses.case(), came=day(3)))
    assert third == [
        "house: Every bed of this place is taken on 25.11.2026. Choose another place or other days, or ask who may "
        "place one person more there: Șefa."
    ]
    assert refused(houses.file(houses.case(), came=day(-5), went=day(1))) != [], "one night is enough"
    kept(houses.file(houses.case(), came=day(10)))
    kept(houses.file(houses.case(), came=day(-5), went=day(0)))


def test_who_may_overbooks_with_a_reason(houses: Houses) -> None:
    for _ in range(2):
        kept(houses.file(houses.case()))
    case = houses.case()
    said = doubted(houses.file(case, HEAD))
    assert [line for line in said if "tick that it is right and write why" in line] == said != []
    assert doubted(houses.file(case, HEAD, Consent(confirmed=True, reason=" "))) == said
    one_more = kept(houses.file(case, HEAD, Consent(confirmed=True, reason="Nu avea unde dormi")))
    assert houses.organisation.history("stay", one_more)[0].reason == "Nu avea unde dormi"
    kept(houses.correct(one_more, went=day(0)))


def test_whoever_leaves_an_overbooked_place_is_written_down_by_anybody(houses: Houses) -> None:
    stays = [kept(houses.file(houses.case(), came=day(-4))) for _ in range(2)]
    sure = Consent(confirmed=True, reason="Urgență")
    stays.append(kept(houses.file(houses.case(), HEAD, sure, came=day(-4))))
    kept(houses.correct(stays[0], went=day(-1)))
    kept(houses.correct(stays[1], why="altceva"))
    for _ in range(2):
        kept(houses.file(houses.case(), came=day(6)))
    assert len(refused(houses.correct(stays[1], longer=day(30)))) == 1, "the bed is promised to somebody else"


def test_nobody_is_in_two_places_at_once(houses: Houses) -> None:
    case = houses.case()
    first = kept(houses.file(case, came=day(-3)))
    told = (
        "came: The same person has a stay from 19.11.2026 to 29.11.2026, and nobody is in two places at once. "
        "Change the days here, or write on that sheet when the person left."
    )
    there = {"house": houses.long, "phase": "long"}
    assert refused(houses.file(case, **there)) == [told], "it begins before the last one ended"
    assert refused(houses.file(case, **there, came=day(-9))) == [told]
    kept(houses.file(case, **there, came=day(-20), went=day(-3)))
    kept(houses.correct(first, went=day(0)))
    kept(houses.file(case, **there))


def test_whoever_stays_past_the_last_day_is_still_there(houses: Houses) -> None:
    case = houses.case()
    kept(houses.file(case, came=day(-30)))
    [told] = refused(houses.file(case, house=houses.long, phase="long"))
    assert "has a stay since 23.10.2026 and has not left" in told
    kept(houses.file(houses.case()))
    assert refused(houses.file(houses.case())) != []
    kept(houses.file(case, house=houses.long, phase="long", came=day(1)))


def test_whoever_stays_past_the_last_day_keeps_the_bed_until_she_has_left(houses: Houses) -> None:
    """Nobody is promised her bed on a later day, until somebody writes that she left; where she moves within the place
    by then she has one bed, not two."""
    over = [kept(houses.file(houses.case(), came=day(-30))) for _ in range(2)]
    assert refused(houses.file(houses.case(), came=day(20))) != []
    case = houses.organisation.repository.find("stay", over[0]).case_id
    kept(houses.file(case, came=day(1)))
    assert refused(houses.file(houses.case(), came=day(2))) != []
    kept(houses.file(houses.case(), came=day(20)))
    kept(houses.correct(over[1], went=day(0)))
    kept(houses.file(houses.case(), came=day(2), went=day(19)))


def test_a_place_of_another_phase_is_refused(houses: Houses) -> None:
    assert refused(houses.file(houses.case(), house=houses.long)) == [
        "house: This place is for “Lungă”, the stay for “De urgență”. Choose another place, or the other phase."
    ]


def test_two_who_file_at_once_do_not_take_the_same_bed(houses: Houses) -> None:
    """Each has seen the bed free before either saves."""
    kept(houses.file(houses.case()))
    cases = [houses.case(), houses.case()]
    assert at_once(houses, *(placing(houses, case) for case in cases)) == ["kept", "no bed"]
    assert len(houses.organisation.column("stay", "id")) == 2


def test_an_activity_outside_its_window_is_asked_about(houses: Houses) -> None:
    """The first six months and the three after, to the day; whoever stays nowhere, or was away, is not asked about."""
    moved, new, elsewhere = houses.case(), houses.case(), houses.case()
    came, there = date(2026, 2, 28), {"house": houses.long, "phase": "long"}
    kept(houses.file(moved, **there, came=came.isoformat()))
    kept(houses.file(new, came=came.isoformat(), went=day(0)))
    told = [
        "0: On this day the stay is outside the time that the programme's sheet gives to the activity: from 0 to 6 "
        "months after the check-in, “Lungă”. If it is right as it stands, save."
    ]
    assert took_part(houses, "craft", date(2026, 8, 27), moved) == []
    assert took_part(houses, "craft", date(2026, 8, 28), moved, elsewhere) == told
    assert took_part(houses, "craft", date(2026, 8, 28), moved, there=False) == []
    assert took_part(houses, "job", date(2026, 8, 28), moved) == []
    assert len(took_part(houses, "job", date(2026, 8, 27), moved)) == 1
    assert took_part(houses, "craft", date(2026, 8, 1), new) == told, "another phase"
    assert took_part(houses, "craft", date(2026, 2, 27), moved) == [], "before she came"
