"""The teams of workers: who is in them, and giving them another name or up."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from dosar.access.accounts.unattended import LeavesUnattended
from dosar.access.accounts.work_teams import (
    MAX_TEAM_NAME_LENGTH,
    all_work_teams,
    dissolve_work_team,
    may_change_work_team,
    rename_work_team,
    work_team_members,
)
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.framework import Group
from dosar.access.services import access_services
from dosar.language.text.message import Mistake
from dosar.pages.admin.passed_on import telling_what_goes_on
from dosar.pages.admin.unattended_changes import attending, unattended_lines
from dosar.pages.admin.user_page import user_full_name
from dosar.pages.input.forms import TranslatedForm


class TeamRenameForm(TranslatedForm):
    """What a team is called."""

    was = HiddenField()
    name = StringField(lazy_gettext("Name of the team"), [Length(max=MAX_TEAM_NAME_LENGTH)])

    def of(self, team: Group) -> "TeamRenameForm":
        """Among those of the other teams on the page."""
        self.name.id = f"name-{team.id}"
        return self


class WorkTeamsPage(PageView):
    """One page for all teams; people are put into them on their own pages."""

    @page_route("/teams", requires_page("users"))
    def teams(self) -> Any:
        return _teams_page()

    @page_route("/teams/<int:team_id>", requires_page("users").with_recent_proof(), ("POST",))
    def rename(self, team_id: int) -> Any:
        renaming = TeamRenameForm()
        was, name, message = renaming.was.data or "", renaming.name.data or "", gettext("The team was renamed.")
        return _apply_team_change(
            team_id,
            lambda: rename_work_team(access_services(), current_worker(), team_id, was, name),
            message,
            renaming,
        )

    @page_route("/teams/<int:team_id>/dissolve", requires_page("users").with_recent_proof(), ("POST",))
    def dissolve(self, team_id: int) -> Any:
        members = [user.id for user in work_team_members(access_services().session).get(team_id, ())]

        def dissolve() -> None:
            with telling_what_goes_on(members), attending(members):
                dissolve_work_team(access_services(), current_worker(), team_id)

        return _apply_team_change(team_id, dissolve, gettext("The team was dissolved."))


def _apply_team_change(
    team_id: int, change: Callable[[], None], message: str, renaming: TeamRenameForm | None = None
) -> Any:
    try:
        change()
    except LookupError:
        abort(404)
    except LeavesUnattended as leaving:
        return _teams_page(team_id, left=unattended_lines(leaving.left)), 422
    except Mistake as mistake:
        return _teams_page(team_id, renaming, mistake.message.say(gettext)), 422
    flash(message, "success")
    return redirect(url_for("WorkTeamsPage.teams"), 303)


def _teams_page(
    refused_id: int = 0, renaming: TeamRenameForm | None = None, refused: str = "", left: Sequence[str] = ()
) -> str:
    members = work_team_members(access_services().session)
    return render_template(
        "admin/work_teams.html",
        refused=refused,
        refused_id=refused_id,
        teams=[
            {
                "id": team.id,
                "name": team.name,
                "form": (renaming if renaming and team.id == refused_id else _renaming(team)).of(team),
                "members": [
                    (user_full_name(user), url_for("UsersPage.user", user_id=user.id))
                    for user in members.get(team.id, ())
                ],
                "is_hers": may_change_work_team(current_worker(), team),
                "rename_url": url_for("WorkTeamsPage.rename", team_id=team.id),
                "dissolve_url": url_for("WorkTeamsPage.dissolve", team_id=team.id),
                "left": left if team.id == refused_id else (),
            }
            for team in all_work_teams(access_services().session)
        ],
    )


def _renaming(team: Group) -> TeamRenameForm:
    return TeamRenameForm(formdata=None, name=team.name)
