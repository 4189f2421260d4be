"""Back-ups: where they go, when the last one was made, and the button that makes one now."""

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.services import access_services
from dosar.backups.keeping.backup_plan import MOST_KEPT, BackupPlan, read_plan, save_plan
from dosar.backups.keeping.retention import Retention
from dosar.backups.keeping.runs import restored_from
from dosar.backups.keeping.warnings import (
    BackupWarning,
    PlaceState,
    backup_warnings,
    last_good_of,
    waits_for_its_turn,
)
from dosar.backups.keeping.work import BackupWork
from dosar.backups.places.known_folder import is_absence
from dosar.backups.places.settings import PlaceSettings
from dosar.database.audit.trail import add_event
from dosar.long_work.background_work import WorkProgress
from dosar.pages.backups.backup_state import current_copy, current_work, has_card, place_states
from dosar.pages.backups.backup_words import (
    KIND_NAMES,
    MAKING_STEPS,
    last_backup_text,
    opened_copy_text,
    warning_text,
)
from dosar.pages.formatting import when_text
from dosar.pages.input.forms import OneOf, TranslatedForm
from dosar.pages.rendering.work_progress import WorkWords, work_progress_page

BACKUPS_ACCESS = requires_page("organisation")


def _number(label: Any) -> IntegerField:
    told = lazy_gettext("Write a number from 1 to %(most)s.", most=MOST_KEPT)
    return IntegerField(label, [InputRequired(told), NumberRange(1, MOST_KEPT, told)])


class PlanForm(TranslatedForm):
    """Whether back-ups are made by themselves, and how many are kept."""

    daily = OneOf(
        lazy_gettext("Back up every day by itself"),
        lazy_gettext("Choose whether back-ups are made every day."),
        choices=[SelectChoice("yes", lazy_gettext("Yes")), SelectChoice("no", lazy_gettext("No"))],
        description=lazy_gettext(
            "In the afternoon when nobody works, and before every update or change of the forms. Dosar must be running."
        ),
    )
    kept_daily = _number(lazy_gettext("Daily back-ups that are kept"))
    kept_weekly = _number(lazy_gettext("Weekly back-ups that are kept"))
    kept_monthly = _number(lazy_gettext("Monthly back-ups that are kept"))


class BackupsPage(PageView):
    """The state of the back-ups."""

    @page_route("/backups", BACKUPS_ACCESS)
    def backups(self) -> Any:
        plan = read_plan(access_services().session)
        return _backups_page(
            PlanForm(
                formdata=None,
                daily="yes" if plan.is_daily else "no",
                kept_daily=plan.kept.daily,
                kept_weekly=plan.kept.weekly,
                kept_monthly=plan.kept.monthly,
            )
        )

    @page_route("/backups/now", BACKUPS_ACCESS, ("POST",))
    def back_up(self) -> Any:
        work = current_work()
        if not work.places():
            flash(gettext("Say first where the back-ups go."), "warning")
            return redirect(url_for("BackupsPage.backups"), 303)
        work.begin("button", current_worker().id)
        return redirect(url_for("BackupsPage.progress"), 303)

    @page_route("/backups/progress", BACKUPS_ACCESS)
    def progress(self) -> Any:
        work = current_work()
        if (progress := work.progress) is not None:
            return _progress_page(progress)
        _tell_outcome(work)
        return redirect(url_for("BackupsPage.backups"), 303)

    @page_route("/backups/plan", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def plan(self) -> Any:
        form = PlanForm()
        if not form.validate():
            return _backups_page(form)
        kept = Retention(form.kept_daily.data, form.kept_weekly.data, form.kept_monthly.data)
        with access_services().store.writing() as session:
            save_plan(session, BackupPlan(form.daily.data == "yes", kept))
            numbers = f"{kept.daily}/{kept.weekly}/{kept.monthly}"
            add_event(session, "backup_plan", fields=[numbers] if form.daily.data == "yes" else ["–", numbers])
        flash(gettext("Saved."), "success")
        return redirect(url_for("BackupsPage.backups"), 303)


@dataclass(slots=True)
class PlaceLine:
    """One place, in words."""

    title: str
    kind: str
    address: str
    last: str
    trouble: str
    waits: bool
    url: str


def _backups_page(form: PlanForm) -> Any:
    services, work = access_services(), current_work()
    states, now = place_states(), services.clock()
    restored = restored_from(services.session)
    warned = [found for found in backup_warnings(states, has_card(), now, restored) if found not in SAID_BESIDE]
    page = render_template(
        "backups/backups.html",
        form=form,
        is_running=work.is_running,
        opened=opened_copy_text(current_copy()),
        is_demo=services.is_demo(),
        has_card=has_card(),
        last=last_backup_text(states, restored) if last_good_of(states, restored) else "",
        warnings=[warning_text(found, states, now, restored) for found in warned],
        places=[
            _place_line(place, state, waits_for_its_turn(state, states, now))
            for place, state in zip(work.places(), states, strict=True)
        ],
        kinds=[(url_for("BackupPlacesPage.new", kind=kind), label) for kind, label in KIND_NAMES.items()],
    )
    return Response(page, form.status)


SAID_BESIDE = (BackupWarning.FAILED,)
"""What stands beside the place itself."""


def _place_line(place: PlaceSettings, state: PlaceState, waits: bool) -> PlaceLine:
    good = state.last_good
    return PlaceLine(
        place.title,
        str(KIND_NAMES[place.kind]),
        place.address,
        gettext("Last good back-up: %(when)s", when=when_text(good)) if good else gettext("No back-up yet"),
        state.trouble.say(gettext) if state.trouble else "",
        waits,
        url_for("BackupPlacesPage.place", place=place.id),
    )


def _tell_outcome(work: BackupWork) -> None:
    """What came of what she waited for."""
    outcomes, work.outcomes = work.outcomes, ()
    is_made = any(outcome.made is not None for outcome in outcomes)
    for outcome in outcomes:
        if outcome.trouble is not None and is_made and is_absence(outcome.trouble.message):
            flash(gettext("%(place)s was not connected, so it got none.", place=outcome.place.title), "warning")
        elif outcome.trouble is not None:
            flash(f"{outcome.place.title}: {outcome.trouble.message.say(gettext)}", "danger")
        elif outcome.made is not None:
            flash(gettext("%(place)s: backed up and checked.", place=outcome.place.title), "success")


def _progress_page(progress: WorkProgress) -> Response:
    words = WorkWords(
        gettext("A back-up is being made"),
        gettext("Everybody can go on working meanwhile, also on this computer."),
        url_for("BackupsPage.progress"),
        url_for("BackupsPage.backups"),
        progress.place,
    )
    return work_progress_page(MAKING_STEPS, progress.step, progress.fraction, words)
