"""The teams of workers: who is in them, and giving them another name or up."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import AppBuilder
from flask_babel import gettext

from app.access.gate import administers, page, worker
from app.access.guarded import guarded
from app.access.view import View
from app.access.work_teams import LONGEST, dissolve_team, members_of, rename_team, work_teams
from app.language.message import Mistake
from app.pages.accounts import full_name


class WorkTeamsPage(View):
    """One page for all teams; people are put into them on their own pages."""

    @page("/teams", administers("users"))
    def teams(self) -> Any:
        return _page()

    @page("/teams/<int:team_id>", administers("users"), ("POST",))
    def rename(self, team_id: int) -> Any:
        was, name, said = request.form.get("was", ""), request.form.get("name", ""), gettext("The team was renamed.")
        return _done(team_id, lambda: rename_team(guarded(), worker(), team_id, was, name), said, name)

    @page("/teams/<int:team_id>/dissolve", administers("users"), ("POST",))
    def dissolve(self, team_id: int) -> Any:
        return _done(team_id, lambda: dissolve_team(guarded(), worker(), team_id), gettext("The team was dissolved."))


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(WorkTeamsPage)


def _done(team_id: int, change: Callable[[], None], said: str, typed: str = "") -> Any:
    try:
        change()
    except LookupError:
        abort(404)
    except Mistake as mistake:
        return _page(team_id, typed, mistake.message.say(gettext)), 422
    flash(said, "success")
    return redirect(url_for("WorkTeamsPage.teams"), 303)


def _page(refused_id: int = 0, typed: str = "", refused: str = "") -> str:
    members = members_of(guarded().session)
    return render_template("work_teams.html", refused=refused, refused_id=refused_id, most=LONGEST, teams=[
        {
            "id": team.id, "name": team.name, "typed": typed if team.id == refused_id else team.name,
            "members": [
                (full_name(user), url_for("UsersPage.user", user_id=user.id)) for user in members.get(team.id, ())
            ],
            "rename_url": url_for("WorkTeamsPage.rename", team_id=team.id),
            "dissolve_url": url_for("WorkTeamsPage.dissolve", team_id=team.id),
        }
        for team in work_teams(guarded().session)
    ])
