"""The sheets that point to a record, at the foot of its page: form by form, so that fifty take one line."""

from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext

from dosar.database.form_tables import Record
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import record_face_url
from dosar.pages.context import PageContext
from dosar.records.links.backlinks import MAX_BACKLINKS, Backlink, find_backlinks

MAX_OPEN_BACKLINKS = 5
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


def record_backlinks(context: PageContext, record: Record) -> Backlinks:
    """The sheets of the case that point to this one, of the forms the reader knows."""
    found = find_backlinks(context.repository, context.seen_forms(), record, context.reading)
    groups = [
        _backlink_group(context, form, list(sheets))
        for form, sheets in groupby(found[:MAX_BACKLINKS], key=_sheet_form_key)
    ]
    return Backlinks(groups, _cut_notice() if len(found) > MAX_BACKLINKS else "")


def _backlink_group(context: PageContext, form: str, sheets: list[Backlink]) -> BacklinkGroup:
    links = [(sheet.title, record_face_url(form, sheet.id)) for sheet in sheets]
    known = context.forms[form]
    label = known.title if len(links) == 1 else known.plural or known.title
    return BacklinkGroup(text_in_language(label, context.reading.language), links, len(links) <= MAX_OPEN_BACKLINKS)


def _sheet_form_key(sheet: Backlink) -> str:
    return sheet.form


def _cut_notice() -> str:
    return gettext(
        "Only the first %(count)s stand here; all of them stand in the lists that the case page leads to.",
        count=MAX_BACKLINKS,
    )
