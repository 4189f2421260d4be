"""The sheets that point to a record, at the foot of its page: form by form, so that fifty take one line."""

from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext

from app.language.texts import say
from app.pages.acts import record_url
from app.pages.desk import Desk
from app.records.hanging import MOST, Hanging, hanging
from app.records.tables import Record

OPEN_UP_TO = 5
"""More sheets of a form than these stand folded."""


@dataclass(frozen=True, slots=True)
class BacklinkGroup:
    """The sheets of one form: (what it is called, address)."""

    label: str
    links: list[tuple[str, str]]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Backlinks:
    """Every form's sheets, and what is to be said where not all of them are shown."""

    groups: list[BacklinkGroup]
    cut: str


def backlinks(at: Desk, record: Record) -> Backlinks:
    """The sheets of the case that point to this one, of the forms the reader knows."""
    found = hanging(at.cabinet, at.seen_forms(), record, at.reading)
    groups = [_group(at, form, list(sheets)) for form, sheets in groupby(found[:MOST], key=_form_of)]
    return Backlinks(groups, _cut() if len(found) > MOST else "")


def _group(at: Desk, form: str, sheets: list[Hanging]) -> BacklinkGroup:
    links = [(sheet.title, record_url(form, sheet.id)) for sheet in sheets]
    known = at.forms[form]
    label = known.title if len(links) == 1 else known.plural or known.title
    return BacklinkGroup(say(label, at.reading.language), links, len(links) <= OPEN_UP_TO)


def _form_of(sheet: Hanging) -> str:
    return sheet.form


def _cut() -> str:
    return gettext(
        "Only the first %(count)s stand here; all of them stand in the lists that the case page leads to.", count=MOST,
    )
