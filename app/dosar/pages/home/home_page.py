"""The first page: what this worker may begin with."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from flask import render_template, url_for
from flask_babel import gettext, ngettext

from dosar.access.accounts.access_requests import AccessRequest, waiting_requests
from dosar.access.accounts.tours import query_tour
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route
from dosar.access.emergency_access import EmergencyAccess
from dosar.access.organisation.time_zones import local_midnight
from dosar.access.services import access_services
from dosar.database.joint_reads import DeferredRead, JointRead, known_result
from dosar.database.system_tables import utc_now
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import (
    ColleagueChange,
    WaitingRecord,
    query_cases_changed_last,
    query_entered,
    query_to_check,
)
from dosar.overview.deadlines.reading import Deadline
from dosar.overview.worklist import LackingCase
from dosar.pages.actions import may_accept_sheets, record_face_url
from dosar.pages.admin.access_requests import access_requests_block, query_to_confirm
from dosar.pages.admin.audit.audit_notices import audit_block
from dosar.pages.admin.form_problems import form_problems_block
from dosar.pages.admin.keys.keys_page import has_card_on_paper, keys_need_care
from dosar.pages.backups.backup_notices import backup_block
from dosar.pages.blocks import HomeBlock, HomeEntry, IntroCard
from dosar.pages.cases.emergency import emergencies_block, query_unseen
from dosar.pages.context import PageContext, page_context
from dosar.pages.deadlines.deadline_words import titled_sheets
from dosar.pages.formatting import moment_text, time_text
from dosar.pages.home import worklist
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.mail.mail_page import mail_block, query_mails_not_leaving
from dosar.pages.truncation import more_entries, truncated_list
from dosar.pages.updates.update_notices import query_news, update_block
from dosar.pages.urls import sheet_page_url
from dosar.records.scope.row_scope import current_scope
from dosar.records.sheets.acceptance import ReturnedSheet, query_returned
from dosar.records.titles import case_codes, link_titles
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import Draft
from dosar.updates.check.check_settings import CheckSettings

MAX_NEW_SHEETS = 8
MAX_BLOCK_ENTRIES = 10
MAX_HOME_COUNTED = 500
RECENT_ENTRIES_SPAN = timedelta(days=30)


class HomePage(PageView):
    """Where everybody begins."""

    @page_route("/", SIGNED_IN_ACCESS)
    def home(self) -> str:
        context = page_context()
        found = _home_contents(context)
        blocks = [
            block
            for block in (
                _damage_block(context),
                form_problems_block(context),
                access_requests_block(found.to_confirm),
                emergencies_block(context, found.emergencies),
                _keys_block(context),
                backup_block(context),
                mail_block(found.mails_not_leaving),
                update_block(found.news),
                audit_block(context),
                _administration_block(context),
                _returned_block(context, found),
                _drafts_block(context, found),
                worklist.due_block(context, found.due, found.late, found.titles),
                _to_check_block(context, found),
                worklist.lacking_block(context, found.lacking, found.titles),
                _new_sheets_block(context, found),
                worklist.by_others_block(context, found.by_others, found.titles),
                worklist.places_block(context, found.places),
                _cases_block(context, found),
                _entered_today_block(context, found),
            )
            if block is not None
        ]
        cards = [] if found.has_seen_tour else _intro_cards(context)
        greeting = gettext("Hello, %(name)s", name=context.worker.name)
        return render_template(
            "home/home.html", greeting=greeting, blocks=blocks, cards=cards, waits=_waits_for_access(context)
        )


def _waits_for_access(context: PageContext) -> bool:
    """Whether she has no role yet, and one waits for a second person."""
    return not context.worker.roles and bool(waiting_requests(access_services(), context.worker.id))


def _damage_block(context: PageContext) -> HomeBlock | None:
    """What whoever looks after Dosar must know first."""
    damage = context.repository.store.damage
    if damage is None or "users" not in context.worker.pages:
        return None
    return HomeBlock(gettext("The database is damaged"), empty=damage.message.say(gettext))


def _keys_block(context: PageContext) -> HomeBlock | None:
    """That a stolen computer would tell everything, or that nothing is on paper."""
    if "organisation" not in context.worker.pages or not keys_need_care():
        return None
    line = HomeEntry(
        gettext("Set a passphrase and print the recovery card"),
        url_for("KeysPage.keys"),
        gettext("until then, whoever has this computer may have the data, or nobody has"),
    )
    return HomeBlock(gettext("Key of the data"), [line])


def _administration_block(context: PageContext) -> HomeBlock | None:
    """What whoever looks after accounts and forms begins with."""
    if "users" not in context.worker.pages:
        return None
    copies, forms = f"{url_for('HelpPages.help')}#copies", url_for("FormProblemsPage.forms")
    lines = [
        (gettext("Invite a colleague"), url_for("UsersPage.new"), gettext("a link with which she chooses a password")),
        (gettext("See which forms run"), forms, gettext("and what is wrong in their files")),
        (
            gettext("Keep what opens the data in a second place"),
            copies,
            gettext("the recovery card or the key file: without it nobody can read the data"),
        ),
    ]
    done = {copies} if has_card_on_paper() else set()
    if "forms" not in context.worker.pages:
        done.add(forms)
    entries = [HomeEntry(*line) for line in lines if line[1] not in done]
    return HomeBlock(gettext("Looking after Dosar"), entries)


def _intro_cards(context: PageContext) -> list[IntroCard]:
    """What somebody should know on her first day: of sheets and drafts, whoever fills some in."""
    fills_in_sheets = any(context.worker.may("enter", form) for form in context.repository.forms)
    return [*(_sheet_cards() if fills_in_sheets else _role_cards()), _safety_card()]


def _sheet_cards() -> list[IntroCard]:
    return [
        IntroCard(
            gettext("Where to begin"),
            gettext(
                "On this page stand your drafts, what is due, the sheets to check, the ones you may begin and what "
                "changed last. The menu holds only what is for your role."
            ),
        ),
        IntroCard(
            gettext("Nothing is lost"),
            gettext(
                "What you type is kept as a draft while you type. A saved sheet can be corrected, and its history "
                "tells what stood there before."
            ),
        ),
    ]


def _role_cards() -> list[IntroCard]:
    return [IntroCard(gettext("Where to begin"), gettext("This page and the menu hold only what is for your role."))]


def _safety_card() -> IntroCard:
    return IntroCard(
        gettext("Keep people safe"),
        gettext(
            "Press Shift three times, or “Hide the page”, when somebody comes near. Write no names where only "
            "the case number belongs. The browser's history is not erased."
        ),
    )


@dataclass(frozen=True)
class _HomeContents:
    """What the blocks tell, and what it is called: asked for once, for all of them."""

    drafts: list[Draft]
    to_check: list[WaitingRecord]
    returned: list[ReturnedSheet]
    """What somebody returned to her, to be mended."""
    entered: list[WaitingRecord]
    """What she entered lately, the latest first."""
    cases: list[tuple[int, datetime]]
    """The cases in reach that changed last, and when."""
    due: list[Deadline]
    late: dict[int, int]
    """Worker → how much is overdue, for who sees what others have to do."""
    lacking: list[LackingCase]
    by_others: list[ColleagueChange]
    places: worklist.FoundPlaces
    to_confirm: list[AccessRequest]
    emergencies: Sequence[EmergencyAccess]
    mails_not_leaving: int
    news: CheckSettings | None
    """Of new versions."""
    has_seen_tour: bool
    titles: RecordTitles = field(default_factory=dict)
    codes: dict[tuple[str, int], str] = field(default_factory=dict)
    """The codes of the cases whose sheets she began to correct."""


def _home_contents(context: PageContext) -> _HomeContents:
    repository, worker = context.repository, context.worker
    since = utc_now() - RECENT_ENTRIES_SPAN
    together = JointRead()
    begun = together.add(drafts.query_drafts(worker.id))
    to_check, returned = together.add(_query_to_accept(context)), together.add(_query_returned(context))
    entered = together.add(query_entered(repository.forms, worker.id, since, MAX_HOME_COUNTED))
    cases = together.add(_query_cases(context))
    due, lacking = together.add(worklist.query_due(context)), together.add(worklist.query_her_lacking(context))
    late, by_others = together.add(worklist.query_late(context)), together.add(worklist.query_by_others(context))
    places, tour = together.add(worklist.query_places(context)), together.add(query_tour(worker.id))
    to_confirm, unseen = together.add(query_to_confirm()), together.add(query_unseen(context))
    mails, news = together.add(query_mails_not_leaving(context)), together.add(query_news(context))
    together.read(repository.session, partial(repository.made_for, current_scope.get()))
    contents = _HomeContents(
        [draft for draft in begun() if draft.form in repository.forms],
        to_check(),
        returned(),
        entered(),
        cases(),
        due(),
        late(),
        lacking(),
        by_others(),
        places(),
        to_confirm(),
        unseen(),
        mails(),
        news(),
        tour(),
    )
    titles = link_titles(repository, context.seen_forms(), _named_records(context, contents), context.reading)
    return replace(contents, titles=titles, codes=_corrected_case_codes(context, contents.drafts))


def _query_to_accept(context: PageContext) -> DeferredRead[list[WaitingRecord]]:
    if context.actor.checked:
        return known_result(list[WaitingRecord]())
    forms = [key for key in context.seen_forms() if may_accept_sheets(context, key)]
    return query_to_check(context.repository, forms, MAX_HOME_COUNTED)


def _query_returned(context: PageContext) -> DeferredRead[list[ReturnedSheet]]:
    if not context.actor.checked:
        return known_result(list[ReturnedSheet]())
    return query_returned(context.repository, context.seen_forms(), context.worker.id, MAX_HOME_COUNTED)


def _query_cases(context: PageContext) -> DeferredRead[list[tuple[int, datetime]]]:
    if not context.worker.may("see", CASE_FORM):
        return known_result(list[tuple[int, datetime]]())
    return query_cases_changed_last(context.repository, MAX_NEW_SHEETS)


def _named_records(context: PageContext, contents: _HomeContents) -> dict[str, list[int]]:
    """The records and users that the page calls by name."""
    shown: list[WaitingRecord | ReturnedSheet] = [
        *truncated_list(contents.to_check, MAX_BLOCK_ENTRIES),
        *truncated_list(contents.returned, MAX_BLOCK_ENTRIES),
        *truncated_list(contents.entered, MAX_BLOCK_ENTRIES),
    ]
    groups = worklist.shown_due(contents.due, context.reading.today).values()
    due = [deadline for of_group in groups for deadline in of_group]
    named = {
        CASE_FORM: [
            *(record.case_id for record in shown if record.case_id),
            *(case_id for case_id, _ in contents.cases),
            *(deadline.case_id for deadline in due if deadline.case_id),
            *(lacking.case_id for lacking in worklist.shown_lacking(contents.lacking)),
            *(other.case_id for other in contents.by_others),
        ],
        USER_LINK: [
            *(record.by for record in shown if record.by),
            *(other.user_id for other in contents.by_others),
            *(deadline.user_id for deadline in due if deadline.user_id),
            *filter(None, worklist.shown_late(contents.late)),
        ],
    }
    for form, numbers in titled_sheets(due).items():
        named.setdefault(form, []).extend(numbers)
    for target, record_id in filter(None, map(_draft_subject, contents.drafts)):
        named.setdefault(target, []).append(record_id)
    return named


def _corrected_case_codes(context: PageContext, begun: list[Draft]) -> dict[tuple[str, int], str]:
    """(form, sheet) → the code of its case, for the sheets of cases that are being corrected."""
    seen, corrected = context.seen_forms(), defaultdict(list)
    for draft in begun:
        if draft.place.record_id and draft.form in seen and seen[draft.form].belongs_to and CASE_FORM in seen:
            corrected[draft.form].append(draft.place.record_id)
    return {
        (form, sheet): code
        for form, ids in corrected.items()
        for sheet, code in case_codes(context.repository, seen, form, ids).items()
    }


def _cases_block(context: PageContext, found: _HomeContents) -> HomeBlock | None:
    """The cases that changed last, of those in reach."""
    if not context.worker.may("see", CASE_FORM):
        return None
    entries = [
        HomeEntry(found.titles[CASE_FORM, case_id], url_for("CasePages.case", case_id=case_id), moment_text(changed))
        for case_id, changed in found.cases
        if (CASE_FORM, case_id) in found.titles
    ]
    return HomeBlock(gettext("Case files changed last"), entries, gettext("You have no cases yet."))


def _to_check_block(context: PageContext, found: _HomeContents) -> HomeBlock | None:
    """What volunteers entered and somebody should look at."""
    return _records_block(context, gettext("Records to check"), found.to_check, found)


def _returned_block(context: PageContext, found: _HomeContents) -> HomeBlock | None:
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
    return HomeBlock(gettext("Returned to you"), entries) if entries else None


def _entered_today_block(context: PageContext, found: _HomeContents) -> HomeBlock | None:
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
    found: _HomeContents,
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
    return HomeBlock(heading, entries) if entries else None


def _drafts_block(context: PageContext, found: _HomeContents) -> HomeBlock | None:
    """What she began and did not save: which sheet, and of whom."""
    entries = []
    for draft in found.drafts:
        of, sheet = (
            _draft_subject(draft),
            text_in_language(context.repository.forms[draft.form].title, context.reading.language),
        )
        named = (found.codes.get(of), found.titles.get(of)) if of else ()
        label = " · ".join(filter(None, (*named, sheet)))
        entries.append(HomeEntry(label, sheet_page_url(draft.place, draft.face), moment_text(draft.saved_at)))
    return HomeBlock(gettext("My drafts"), entries) if entries else None


def _draft_subject(draft: Draft) -> tuple[str, int] | None:
    """The case, or the record, that a draft is about."""
    if draft.place.record_id:
        return draft.form, draft.place.record_id
    return (CASE_FORM, draft.place.case_id) if draft.place.case_id else None


def _new_sheets_block(context: PageContext, found: _HomeContents) -> HomeBlock | None:
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
    return HomeBlock(gettext("New sheet"), entries) if entries else None
