"""An organisation that sheets of two workers' cases point to."""

from dataclasses import dataclass

from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.titles import link_titles
from tests.records.offices import ROMANIAN, TODAY, Office


@dataclass
class Used:
    """An organisation two cases point to, each in an answer and in a row."""

    office: Office
    partner: int
    ions: int
    vasiles: int

    def put_away(self) -> None:
        with acting_as(SYSTEM_SCOPE):
            delete_sheet(self.office.repository, self.office.form("organisation"), self.partner, self.office.actor())

    def named(self, **rights: set[str]) -> str | None:
        """What the organisation is called where Ana reads a link to it."""
        office, wanted = self.office, {"organisation": [self.partner]}
        with acting_as(office.scope(**rights)):
            known = {key: form for key, form in office.known().items() if not rights or key in rights}
            named = link_titles(office.repository, known, wanted, ROMANIAN, with_deleted=True)
        return named.get(("organisation", self.partner))


def used_in(office: Office) -> Used:
    """An organisation that a visit of Ana's case names, and a visit of Maria's."""
    with acting_as(SYSTEM_SCOPE):
        partner = office.enter("organisation", name="Drumul Lin")
        rows = [{"id": None, "name": "Ion", "helper": partner}]
        return Used(
            office,
            partner,
            office.enter("visit", office.ion, visit_date=TODAY, partner=partner, family=rows),
            office.enter("visit", office.vasile, user="maria", visit_date=TODAY, family=rows),
        )
