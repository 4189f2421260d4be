"""Passkeys: signing in with one, and those that a worker keeps for herself."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import (
    PUBLIC_ACCESS,
    SET_UP_ENDPOINT,
    SIGNED_IN_ACCESS,
    current_worker,
    current_worker_or_none,
    page_route,
)
from dosar.access.factors.passkeys import (
    SIGNING_IN,
    add_passkey,
    adding_options,
    passkey_named,
    passkeys_of,
    remove_passkey,
    use_passkey,
    using_options,
)
from dosar.access.login.passkey_site import PasskeySite, passkey_site, why_no_passkeys
from dosar.access.login.sessions.open_sessions import end_sessions
from dosar.access.login.throttle import PASSKEY_LIMIT, Guess, TooManyTries
from dosar.access.services import access_services
from dosar.access.web.redirects import local_redirect_url
from dosar.language.text.message import Mistake
from dosar.pages.account.session_start import arrival_url, begin_session
from dosar.pages.formatting import moment_text
from dosar.pages.input.forms import PasskeyForm

PASSKEY_BOX = "passkey"
"""Where the browser writes what the authenticator said."""


class PasskeySignInPage(PageView):
    """Coming in with a passkey that checks who uses it; who has none learns nothing here."""

    @page_route("/sign-in/passkey", PUBLIC_ACCESS, ("GET", "POST"))
    def passkey(self) -> Any:
        if not access_services().is_set_up():
            return redirect(url_for(SET_UP_ENDPOINT), 303)
        back = local_redirect_url(request.values.get("next"))
        if current_worker_or_none() is not None:
            return redirect(back, 303)
        site = _site_or_404()
        answer = request.form.get(PASSKEY_BOX, "")
        if request.method == "GET" or not answer:
            return _sign_in_page(site, back)
        try:
            proof = use_passkey(access_services(), site, SIGNING_IN, answer, _guess(answer))
        except TooManyTries as closed:
            return _sign_in_page(site, back, passkey_wait_message(closed.minutes), 429)
        except Mistake as mistake:
            return _sign_in_page(site, back, mistake.message.say(gettext), 401)
        if not proof.is_verified:
            unchecked = gettext(
                "This passkey did not check by PIN, finger or face that it is you. Sign in with your password: then it"
                " may stand in for the code."
            )
            return _sign_in_page(site, back, unchecked, 401)
        begin_session(proof.user_id, proof.passkey_id)
        return redirect(arrival_url(proof.user_id, back), 303)


class ProfilePasskeysPage(PageView):
    """Her own."""

    @page_route("/profile/passkeys/new", SIGNED_IN_ACCESS.with_recent_second_factor(), ("GET", "POST"))
    def new(self) -> Any:
        site, form = _site_or_404(), PasskeyForm()
        answer = request.form.get(PASSKEY_BOX, "")
        if not form.validate_on_submit() or not answer:
            return _new_page(site, form)
        services, user_id = access_services(), current_worker().id
        try:
            with services.store.writing():
                add_passkey(services, site, user_id, form.name.data, answer)
                end_sessions(services, user_id, but=session.row)  # type: ignore[attr-defined]
        except Mistake as mistake:
            return _new_page(site, form, mistake.message.say(gettext))
        flash(gettext("The passkey is added; you were signed out everywhere else."), "success")
        return redirect("/profile", 303)

    @page_route("/profile/passkeys/remove", SIGNED_IN_ACCESS.with_recent_proof(), ("POST",))
    def remove(self) -> Any:
        remove_passkey(access_services(), current_worker().id, request.form.get(PASSKEY_BOX, "")[:64])
        flash(gettext("The passkey is removed: it opens nothing any more."), "success")
        return redirect("/profile", 303)


def profile_passkeys() -> dict[str, Any]:
    """Those of whoever is signed in, and why she can add none here."""
    reason = why_no_passkeys()
    return {
        "why_not": reason.say(gettext) if reason else "",
        "list": [
            {
                "id": passkey.id,
                "name": passkey.name,
                "added": moment_text(passkey.added),
                "used": moment_text(passkey.used) if passkey.used else "",
            }
            for passkey in passkeys_of(access_services(), current_worker().id)
        ],
    }


def passkey_wait_message(minutes: int) -> str:
    """Why no passkey is looked at just now."""
    return gettext("Too many did not fit; wait %(minutes)s min.", minutes=minutes)


def _site_or_404() -> PasskeySite:
    site = passkey_site()
    if site is None:
        abort(404)
    return site


def _guess(answer: str) -> Guess:
    """Counted at the address, for each passkey by itself: who sends what names none keeps nobody's passkey waiting."""
    place = f"{request.remote_addr or ''} {passkey_named(access_services(), answer)}"
    return Guess(place, limit=PASSKEY_LIMIT)


def _sign_in_page(site: PasskeySite, back: str, refused: str = "", status: int = 200) -> Any:
    options = using_options(access_services(), site, SIGNING_IN)
    return render_template("account/passkey.html", options=options, next=back, refused=refused), status


def _new_page(site: PasskeySite, form: PasskeyForm, refused: str = "") -> Any:
    worker = current_worker()
    options = adding_options(access_services(), site, worker.id, worker.user_name)
    page = render_template("account/new_passkey.html", options=options, form=form, refused=refused)
    return page, 422 if refused or form.errors else 200
