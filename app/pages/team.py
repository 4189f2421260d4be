"""The team of a case: who works on it now, who did, and changing that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext

from app.access.gate import may, page
from app.access.view import View
from app.fields.dates import read_day, written_day
from app.language.form import CASE
from app.language.message import Mistake
from app.language.texts import say
from app.pages.asked import Problem
from app.pages.desk import Desk, desk, found_or_404
from app.pages.moments import day_text
from app.pages.picking import people
from app.pages.sheet import saved
from app.pages.told import role_title
from app.records.overview import Member, members
from app.records.tables import Record
from app.records.teams import CASE_MANAGER, Place, join, leave, may_change


@dataclass(slots=True)
class SeenMember:
    """One line of the team."""

    name: str
    role: str
    days: str
    leave_url: str = ""


class TeamPage(View):
    """Everybody who sees the case sees its team; its case manager and who reaches every case change it."""

    @page("/cases/<int:case_id>/team", may("see", CASE), methods=("GET", "POST"))
    def team(self, case_id: int) -> Any:
        at = desk()
        case = found_or_404(at.cabinet.case, case_id)
        if request.method == "GET":
            return _page(at, case)
        return _changed(at, case, _join, gettext("The team was changed."))

    @page("/cases/<int:case_id>/team/<int:user_id>/leave", may("see", CASE), methods=("POST",))
    def leave(self, case_id: int, user_id: int) -> Any:
        at = desk()
        case = found_or_404(at.cabinet.case, case_id)
        return _changed(
            at, case, lambda at, case: leave(at.cabinet, case, [user_id], at.clerk), gettext("The team was changed.")
        )


def _join(at: Desk, case: Record) -> None:
    """Put the person chosen on the page on the team."""
    chosen, typed = request.form.get("user", ""), request.form.get("since", "").strip()
    if not chosen.isascii() or not chosen.isdecimal() or len(chosen) > 9:
        raise Mistake("Choose a person who can sign in.")
    since = read_day(typed, at.reading.today) if typed else None
    roles = {role.role for role in at.cabinet.definition.roles.roles}
    join(at.cabinet, case, int(chosen), request.form.get("role", ""), at.clerk, since, roles)


def _changed(at: Desk, case: Record, change: Any, done: str) -> Any:
    case_id = case.id
    if not may_change(_places(members(at.cabinet, case, at.reading)), at.worker.scope):
        abort(403)
    try:
        found_or_404(change, at, case)
    except Mistake as mistake:
        return _page(at, found_or_404(at.cabinet.case, case_id), mistake.message.say(gettext)), 422
    return saved(done, url_for("TeamPage.team", case_id=case_id))


def _places(team: Sequence[Member]) -> list[Place]:
    return [Place(one.user_id, one.role, one.since) for one in team if one.until is None]


def _page(at: Desk, case: Record, problem: str = "") -> str:
    team = members(at.cabinet, case, at.reading)
    able = may_change(_places(team), at.worker.scope)
    words = request.values.get("search", "").strip()[:100]
    return render_template(
        "team.html", title=gettext("Case team"), case=at.case_head(case), able=able,
        now=[_seen(at, one, case, able) for one in team if one.until is None],
        before=[_seen(at, one, case, False) for one in team if one.until is not None],
        words=words, people=people(at, words) if able else [], chosen=request.form.get("user", ""),
        roles=[(role.role, say(role.title, at.reading.language)) for role in at.cabinet.definition.roles.roles],
        role=request.form.get("role", ""),
        since=request.form.get("since", written_day(at.reading.today, at.reading.language)),
        problems=[Problem("since", "", problem)] if problem else [],
        action=url_for("TeamPage.team", case_id=case.id),
    )


def _seen(at: Desk, member: Member, case: Record, able: bool) -> SeenMember:
    leaves = able and member.role != CASE_MANAGER
    return SeenMember(
        member.name, role_title(at, member.role),
        gettext("since %(day)s", day=day_text(member.since)) if member.until is None
        else f"{day_text(member.since)} – {day_text(member.until)}",
        url_for("TeamPage.leave", case_id=case.id, user_id=member.user_id) if leaves else "",
    )
