"""The page of a case: everything about it in ten seconds."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.gate import may, page
from app.access.view import View
from app.language.form import CASE, Form
from app.language.texts import say
from app.pages.addresses import record_url
from app.pages.case_blocks import CaseBlocks
from app.pages.desk import Desk, desk, found_or_404
from app.pages.merging import moved_from
from app.pages.moments import day_text, moment_text
from app.pages.told import ACTIONS
from app.pages.turning import turned
from app.records.glancing import Glance
from app.records.labels import shown
from app.records.merging import may_merge, merged_into
from app.records.overview import Event, dating_question, events, members
from app.records.scope import OutOfReach
from app.records.timeline import SheetOfDay, sheets_by_day

TOLD, CHANGES = 12, 6
"""How many sheets and changes the page of a case tells."""


@dataclass(slots=True)
class TeamMember:
    """Somebody who works on the case."""

    name: str
    role: str
    since: str


@dataclass(slots=True)
class Happening:
    """One line of what happened last."""

    when: str
    what: str
    who: str
    url: str


class CasePages(View):
    """The case file's own page."""

    @page("/cases", may("see", CASE))
    def cases(self) -> Response:
        return redirect(url_for("RecordPages.list", form=CASE))

    @page("/cases/<int:case_id>", may("see", CASE))
    def case(self, case_id: int) -> str | Response:
        at = desk()
        try:
            record = at.cabinet.case(case_id)
        except OutOfReach:
            return moved_from(at, merged_into(at.cabinet, case_id)) or abort(404)
        known = _known(at)
        blocks = CaseBlocks(at, Glance(at.cabinet, known, record, at.worker.id), at.cabinet.definition.stages)
        blocks.read()
        head = at.case_head(record)
        return render_template(
            "case.html", case=head, facts=head.header if head else [], actions=_actions(at, case_id),
            blocks=blocks, team=_team(at, record),
            timeline=_timeline(at, sheets_by_day(at.cabinet, record, at.seen_forms(), TOLD)),
            timeline_url=url_for("CasePages.timeline", case_id=case_id),
            changes=_changes(at, events(at.cabinet, record, [CASE, *known], at.reading, CHANGES)),
            history_url=url_for("RecordPages.history", form=CASE, record_id=case_id),
        )

    @page("/cases/<int:case_id>/timeline", may("see", CASE))
    def timeline(self, case_id: int) -> str:
        """Everything that happened, by the day each sheet tells of."""
        at = desk()
        record = found_or_404(at.cabinet.case, case_id)
        found, beside = turned(
            partial(sheets_by_day, at.cabinet, record, at.seen_forms()), "CasePages.timeline", case_id=case_id,
        )
        return render_template(
            "timeline.html", title=gettext("Everything that happened"), form_title=gettext("Everything that happened"),
            case=at.case_head(record), timeline=_timeline(at, found), **beside,
        )


def _known(at: Desk) -> dict[str, Form]:
    """The forms of a case that the reader may see."""
    return {key: form for key, form in at.seen_forms().items() if form.belongs_to}


def _actions(at: Desk, case_id: int) -> list[tuple[str, str, str, str]]:
    actions = [(gettext("Case file"), url_for("RecordPages.show", form=CASE, record_id=case_id), "get", "")]
    if at.worker.may("correct", CASE):
        edit = url_for("RecordPages.edit", form=CASE, record_id=case_id)
        actions.append((gettext("Correct"), edit, "get", "primary"))
    if may_merge(at.worker.scope):
        actions.append((gettext("Merge with another case"), url_for("MergePages.choose", case_id=case_id), "get", ""))
    return actions


def _team(at: Desk, record: Any) -> list[TeamMember]:
    roles = at.cabinet.definition.roles
    return [
        TeamMember(
            member.name, say(roles[member.role].title, at.reading.language) if member.role in roles else member.role,
            day_text(member.since),
        )
        for member in members(at.cabinet, record, at.reading) if member.until is None
    ]


def _timeline(at: Desk, found: list[SheetOfDay]) -> list[Happening]:
    return [
        Happening(
            shown(dated, one.day, at.reading), say(at.forms[one.form].title, at.reading.language), "",
            record_url(one.form, one.record_id),
        )
        for one in found if (dated := dating_question(at.cabinet.forms[one.form]))
    ]


def _changes(at: Desk, found: list[Event]) -> list[Happening]:
    return [
        Happening(
            moment_text(event.at),
            f"{ACTIONS.get(event.action, event.action)}: {say(at.forms[event.form].title, at.reading.language)}",
            event.who or gettext("Dosar"),
            record_url(event.form, event.record_id),
        )
        for event in found
    ]
