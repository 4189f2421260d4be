"""Sheets filed below the pages of a Dosar that runs: houses, and who stays there."""

from datetime import date
from typing import Any

from dosar.language.answers.settling import settle_answers
from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.browser.serving import Site
from tests.days import today_here

TODAY = today_here()


def filed(site: Site, form: str, case: int | None = None, **answers: Any) -> int:
    """A sheet filed by nobody in particular."""
    repository = site.app.extensions["dosar_repository"]
    whole = repository.forms[form]
    every = settle_answers(whole, {name: None for name in whole.questions} | answers, TODAY)
    with site.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = enter_sheet(repository, whole, every, Actor(None, "", TODAY), case)
        repository.session.remove()
    return number


def house(site: Site, name: str, beds: int) -> int:
    """A centre with one room of so many beds."""
    return filed(site, "facility", name=name, phase="centre", rooms=[{"id": None, "room": "Dormitor", "beds": beds}])


def open_case(site: Site) -> int:
    """A case whose person consented long ago."""
    long_ago = date(2000, 1, 1)
    case = filed(site, CASE_FORM, opened_on=TODAY, status="open")
    filed(site, "intake", case, informed_on=long_ago, consent_assistance=True, consent_on=long_ago)
    return case
