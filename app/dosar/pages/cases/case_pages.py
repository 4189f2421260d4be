"""The page of a case: everything about it in ten seconds."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.language.dating import dating_question
from dosar.language.form import CASE_FORM, Form
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import CaseTeamMember, RecordEvent, latest_events, team_members
from dosar.overview.timeline import SheetOfDay, sheets_by_day
from dosar.pages.actions import correcting_look
from dosar.pages.cases.case_reading import CaseReading, read_case
from dosar.pages.cases.due_block import due_block
from dosar.pages.cases.merge import redirect_to_merged
from dosar.pages.cases.money_blocks import money_blocks, money_warnings
from dosar.pages.cases.names import names_action
from dosar.pages.cases.people_blocks import related_people, risk_block
from dosar.pages.cases.stage_blocks import other_documents, stage_blocks, tasks_to_go_on
from dosar.pages.consent import consent_notices
from dosar.pages.context import CaseHead, PageContext, find_or_404, page_context
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.pagination import paginate_lines
from dosar.pages.rendering.history import ACTION_LABELS
from dosar.pages.restricted import restriction_notices
from dosar.pages.rights.access_file import may_take_copy
from dosar.pages.rights.erasure import may_have_erased
from dosar.pages.rights.retention import kept_until_text
from dosar.pages.urls import record_url
from dosar.records.cases.merge import case_merged_into, may_merge
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.titles import show_answer

MAX_TIMELINE_SHEETS, MAX_RECENT_CHANGES = 12, 6
"""How many sheets and changes the page of a case tells."""


@dataclass(slots=True)
class TeamMember:
    """Somebody who works on the case."""

    name: str
    role: str
    since: str


@dataclass(slots=True)
class CaseEvent:
    """One line of what happened last."""

    when: str
    what: str
    who: str
    url: str


class CasePages(PageView):
    """The case file's own page."""

    @page_route("/cases", requires_permission("see", CASE_FORM))
    def cases(self) -> Response:
        return redirect(url_for("RecordPages.list", form=CASE_FORM))

    @page_route("/cases/<int:case_id>", requires_permission("see", CASE_FORM))
    def case(self, case_id: int) -> str | Response:
        context = page_context()
        try:
            record = context.repository.case(case_id)
        except OutOfReach:
            return redirect_to_merged(context, case_merged_into(context.repository, case_id)) or abort(404)
        known = _case_forms(context)
        head, reading = context.case_head(record), read_case(context, record, known)
        team = [member for member in team_members(context.repository, record, context.reading) if not member.until]
        return render_template(
            "cases/case.html",
            case=head,
            facts=head.header if head else [],
            restricted=restriction_notices(context, case_id),
            consents=consent_notices(context, case_id, reading.query.consent_words()),
            actions=_case_actions(context, case_id),
            **_case_blocks(reading, team),
            team=_shown_team(context, team),
            is_led=any(member.leads for member in team) or context.repository.definition.roles.leading is None,
            timeline=_timeline_events(
                context, sheets_by_day(context.repository, record, context.seen_forms(), MAX_TIMELINE_SHEETS)
            ),
            timeline_url=url_for("CasePages.timeline", case_id=case_id),
            changes=_change_events(
                context,
                latest_events(context.repository, record, [CASE_FORM, *known], context.reading, MAX_RECENT_CHANGES),
            ),
            kept_until=kept_until_text(context, record),
            history_url=url_for("RecordPages.history", form=CASE_FORM, record_id=case_id),
            readers_url=_readers_url(context, head),
        )

    @page_route("/cases/<int:case_id>/timeline", requires_permission("see", CASE_FORM))
    def timeline(self, case_id: int) -> str:
        """Everything that happened, by the day each sheet tells of."""
        context = page_context()
        record = find_or_404(context.repository.case, case_id)
        found, pager = paginate_lines(
            partial(sheets_by_day, context.repository, record, context.seen_forms()),
            "CasePages.timeline",
            case_id=case_id,
        )
        return render_template(
            "cases/timeline.html",
            title=gettext("Everything that happened"),
            form_title=gettext("Everything that happened"),
            case=context.case_head(record),
            timeline=_timeline_events(context, found),
            **pager,
        )


def _readers_url(context: PageContext, head: CaseHead | None) -> str:
    """Where it stands who opened the file, for those who watch over it."""
    if head is None or "audit" not in context.worker.pages:
        return ""
    return url_for("AuditLogPage.audit", case=head.code)


def _case_blocks(case: CaseReading, team: list[CaseTeamMember]) -> dict[str, Any]:
    return {
        "stages": stage_blocks(case),
        "wanted": tasks_to_go_on(case),
        "others": other_documents(case),
        "people": related_people(case),
        "risks": risk_block(case),
        "due": due_block(case, team),
        "money": money_blocks(case),
        "warned": money_warnings(case),
    }


def _case_forms(context: PageContext) -> dict[str, Form]:
    """The forms of a case that the reader may see."""
    return {key: form for key, form in context.seen_forms().items() if form.belongs_to}


def _case_actions(context: PageContext, case_id: int) -> list[tuple[str, str, str, str]]:
    actions = [(gettext("Case file"), url_for("RecordPages.show", form=CASE_FORM, record_id=case_id), "get", "")]
    if context.worker.may("correct", CASE_FORM) and context.is_written(CASE_FORM, case_id):
        edit = url_for("RecordPages.edit", form=CASE_FORM, record_id=case_id)
        actions.append((gettext("Correct"), edit, "get", correcting_look(context, case_id)))
    if may_merge(context.worker.scope):
        actions.append((gettext("Merge with another case"), url_for("MergePages.choose", case_id=case_id), "get", ""))
    actions += names_action(context, case_id)
    if may_take_copy(context):
        actions.append((gettext("Copy for the person"), url_for("AccessFilePage.ask", case_id=case_id), "get", ""))
    if may_have_erased(context):
        actions.append((gettext("Erase or make anonymous"), url_for("ErasurePage.ask", case_id=case_id), "get", ""))
    return actions


def _shown_team(context: PageContext, team: list[CaseTeamMember]) -> list[TeamMember]:
    roles = context.repository.definition.roles
    return [
        TeamMember(
            member.name,
            text_in_language(roles[member.role].title, context.reading.language)
            if member.role in roles
            else member.role,
            day_text(member.since),
        )
        for member in team
    ]


def _timeline_events(context: PageContext, found: list[SheetOfDay]) -> list[CaseEvent]:
    return [
        CaseEvent(
            show_answer(dated, sheet.day, context.reading),
            context.form_title(sheet.form),
            "",
            record_url(sheet.form, sheet.record_id),
        )
        for sheet in found
        if (dated := dating_question(context.repository.forms[sheet.form]))
    ]


def _change_events(context: PageContext, found: list[RecordEvent]) -> list[CaseEvent]:
    return [
        CaseEvent(
            moment_text(event.at),
            f"{ACTION_LABELS.get(event.action, event.action)}: {context.form_title(event.form)}",
            event.who or gettext("Dosar"),
            record_url(event.form, event.record_id),
        )
        for event in found
    ]
