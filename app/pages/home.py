"""The first page: what this worker may begin with."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import render_template, url_for
from flask_babel import gettext, ngettext

from app.access.gate import WORKERS, page
from app.access.guarded import guarded
from app.access.time_zones import beginning_of
from app.access.tours import has_seen
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages import todo
from app.pages.acts import may_accept, record_url
from app.pages.addresses import page_url
from app.pages.blocks import Block, Card, HomeEntry
from app.pages.desk import Desk, desk
from app.pages.filling import Titles
from app.pages.moments import moment_text, time_text
from app.pages.shortened import beginning, the_rest
from app.pages.troubles import trouble_block
from app.records import drafts
from app.records.acceptance import Returned, returned_to
from app.records.drafts import Draft
from app.records.labels import case_codes, link_titles
from app.records.my_cases import ToDo
from app.records.overview import ByOthers, Waiting, cases_changed_last, entered_by, to_check
from app.records.system import now
from app.records.tables import USER

NEW_SHEETS = 8
MOST = 10
MOST_COUNTED = 500
LATELY = timedelta(days=30)


class HomePage(View):
    """Where everybody begins."""

    @page("/", WORKERS)
    def home(self) -> str:
        at = desk()
        found = _found(at)
        blocks = [block for block in (
            trouble_block(at), _office(at), _returned(at, found), _drafts(at, found),
            todo.due_block(at, found.to_do.due, found.titles),
            _to_check(at, found), todo.lacking_block(at, found.to_do.lacking, found.titles),
            _new_sheets(at, found), todo.by_others_block(at, found.by_others, found.titles), todo.places_block(at),
            _cases(at, found), _mine(at, found),
        ) if block is not None]
        cards = [] if has_seen(guarded(), at.worker.id) else _cards(at)
        greeting = gettext("Hello, %(name)s", name=at.worker.name)
        return render_template("home.html", greeting=greeting, blocks=blocks, cards=cards)


def _office(at: Desk) -> Block | None:
    """What whoever looks after accounts and forms begins with."""
    if "users" not in at.worker.pages:
        return None
    copies, forms = f"{url_for('HelpPages.help')}#copies", url_for("FormsPage.forms")
    told = [
        (gettext("Invite a colleague"), url_for("UsersPage.new"), gettext("a link with which she chooses a password")),
        (gettext("Choose the forms"), forms, gettext("which run, and what is wrong in their files")),
        (gettext("Keep the key in a second place"), copies, gettext("without it nobody can read the data")),
        (gettext("Make a copy of the data"), copies, gettext("while Dosar is stopped")),
    ]
    entries = [HomeEntry(*one) for one in told if one[1] != forms or "forms" in at.worker.pages]
    return Block(gettext("Looking after Dosar"), entries)


def _cards(at: Desk) -> list[Card]:
    """What somebody should know on her first day."""
    return [
        Card(gettext("Where to begin"), gettext(
            "On this page stand your drafts, what is due, the sheets to check, the ones you may begin and what "
            "changed last. The menu holds only what is for your role."
        )),
        Card(gettext("Nothing is lost"), gettext(
            "What you type is kept as a draft while you type. A saved sheet can be corrected, and its history "
            "tells what stood there before."
        )),
        Card(gettext("Keep people safe"), gettext(
            "Press Shift three times, or “Hide the page”, when somebody comes near. Write no names where only "
            "the case number belongs. The browser's history is not erased."
        )),
    ]


@dataclass(frozen=True)
class _Found:
    """What the blocks tell, and what it is called: asked for once, for all of them."""

    drafts: list[Draft]
    to_check: list[Waiting]
    returned: list[Returned]
    """What somebody returned to her, to be mended."""
    entered: list[Waiting]
    """What she entered lately, the latest first."""
    cases: list[tuple[int, datetime]]
    """The cases in reach that changed last, and when."""
    to_do: ToDo
    by_others: list[ByOthers]
    titles: Titles
    codes: dict[tuple[str, int], str]
    """The codes of the cases whose sheets she began to correct."""


def _found(at: Desk) -> _Found:
    seen = at.seen_forms()
    waiting = [] if at.clerk.checked else to_check(
        at.cabinet, [key for key in seen if may_accept(at, key)], MOST_COUNTED
    )
    returned = returned_to(at.cabinet, seen, at.worker.id, MOST_COUNTED) if at.clerk.checked else []
    entered = entered_by(at.cabinet, at.cabinet.forms, at.worker.id, now() - LATELY, MOST_COUNTED)
    cases = cases_changed_last(at.cabinet, NEW_SHEETS) if at.worker.may("see", CASE) else []
    to_do, by_others = todo.waiting(at), todo.by_others(at)
    begun = [one for one in drafts.of_worker(at.cabinet, at.worker.id) if one.form in at.cabinet.forms]
    told: list[Waiting | Returned] = [*beginning(waiting, MOST), *beginning(returned, MOST), *beginning(entered, MOST)]
    wanted: dict[str, list[int]] = {
        CASE: [
            *(one.case_id for one in told if one.case_id), *(case_id for case_id, _ in cases),
            *(one.case_id for one in todo.due_shown(to_do.due, at.reading.today)),
            *(one.case_id for one in todo.lacking_shown(to_do.lacking)),
            *(one.case_id for one in by_others),
        ],
        USER: [*(one.by for one in told if one.by), *(one.user_id for one in by_others)],
    }
    for target, record_id in filter(None, map(_subject, begun)):
        wanted.setdefault(target, []).append(record_id)
    titles = link_titles(at.cabinet, seen, wanted, at.reading)
    codes = _codes(at, begun)
    return _Found(begun, waiting, returned, entered, cases, to_do, by_others, titles, codes)


def _codes(at: Desk, begun: list[Draft]) -> dict[tuple[str, int], str]:
    """(form, sheet) → the code of its case, for the sheets of cases that are being corrected."""
    seen, corrected = at.seen_forms(), defaultdict(list)
    for draft in begun:
        if draft.place.record_id and draft.form in seen and seen[draft.form].belongs_to and CASE in seen:
            corrected[draft.form].append(draft.place.record_id)
    return {
        (form, sheet): code
        for form, ids in corrected.items() for sheet, code in case_codes(at.cabinet, seen, form, ids).items()
    }


def _cases(at: Desk, found: _Found) -> Block | None:
    """The cases that changed last, of those in reach."""
    if not at.worker.may("see", CASE):
        return None
    entries = [
        HomeEntry(found.titles[CASE, case_id], url_for("CasePages.case", case_id=case_id), moment_text(changed))
        for case_id, changed in found.cases if (CASE, case_id) in found.titles
    ]
    return Block(gettext("Case files changed last"), entries, gettext("You have no cases yet."))


def _to_check(at: Desk, found: _Found) -> Block | None:
    """What volunteers entered and somebody should look at."""
    return _records(at, gettext("Records to check"), found.to_check, found)


def _returned(at: Desk, found: _Found) -> Block | None:
    """What came back to her, and what she is asked to mend."""
    shown = beginning(found.returned, MOST)
    entries = [
        HomeEntry(
            " · ".join(filter(None, (
                say(at.forms[one.form].title, at.reading.language), found.titles.get((CASE, one.case_id or 0)),
            ))),
            record_url(one.form, one.id),
            " · ".join(filter(None, (one.note, found.titles.get((USER, one.by or 0)), moment_text(one.at)))),
        )
        for one in shown
    ] + the_rest(found.returned, shown)
    return Block(gettext("Returned to you"), entries) if entries else None


def _mine(at: Desk, found: _Found) -> Block | None:
    """What she entered today, to look at again or to take back."""
    morning = beginning_of(at.reading.today, guarded().organisation().zone)
    today = [
        one for one in found.entered
        if one.at >= morning and one.form in at.seen_forms() and not at.forms[one.form].private_to
    ]
    count = ngettext("%(num)s sheet entered today", "%(num)s sheets entered today", len(today))
    return _records(at, count, [replace(one, by=None) for one in today], found, time_text)


def _records(
    at: Desk, heading: str, records: list[Waiting], found: _Found, told: Callable[[datetime], str] = moment_text,
) -> Block | None:
    shown = beginning(records, MOST)
    entries = [
        HomeEntry(
            say(at.forms[record.form].title, at.reading.language),
            url_for("RecordPages.show", form=record.form, record_id=record.id),
            " · ".join(filter(None, (
                found.titles.get((CASE, record.case_id or 0)), found.titles.get((USER, record.by or 0)),
                told(record.at),
            ))),
        )
        for record in shown
    ] + the_rest(records, shown)
    return Block(heading, entries) if entries else None


def _drafts(at: Desk, found: _Found) -> Block | None:
    """What she began and did not save: which sheet, and of whom."""
    entries = []
    for draft in found.drafts:
        of, sheet = _subject(draft), say(at.cabinet.forms[draft.form].title, at.reading.language)
        named = (found.codes.get(of), found.titles.get(of)) if of else ()
        label = " · ".join(filter(None, (*named, sheet)))
        entries.append(HomeEntry(label, page_url(draft.place, draft.face), moment_text(draft.saved_at)))
    return Block(gettext("My drafts"), entries) if entries else None


def _subject(draft: Draft) -> tuple[str, int] | None:
    """The case, or the record, that a draft is about."""
    if draft.place.record_id:
        return draft.form, draft.place.record_id
    return (CASE, draft.place.case_id) if draft.place.case_id else None


def _new_sheets(at: Desk, found: _Found) -> Block | None:
    """The sheets she may begin: those she filled in last, else the first ones of the menu."""
    in_menu = (key for group in at.cabinet.definition.menu.menu for key in group.entries)
    keys = dict.fromkeys([*(one.form for one in found.entered), *in_menu])
    allowed = [key for key in keys if key in at.cabinet.forms and at.worker.may("enter", key)]
    entries = [
        HomeEntry(say(at.cabinet.forms[key].title, at.reading.language), url_for("RecordPages.new", form=key))
        for key in allowed[:NEW_SHEETS]
    ]
    return Block(gettext("New sheet"), entries) if entries else None
