"""The page of a case: everything about it in ten seconds."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.gate import may, page
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.desk import Desk, desk, found_or_404
from app.pages.listing import Sum, sum_lines
from app.pages.moments import day_text, moment_text
from app.pages.told import ACTIONS
from app.records.labels import shown, user_names
from app.records.lists import Wish, totals
from app.records.overview import Event, Filed, dating_question, events, filed, members


@dataclass(slots=True)
class FormInCase:
    """One form on the case page."""

    label: str
    url: str
    new_url: str
    count: int
    last: str
    status: str = ""


@dataclass(slots=True)
class FormGroup:
    """The forms of one group of the menu."""

    title: str
    entries: list[FormInCase]


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
    def case(self, case_id: int) -> str:
        at = desk()
        record = found_or_404(at.cabinet.case, case_id)
        head = at.case_head(record)
        seen = [key for key, form in at.seen_forms().items() if form.belongs_to]
        counted = filed(at.cabinet, record, seen)
        return render_template(
            "case.html", case=head, facts=head.header if head else [], actions=_actions(at, case_id),
            groups=_groups(at, case_id, counted), team=_team(at, record), totals=_totals(at, case_id),
            timeline=_timeline(at, events(at.cabinet, record, [CASE, *seen])),
            history_url=url_for("RecordPages.history", form=CASE, record_id=case_id),
        )


def _actions(at: Desk, case_id: int) -> list[tuple[str, str, str, str]]:
    actions = [(gettext("Case file"), url_for("RecordPages.show", form=CASE, record_id=case_id), "get", "")]
    if at.worker.may("correct", CASE):
        actions.append((gettext("Correct"), url_for("RecordPages.edit", form=CASE, record_id=case_id), "get", "primary"))
    return actions


def _groups(at: Desk, case_id: int, counted: dict[str, Filed]) -> list[FormGroup]:
    """The forms of a case in the order of the menu."""
    language = at.reading.language
    groups = [
        FormGroup(say(group.title, language), [
            _form_in_case(at, key, case_id, counted[key]) for key in group.entries if key in counted
        ])
        for group in at.cabinet.definition.menu.menu
    ]
    return [group for group in groups if group.entries]


def _form_in_case(at: Desk, key: str, case_id: int, found: Filed) -> FormInCase:
    form = at.forms[key]
    can_add = at.worker.may("enter", key) and not (form.one_per_case and found.count)
    return FormInCase(
        say(form.plural or form.title, at.reading.language), url_for("RecordPages.list", form=key, case=case_id),
        url_for("RecordPages.new", form=key, case=case_id) if can_add else "", found.count,
        _last(at, key, found),
    )


def _last(at: Desk, key: str, found: Filed) -> str:
    """The date on the last sheet, in words; nothing where the reader does not know that question."""
    if not found.count:
        return gettext("nothing yet")
    dated = dating_question(at.cabinet.forms[key])
    if dated is None or found.last is None or dated.name not in at.forms[key].questions:
        return ""
    return shown(dated, found.last, at.reading)


def _team(at: Desk, record: Any) -> list[TeamMember]:
    roles = at.cabinet.definition.roles
    return [
        TeamMember(
            member.name, say(roles[member.role].title, at.reading.language) if member.role in roles else member.role,
            day_text(member.since),
        )
        for member in members(at.cabinet, record) if member.until is None
    ]


def _totals(at: Desk, case_id: int) -> list[Sum]:
    language = at.reading.language
    wishes = {key: Wish(case_id=case_id) for key, form in at.seen_forms().items() if form.belongs_to}
    return [
        Sum(say(total.label or form.plural or form.title, language), sum_lines(lines))
        for form, total, lines in totals(at.cabinet, at.forms, wishes, at.reading)
    ]


def _timeline(at: Desk, found: list[Event]) -> list[Happening]:
    names = user_names(at.cabinet, [event.user_id for event in found])
    return [
        Happening(
            moment_text(event.at),
            f"{ACTIONS.get(event.action, event.action)}: {say(at.forms[event.form].title, at.reading.language)}",
            names.get(event.user_id or 0, gettext("Dosar")),
            url_for("RecordPages.show", form=event.form, record_id=event.record_id),
        )
        for event in found
    ]
