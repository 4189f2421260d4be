"""The page of a long piece of work: what is done just now and how much of it, until it is over."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, render_template
from flask_babel import lazy_gettext

USUAL_SECONDS = 2


@dataclass(frozen=True)
class StepWords:
    """What is said of a step, and between which parts of a hundred it lies."""

    said: object
    begins: int
    ends: int

    def percent(self, fraction: float) -> int:
        """How much of everything is done."""
        return round(self.begins + (self.ends - self.begins) * min(max(fraction, 0.0), 1.0))


UNKNOWN_STEP = StepWords(lazy_gettext("Working…"), 0, 0)
"""One that is not known is only at its beginning."""


@dataclass(frozen=True)
class WorkWords:
    """What stands on the page beside the step."""

    title: str
    advice: str
    here: str
    """Where it is looked at again; whoever comes there once the work is over is led on."""
    back: str = ""
    note: str = ""
    away: str = ""
    """What is said while nobody answers: the program starts anew."""
    lost: str = ""
    """What is said where nobody has answered for minutes."""
    seconds: int = USUAL_SECONDS
    """Between two looks."""


def work_progress_page(steps: Mapping[str, StepWords], step: str, fraction: float, words: WorkWords) -> Response:
    """The page, which looks again by itself, without scripts too."""
    now = steps.get(step) or UNKNOWN_STEP
    page = render_template(
        "parts/progress.html",
        said=now.said,
        percent=now.percent(fraction),
        title=words.title,
        advice=words.advice,
        here=words.here,
        back=words.back,
        note=words.note,
        away=words.away,
        lost=words.lost,
        seconds=words.seconds,
    )
    return Response(page)
