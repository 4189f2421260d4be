"""Blocks of the first page about sheets and case files: to check, returned, begun, entered, and those to begin."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext

from dosar.access.organisation.time_zones import local_midnight
from dosar.access.services import access_services
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import (
    WaitingRecord,
)
from dosar.pages.actions import record_face_url
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext
from dosar.pages.formatting import moment_text, time_text
from dosar.pages.home.home_contents import MAX_BLOCK_ENTRIES, MAX_NEW_SHEETS, HomeContents, draft_subject
from dosar.pages.home.worklist import MOST_OPEN
from dosar.pages.truncation import more_entries, truncated_list
from dosar.pages.urls import sheet_page_url

MOST_OPEN_OWN = 4
"""How many lines stand open of what she herself has to go on with."""
MOST_OPEN_NEW = 6
"""How many sheets to begin, two beside each other."""


def cases_block(context: PageContext, found: HomeContents) -> HomeBlock | None:
    """The cases that changed last, of those in reach."""
    if not context.worker.may("see", CASE_FORM):
        return None
    entries = [
        HomeEntry(found.titles[CASE_FORM, case_id], url_for("CasePages.case", case_id=case_id), moment_text(changed))
        for case_id, changed in found.cases
        if (CASE_FORM, case_id) in found.titles
    ]
    return HomeBlock(gettext("Case files changed last"), entries, gettext("You have no cases yet."), most=MOST_OPEN)


def to_check_block(context: PageContext, found: HomeContents) -> HomeBlock | None:
    """What volunteers entered and somebody should look at."""
    return _records_block(context, gettext("Records to check"), found.to_check, found)


def returned_block(context: PageContext, found: HomeContents) -> HomeBlock | None:
    """What came back to her, and what she is asked to mend."""
    shown = truncated_list(found.returned, MAX_BLOCK_ENTRIES)
    entries = [
        HomeEntry(
            " · ".join(
                filter(
                    None,
                    (
                        context.form_title(sheet.form),
                        found.titles.get((CASE_FORM, sheet.case_id or 0)),
                    ),
                )
            ),
            record_face_url(sheet.form, sheet.id),
            " · ".join(filter(None, (sheet.note, found.titles.get((USER_LINK, sheet.by or 0)), moment_text(sheet.at)))),
        )
        for sheet in shown
    ] + more_entries(found.returned, shown)
    return HomeBlock(gettext("Returned to you"), entries, most=MOST_OPEN_OWN) if entries else None


def entered_today_block(context: PageContext, found: HomeContents) -> HomeBlock | None:
    """What she entered today, to look at again or to take back."""
    morning = local_midnight(context.reading.today, access_services().organisation().zone)
    today = [
        record
        for record in found.entered
        if record.at >= morning and record.form in context.seen_forms() and not context.forms[record.form].private_to
    ]
    count = ngettext("%(num)s sheet entered today", "%(num)s sheets entered today", len(today))
    return _records_block(context, count, [replace(entered, by=None) for entered in today], found, time_text)


def _records_block(
    context: PageContext,
    heading: str,
    records: list[WaitingRecord],
    found: HomeContents,
    moment_words: Callable[[datetime], str] = moment_text,
) -> HomeBlock | None:
    shown = truncated_list(records, MAX_BLOCK_ENTRIES)
    entries = [
        HomeEntry(
            context.form_title(record.form),
            url_for("RecordPages.show", form=record.form, record_id=record.id),
            " · ".join(
                filter(
                    None,
                    (
                        found.titles.get((CASE_FORM, record.case_id or 0)),
                        found.titles.get((USER_LINK, record.by or 0)),
                        moment_words(record.at),
                    ),
                )
            ),
        )
        for record in shown
    ] + more_entries(records, shown)
    return HomeBlock(heading, entries, most=MOST_OPEN) if entries else None


def drafts_block(context: PageContext, found: HomeContents) -> HomeBlock | None:
    """What she began and did not save: which sheet, and of whom."""
    entries = []
    for draft in found.drafts:
        of, sheet = (
            draft_subject(draft),
            text_in_language(context.repository.forms[draft.form].title, context.reading.language),
        )
        named = (found.codes.get(of), found.titles.get(of)) if of else ()
        label = " · ".join(filter(None, (*named, sheet)))
        entries.append(HomeEntry(label, sheet_page_url(draft.place, draft.face), moment_text(draft.saved_at)))
    return HomeBlock(gettext("My drafts"), entries, most=MOST_OPEN_OWN) if entries else None


def new_sheets_block(context: PageContext, found: HomeContents) -> HomeBlock | None:
    """The sheets she may begin: those she filled in last, else the first ones of the menu."""
    in_menu = (key for group in context.repository.definition.menu.menu for key in group.entries)
    keys = dict.fromkeys([*(entry.form for entry in found.entered), *in_menu])
    allowed = [key for key in keys if key in context.repository.forms and context.worker.may("enter", key)]
    entries = [
        HomeEntry(
            text_in_language(context.repository.forms[key].title, context.reading.language),
            url_for("RecordPages.new", form=key),
        )
        for key in allowed[:MAX_NEW_SHEETS]
    ]
    return HomeBlock(gettext("New sheet"), entries, most=MOST_OPEN_NEW, is_short=True) if entries else None
