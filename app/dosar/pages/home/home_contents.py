"""What the first page tells, read for all its blocks at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from dosar.access.accounts.access_requests import AccessRequest
from dosar.access.accounts.tours import query_tour
from dosar.access.emergency_access import EmergencyAccess
from dosar.database.joint_reads import DeferredRead, JointRead, known_result
from dosar.database.system_tables import utc_now
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.overview.case_overview import (
    ColleagueChange,
    WaitingRecord,
    query_cases_changed_last,
    query_entered,
    query_to_check,
)
from dosar.overview.deadlines.reading import Deadline
from dosar.overview.worklist import LackingCase
from dosar.pages.actions import may_accept_sheets
from dosar.pages.admin.access_requests import query_to_confirm
from dosar.pages.cases.emergency import query_unseen
from dosar.pages.context import PageContext
from dosar.pages.deadlines.deadline_words import titled_sheets
from dosar.pages.home import worklist
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.mail.mail_page import query_mails_not_leaving
from dosar.pages.truncation import truncated_list
from dosar.pages.updates.update_notices import query_news
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


@dataclass(frozen=True)
class HomeContents:
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


def read_home(context: PageContext) -> HomeContents:
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
    contents = HomeContents(
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


def _named_records(context: PageContext, contents: HomeContents) -> dict[str, list[int]]:
    """The records and users that the page calls by name."""
    shown: list[WaitingRecord | ReturnedSheet] = [
        *truncated_list(contents.to_check, MAX_BLOCK_ENTRIES),
        *truncated_list(contents.returned, MAX_BLOCK_ENTRIES),
        *truncated_list(contents.entered, MAX_BLOCK_ENTRIES),
    ]
    due = [each for group in worklist.due_headings(contents.due, context.reading.today) for each in group.shown]
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
    for target, record_id in filter(None, map(draft_subject, contents.drafts)):
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


def draft_subject(draft: Draft) -> tuple[str, int] | None:
    """The case, or the record, that a draft is about."""
    if draft.place.record_id:
        return draft.form, draft.place.record_id
    return (CASE_FORM, draft.place.case_id) if draft.place.case_id else None
