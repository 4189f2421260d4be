"""The pages with boxes for text that are no record sheets: what each is called, and what its boxes ask."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext


@dataclass(frozen=True)
class TextPage:
    """A page on which somebody types: its title, and the words before each box for text."""

    title: Any
    boxes: dict[str, Any]
    long: tuple[str, ...] = ()
    """The boxes with several lines."""


TEXT_PAGES = {
    "ReversingPages.reverse": TextPage(
        lazy_gettext("Reverse this entry"),
        {"reason": lazy_gettext("Why is it reversed?")},
        ("reason",),
    ),
    "AcceptingPages.send_back": TextPage(
        lazy_gettext("Return with a note"),
        {"reason": lazy_gettext("What is to be mended?")},
        ("reason",),
    ),
    **{
        endpoint: TextPage(
            lazy_gettext("Bring it back"), {"reason": lazy_gettext("Why is one person more placed there?")}, ("reason",)
        )
        for endpoint in ("RecordPages.restore", "SalvagePage.bring_case", "SalvageRecordPage.bring")
    },
    "DeadlineMovingPages.move": TextPage(
        lazy_gettext("Move or waive a deadline"),
        {"day": lazy_gettext("New day"), "reason": lazy_gettext("Why?")},
        ("reason",),
    ),
    **{
        f"DeadlineMovingPages.{act}": TextPage(
            lazy_gettext("Make a deadline due again"), {"reason": lazy_gettext("Why is it due again?")}, ("reason",)
        )
        for act in ("take_back", "take_back_waiver")
    },
    "MergePages.decide": TextPage(
        lazy_gettext("Merge two cases"),
        {"reason": lazy_gettext("How do you know that it is one person?")},
        ("reason",),
    ),
    "ExportPages.take": TextPage(
        lazy_gettext("Export of a list"),
        {"reason": lazy_gettext("What do you need the file for?")},
        ("reason",),
    ),
    "AccessFilePage.take": TextPage(
        lazy_gettext("Copy of everything, for the person"),
        {"reason": lazy_gettext("Who asked for it, when, and how do you know that it is she?")},
    ),
    "EmergencyPages.open": TextPage(
        lazy_gettext("Open a case in an emergency"),
        {"code": lazy_gettext("Case number"), "reason": lazy_gettext("Why do you have to open it now?")},
        ("reason",),
    ),
    "NamesPages.show": TextPage(
        lazy_gettext("Show the names"),
        {"reason": lazy_gettext("What do you need the names for?")},
        ("reason",),
    ),
    "MyMailPage.choose": TextPage(
        lazy_gettext("My mail and calendar"),
        {"address": lazy_gettext("Mail address")},
    ),
    "ListPages.save": TextPage(
        lazy_gettext("Saved lists"),
        {"name": lazy_gettext("Save these filters and this order as")},
    ),
    "TeamPage.team": TextPage(
        lazy_gettext("Put somebody on the team"),
        {"since": lazy_gettext("Since"), "planned_end": lazy_gettext("Last day")},
    ),
    "WorkTeamsPage.rename": TextPage(lazy_gettext("Teams"), {"name": lazy_gettext("Name of the team")}),
    "UsersPage.new": TextPage(
        lazy_gettext("New user"),
        {
            "user_name": lazy_gettext("User name"),
            "last_name": lazy_gettext("Last name"),
            "first_name": lazy_gettext("First name"),
            "new_team": lazy_gettext("New team"),
        },
    ),
    "UsersPage.user": TextPage(
        lazy_gettext("Account"),
        {
            "last_name": lazy_gettext("Last name"),
            "first_name": lazy_gettext("First name"),
            "new_team": lazy_gettext("New team"),
            "since": lazy_gettext("Open from"),
            "until": lazy_gettext("Last day"),
        },
    ),
    "UsersPage.team_days": TextPage(
        lazy_gettext("Days in a team"), {"since": lazy_gettext("Open from"), "until": lazy_gettext("Last day")}
    ),
    "OrganisationPage.organisation": TextPage(
        lazy_gettext("Organisation"),
        {"organisation": lazy_gettext("Name of the organisation")},
    ),
}
"""By the endpoint to which they are sent, which pages that wait in the database name: to rename one, rename it there
too. Passwords and words searched for are never kept, so their pages are not here."""
