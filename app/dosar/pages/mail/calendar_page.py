"""A worker's calendar, for the programs that fetch it: no session, no cookie, only the secret word of the address."""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Response, abort, current_app, request

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, page_route
from dosar.access.i18n.language_names import DEFAULT_LANGUAGE
from dosar.access.i18n.languages import worded_language
from dosar.access.login.login import throttle_secret
from dosar.access.login.secret_words import secret_digest
from dosar.access.login.throttle import (
    FEED_ADDRESS_LIMIT,
    FEED_LIMIT,
    Guess,
    TooManyTries,
    count_try,
    forget_tries,
)
from dosar.access.organisation.time_zones import local_day
from dosar.access.services import AccessServices, access_services
from dosar.access.worker import Worker, worker_for
from dosar.calendars.feed_address import CalendarFeed, feed_at, note_read
from dosar.calendars.ical import CalendarReader, write_calendar
from dosar.database.audit.trail import current_trail
from dosar.language.text.message import Mistake
from dosar.overview.reminders import find_reminders
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import acting_as

LOOK_AHEAD = timedelta(days=183)
CALENDAR_TYPE = "text/calendar; charset=utf-8"
SHOWN_LETTERS = 32


class CalendarPage(PageView):
    """One file for each worker who wants one."""

    @page_route("/calendar/<word>.ics", PUBLIC_ACCESS)
    def calendar(self, word: str) -> Any:
        services = access_services()
        feed = _feed_or_refusal(services, word)
        try:
            worker = worker_for(services, feed.user_id)
        except Mistake:
            abort(404)
        if (trail := current_trail.get()) is not None:
            trail.told = True  # once a day, below, and not each time a program looks
        answer = Response(_calendar_of(services, worker), content_type=CALENDAR_TYPE)
        _note_first_of_day(services, feed)
        answer.add_etag()
        return answer.make_conditional(request)


def _feed_or_refusal(services: AccessServices, word: str) -> CalendarFeed:
    """Whose word it is. Who guesses waits longer each time, as at the sign-in, and apart from it."""
    guess = Guess(secret_digest(word), request.remote_addr or "", None, FEED_LIMIT, FEED_ADDRESS_LIMIT)
    try:
        with services.store.writing() as session:
            counted = count_try(services, throttle_secret(), guess)
            feed = feed_at(session, word)
            if feed is not None:
                forget_tries(services, throttle_secret(), guess, counted)
    except TooManyTries as closed:
        abort(Response("", 429, {"Retry-After": str(closed.minutes * 60)}))
    if feed is None:
        abort(404)
    return feed


def _calendar_of(services: AccessServices, worker: Worker) -> bytes:
    """Under her own scope: this request is nobody's."""
    organisation, today = services.organisation(), services.today()
    language = worded_language(worker.language or organisation.language or DEFAULT_LANGUAGE, organisation.country)
    repository: Repository = current_app.extensions["dosar_repository"]
    with acting_as(worker.scope):
        found = find_reminders(repository, today + LOOK_AHEAD, language)
    return write_calendar(found, CalendarReader(language, today, organisation.zone, _identify))


def _identify(key: str) -> str:
    return hmac.digest(throttle_secret().encode(), key.encode(), sha256).hex()[:SHOWN_LETTERS]


def _note_first_of_day(services: AccessServices, feed: CalendarFeed) -> None:
    zone, moment = services.organisation().zone, services.clock()
    if feed.read is None or local_day(feed.read, zone) != local_day(moment, zone):
        with services.store.writing() as session:
            note_read(session, feed, moment)
