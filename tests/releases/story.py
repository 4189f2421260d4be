"""What is done in the organisation that each release leaves behind: a little of everything Dosar keeps."""

import re

from tests.releases.visiting import Visitor
from tests.telephones import code_now, key_on

PASSWORD = "patru cuvinte fără rost"
ORGANISATION = "Asociația Pragul"
PEOPLE = {
    "maria": ("Ionescu", "Maria", "case_manager"),
    "ana": ("Șerban", "Ana", "social_worker"),
    "vera": ("Țurcanu", "Vera", "coordinator"),
    "dan": ("Dinu", "Dan", "social_worker"),
}
"""User name → names and role; Teodora set Dosar up, and Dan left: his account is closed."""
PAPER = "Bună ziua.\nSemnat: Șerban".encode()
STORY = "Locuința este curată; fetița merge la școală."
LATER_STORY = "Locuința este curată; fetița merge la școală din martie."
TYPED = "Nu a fost acasă, se revine."
"""What stands in the draft."""
REASON = "Scrisă de două ori"


def live_through(host: str, code: str) -> None:
    """Set the organisation up at this address, with the code that the console shows, and work in it."""
    teodora = _set_up(host, code)
    visitors = {name: _join(host, teodora, name) for name in PEOPLE}
    people = dict.fromkeys(PEOPLE, 0) | _numbers_of_users(teodora)
    teodora.send(f"/users/{people['dan']}/close", f"/users/{people['dan']}")
    _work(visitors["maria"], visitors["ana"], people)
    visitors["vera"].send("/records/case/saved?status=open", "/records/case", name="Cazuri deschise")


def sign_in(visitor: Visitor, name: str) -> None:
    """Enter by the front door."""
    visitor.send("/sign-in", "/sign-in", user_name=name, password=PASSWORD)


def _set_up(host: str, code: str) -> Visitor:
    teodora = Visitor(host)
    named = {"code": code, "organisation": ORGANISATION, "language": "ro", "user_name": "teodora"}
    names = {"last_name": "Brândușan", "first_name": "Teodora"}
    teodora.send("/set-up", "/set-up", **named, **names, password=PASSWORD, again=PASSWORD)
    _connect_telephone(teodora)
    return teodora


def _join(host: str, teodora: Visitor, name: str) -> Visitor:
    """She is invited, and chooses her password; all are of one team."""
    last, first, role = PEOPLE[name]
    team = {"new_team": "Iași"} if name == "maria" else {"teams": "Iași"}
    invited = teodora.send(
        "/users/new", "/users/new", user_name=name, last_name=last, first_name=first, roles=role, **team
    )
    address = re.search(r"/invitation/[\w.~-]+", invited.text)
    assert address, "nobody was invited"
    visitor = Visitor(host)
    visitor.send(address[0], address[0], password=PASSWORD, again=PASSWORD)
    _connect_telephone(visitor)
    sign_in(visitor, name)
    return visitor


def _connect_telephone(visitor: Visitor) -> None:
    """Where the release asks for one: 0.2.0 and those before did not."""
    page = visitor.get("/sign-in/telephone").text
    if 'class="key"' in page:
        visitor.send("/sign-in/telephone", "/sign-in/telephone", code=code_now(key_on(page)))


def _numbers_of_users(teodora: Visitor) -> dict[str, int]:
    page = teodora.get("/users").text
    return {name: int(number) for number, name in re.findall(r'/users/(\d+)"(?:(?!/users/).)*?>(\w+)</td>', page, re.S)}


def _work(maria: Visitor, ana: Visitor, people: dict[str, int]) -> None:
    maria.save("/records/partner/new", name="Casa Țarălungă", town="Iași", phone="0232 123456")
    maria.save("/records/case/new", name="Crâșmaru Ștefania", born_on="2001", status="open")
    maria.save("/records/case/new", name="Popa Irina", born_on="03.1999", status="closed")
    here = "/cases/1/team"
    maria.send(here, here, user=str(people["ana"]), role="social_worker", since="02.03.2026")
    visit = "/records/visit/new?case=1"
    answers = {
        "visited_on": "05.03.2026",
        "partner": "1",
        "worker": str(people["maria"]),
        "safe": "yes",
        "story": STORY,
    }
    needs = {"needs": ["food", "other", "Cărți"]}
    rows = {"steps.0.step": "Înscriere la școală", "steps.0.until": "01.04.2026", "steps.0.hours": "1,5"}
    more = {"steps.1.step": "Medic de familie", "steps.1.hours": "2", "paper": ("act.txt", PAPER)}
    maria.save(visit, **answers, **needs, **rows, **more)
    maria.save("/records/visit/1/edit", story=LATER_STORY)
    ana.send("/drafts/visit?case=1", visit, _place=visit, visited_on="12.03.2026", story=TYPED)
    _spend(ana)


def _spend(ana: Visitor) -> None:
    spent = "/records/expense/new?case=1"
    ana.save(spent, spent_on="06.03.2026", what="Rechizite", amount=["120,50", "RON"])
    ana.save(spent, spent_on="06.03.2026", what="Rechizite", amount=["120,50", "RON"])
    ana.send("/records/expense/2/reverse", "/records/expense/2/reverse", reason=REASON)
