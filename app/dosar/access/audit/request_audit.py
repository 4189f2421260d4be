"""The audit log of requests: what leaves with an answer is on record before it leaves, or it does not leave.

A reading is committed by itself, once for a request; a change is told in its own transaction, and the way on from it
(a redirect) shows nothing. Where the log cannot be written, the answer is 503 and nothing of what was read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from secrets import token_hex

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy.exc import SQLAlchemyError

from dosar.access.audit.asked_address import AskedFor, asked_for
from dosar.access.services import access_services
from dosar.access.worker import Worker
from dosar.database.audit.chain import AuditEvent, case_objects
from dosar.database.audit.trail import AuditTrail, NoAuditLog, current_trail
from dosar.database.store_errors import StoreBusy, StoreError, StoreNotWritable, StoreUnreachable
from dosar.language.form import CASE_FORM

DENIED_STATUSES = (401, 403, 404, 429)
SESSION_LETTERS = 16
"""How much of a session's digest the log keeps: it opens nothing."""


def begin_trail() -> None:
    """From here on what the request reads is noted."""
    worker: Worker | None = g.worker
    row = session.row  # type: ignore[attr-defined]
    trail = AuditTrail(
        actor=worker.id if worker else None,
        roles=",".join(sorted(worker.roles)) if worker else "",
        session=row.id[:SESSION_LETTERS] if row is not None and worker else "",
        place=(request.endpoint or "")[:80],
        request_id=token_hex(8),
    )
    g.setdefault("trail_before", current_trail.set(trail))


def end_trail() -> None:
    """What is read from here on is no part of this request."""
    if (before := g.pop("trail_before", None)) is not None:
        current_trail.reset(before)


def install_request_audit(app: Flask) -> None:
    """Let no answer leave before what it shows is on record.

    To be called after everything else that works on answers: the last one called is the first one asked, and an answer
    put in the place of another must go through all the rest.
    """
    app.after_request(_commit_trail)


def _commit_trail(response: Response) -> Response:
    trail = current_trail.get()
    if trail is None:
        return response
    try:
        events = request_events(trail, response.status_code, asked_for)
        if not events:
            return response
        access_services().store.commit_events(events)
    except (StoreError, SQLAlchemyError, NoAuditLog) as error:
        current_app.logger.error("%s: the audit log cannot be written; an answer is refused", type(error).__name__)
        response.close()
        return current_app.make_response(current_app.handle_user_exception(_refusal(error)))
    return response


def _refusal(error: Exception) -> StoreError:
    """A full disk, and a server that is away, are told as such, with what was typed."""
    return error if isinstance(error, StoreNotWritable | StoreUnreachable) else StoreBusy()


def request_events(trail: AuditTrail, status: int, refused: Callable[[], AskedFor] = AskedFor) -> list[AuditEvent]:
    """What the log tells of a request that was answered with this status."""
    if status >= 500:  # such a page shows what she typed, and no record
        return []
    apart = [*([trail.event("match", objects=_matched(trail))] if trail.matched else []), *trail.noted]
    if status in DENIED_STATUSES and trail.actor is not None:
        asked = refused()
        return [*apart, trail.event("denied", case_id=asked.case_id, objects=asked.objects, outcome=str(status))]
    if 300 <= status < 400 or trail.told:
        return apart
    return [*apart, *_readings(trail)]


def _matched(trail: AuditTrail) -> Mapping[str, Sequence[int]]:
    """What was like the words that were typed; whoever learns that there is somebody learns something of the case."""
    return {
        **{form: sorted(ids) for form, ids in trail.matched.items()},
        **case_objects(trail.matched.get(CASE_FORM, ())),
    }


def _readings(trail: AuditTrail) -> Iterator[AuditEvent]:
    """One event for each case of which something was opened, one for all that was named among others."""
    opened: dict[int | None, dict[str, list[int]]] = {}
    for (form, record_id), case_id in trail.opened.items():
        case = record_id if form == CASE_FORM else case_id
        opened.setdefault(case, {}).setdefault(form, []).append(record_id)
    for case, objects in opened.items():
        yield trail.event("open", case_id=case, objects=objects)
    listed = {form: sorted(ids - {of for key, of in trail.opened if key == form}) for form, ids in trail.listed.items()}
    named = sorted(trail.named.difference(opened))
    if any(listed.values()) or named:
        objects = {form: ids for form, ids in listed.items() if ids}
        yield trail.event(
            "list", objects={**objects, **case_objects(named)}, case_id=named[0] if len(named) == 1 else None
        )
    elif trail.forms and not opened:
        yield trail.event("look", objects={form: [] for form in trail.forms})
