"""The cards of the first day: what somebody should know before she begins."""

from flask_babel import gettext

from dosar.pages.blocks import IntroCard
from dosar.pages.context import PageContext


def intro_cards(context: PageContext) -> list[IntroCard]:
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
