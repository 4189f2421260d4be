"""What the audit log tells, a plain sentence a line: who did what with what; never what was read or typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext, ngettext

from dosar.access.i18n.languages import request_wording
from dosar.access.sealed.opening_events import UNSEALED_ACTION, WRONG_GUESSES_ACTION
from dosar.access.services import access_services
from dosar.backups.salvage.copy_work import CLOSED_ACTION, OPENED_ACTION
from dosar.database.audit.chain import ACCOUNT_OBJECT, CASE_OBJECT, EVENT_OBJECT, FILE_OBJECT
from dosar.database.audit.reading import AuditLine
from dosar.language.form import CASE_FORM
from dosar.language.text.texts import text_in_language
from dosar.pages.admin.audit.key_sentences import KEY_SENTENCES
from dosar.pages.formatting import moment_text
from dosar.pages.rendering.account_actions import ACCOUNT_ACTION_LABELS
from dosar.pages.rendering.history import ACTION_LABELS
from dosar.records.rights.access_file import ACCESS_FILE_ACTION

ACCOUNT_PREFIX = "account_"
EXPIRED_OUTCOME = "expired"
MOST_FORMS = 3
"""How many forms are named of which a page read something, and no record by itself."""
WITHOUT_OBJECT = re.compile(r"\s*:?\s*%\(what\)s")
"""What is left out of a sentence where nothing is named."""
SENTENCES = {
    "open": lazy_gettext("%(who)s opened %(what)s."),
    "list": lazy_gettext("%(who)s read a list: %(what)s."),
    "look": lazy_gettext("%(who)s looked at a page about: %(what)s."),
    "match": lazy_gettext("%(who)s compared what was typed with all records: %(what)s."),
    "draft_opened": lazy_gettext("%(who)s went on with a draft: %(what)s."),
    "print": lazy_gettext("%(who)s opened a page to print: %(what)s."),
    "export": lazy_gettext("%(who)s took along as a file: %(what)s."),
    "denied": lazy_gettext("%(who)s was refused: %(what)s."),
    "audit_read": lazy_gettext("%(who)s read the audit log."),
    "anchored": lazy_gettext("%(who)s took the line that stands for the end of the audit log."),
    "signed_in": lazy_gettext("%(who)s signed in."),
    "signed_out": lazy_gettext("%(who)s signed out."),
    "session_ended": lazy_gettext("%(who)s ended a session: %(what)s."),
    "sign_in_failed": lazy_gettext("Somebody gave a wrong password: %(what)s."),
    "code_failed": lazy_gettext("Somebody gave a wrong code: %(what)s."),
    "passkey_failed": lazy_gettext("Somebody used a passkey that does not fit: %(what)s."),
    "started": lazy_gettext("Dosar was started."),
    "forms_changed": lazy_gettext("Files of the forms were changed: %(fields)s."),
    "key_made": lazy_gettext("The key of the database was made."),
    "key_rewrapped": lazy_gettext("The key of the database was given to another data folder."),
    "key_changed": lazy_gettext("What opens the data was changed."),
    "unsealed": lazy_gettext("The data were opened."),
    "unseal_failed": lazy_gettext("While the data were locked, what was typed did not open them."),
    "key_slots_older": lazy_gettext("The file of the key slots was older than the last change: somebody put it back."),
    "sealed": lazy_gettext("Everything was locked."),
    "erasure_looked": lazy_gettext("%(who)s looked at what would go with an erasure that waits."),
    "erase.ask": lazy_gettext("%(who)s asked for a person to be erased."),
    "erase.refuse": lazy_gettext("%(who)s refused to erase a person."),
    "erase": lazy_gettext("%(who)s erased a person, as the second one who said so."),
    "anonymise.ask": lazy_gettext("%(who)s asked for a case to be anonymised."),
    "anonymise.refuse": lazy_gettext("%(who)s refused to anonymise a case."),
    "anonymise": lazy_gettext("%(who)s anonymised a case, as the second one who said so."),
    "erase.again": lazy_gettext("Dosar erased a person again whom a restored copy had brought back."),
    "anonymise.again": lazy_gettext("Dosar anonymised a case again that a restored copy had brought back."),
    "pruned": lazy_gettext("Old entries of the audit log were removed: %(what)s."),
    "audit_years": lazy_gettext("%(who)s set for how many years the audit log is kept: %(fields)s."),
    "audit_years_asked": lazy_gettext("%(who)s asked that the audit log be kept for fewer years: %(fields)s."),
    "audit_years_refused": lazy_gettext("%(who)s refused that the audit log be kept for fewer years: %(fields)s."),
    "audit_years_taken_back": lazy_gettext(
        "%(who)s took back the request that the audit log be kept for fewer years: %(fields)s."
    ),
    "old_key_removed": lazy_gettext("The database with the former key was deleted."),
    "copied": lazy_gettext("A copy of the database was made."),
    "kept_aside_removed": lazy_gettext("What was kept when a back-up was restored was deleted, a month later."),
    "restored": lazy_gettext("A back-up was restored; the data are of this moment (UTC): %(fields)s."),
    "backup_made": lazy_gettext("%(who)s backed the data up: %(fields)s."),
    "backup_failed": lazy_gettext("A back-up by %(who)s did not succeed."),
    "backup_rehearsed": lazy_gettext("A back-up was restored on trial: %(fields)s."),
    "backup_taken": lazy_gettext("%(who)s took a back-up along: %(fields)s."),
    OPENED_ACTION: lazy_gettext("%(who)s opened a back-up for single records: %(fields)s."),
    CLOSED_ACTION: lazy_gettext("A back-up that was open for single records was closed: %(fields)s."),
    "backup_plan": lazy_gettext("%(who)s set how back-ups are made and kept: %(fields)s."),
    "update_question": lazy_gettext("%(who)s set whether Dosar asks for new versions: %(fields)s."),
    "backup_place_saved": lazy_gettext("%(who)s said where back-ups go."),
    "backup_place_removed": lazy_gettext("%(who)s took a place for back-ups out."),
    "mail_account_saved": lazy_gettext("%(who)s set up the account over which mails leave."),
    "mail_account_removed": lazy_gettext("%(who)s removed the account over which mails leave."),
    "mail_tested": lazy_gettext("%(who)s sent a test mail."),
    "digest_choice": lazy_gettext("%(who)s chose whether a digest comes by mail: %(fields)s."),
    "mail_code_sent": lazy_gettext("%(who)s had a code mailed to the address of the digests: %(what)s."),
    "mail_address_confirmed": lazy_gettext("%(who)s confirmed the address of the digests: %(what)s."),
    "digest_sent": lazy_gettext("A digest with codes of cases left by mail: %(what)s."),
    "feed_made": lazy_gettext("%(who)s made an address for a calendar: %(what)s."),
    "feed_ended": lazy_gettext("%(who)s ended the address of a calendar: %(what)s."),
    "feed_read": lazy_gettext("The calendar of %(who)s was fetched, for the first time that day."),
    "update_installed": lazy_gettext("%(who)s put a new version beside the program: %(fields)s (before, new)."),
    "update_went_back": lazy_gettext(
        "%(who)s went back to the version before, with the data of before: %(fields)s (from, to)."
    ),
    "update_settled": lazy_gettext(
        "The new version had its good day (%(fields)s); the one before and the data of before were removed."
    ),
}
NAMING_LIST = lazy_gettext("%(who)s read a list with names or other sensitive answers: %(what)s.")
DEED_SENTENCE = lazy_gettext("%(who)s – %(done)s: %(what)s.")
"""What was done to a record or an account, by the word for it."""
RAN_OUT = {
    "signed_out": lazy_gettext("The session of %(who)s ran out."),
    "session_ended": lazy_gettext("A session ran out: %(what)s."),
}
"""The same of sessions that nobody ended."""
KEY_ACTIONS = (
    UNSEALED_ACTION,
    WRONG_GUESSES_ACTION,
    "sealed",
    "account_sealed",
    "key_made",
    "key_changed",
    "account_key_changed",
    "key_slots_older",
    "key_rewrapped",
    "old_key_removed",
)
BACKUP_ACTIONS = (
    "backup_made",
    "backup_failed",
    "backup_rehearsed",
    "backup_taken",
    OPENED_ACTION,
    CLOSED_ACTION,
    "backup_plan",
    "restored",
    "backup_place_saved",
    "backup_place_removed",
)
MAIL_ACTIONS = (
    "mail_account_saved",
    "mail_account_removed",
    "mail_tested",
    "digest_choice",
    "mail_code_sent",
    "mail_address_confirmed",
    "digest_sent",
    "feed_made",
    "feed_ended",
    "feed_read",
)
UPDATE_ACTIONS = ("update_installed", "update_went_back", "update_settled")
TERM_ACTIONS = ("audit_years", "audit_years_asked", "audit_years_refused", "audit_years_taken_back")
READING = ("open", "list", "look", "match", "draft_opened", "names_shown", "audit_read")
RIGHTS_OF_PERSON = (
    "erasure_looked",
    *(f"{deed}{step}" for deed in ("erase", "anonymise") for step in ("", ".ask", ".refuse", ".again")),
)
KINDS: Mapping[str, tuple[object, Sequence[str]]] = {
    "reading": (lazy_gettext("Reading"), READING),
    "writing": (lazy_gettext("Writing"), (*ACTION_LABELS,)),
    "rights": (lazy_gettext("Rights of the person"), RIGHTS_OF_PERSON),
    "taken": (lazy_gettext("Print and export"), ("print", "export", ACCESS_FILE_ACTION, "copied")),
    "refused": (
        lazy_gettext("Refused"),
        ("denied", "sign_in_failed", "code_failed", "passkey_failed", WRONG_GUESSES_ACTION),
    ),
    "sessions": (lazy_gettext("Signing in and out"), ("signed_in", "signed_out", "session_ended")),
    "accounts": (lazy_gettext("Accounts"), tuple(f"{ACCOUNT_PREFIX}{action}" for action in ACCOUNT_ACTION_LABELS)),
    "keys": (lazy_gettext("Opening and locking the data"), KEY_ACTIONS),
    "backups": (lazy_gettext("Back-ups"), BACKUP_ACTIONS),
    "mail": (lazy_gettext("Mail and calendar"), MAIL_ACTIONS),
    "system": (
        lazy_gettext("Dosar itself"),
        (
            "started",
            "sealed",
            "forms_changed",
            "update_question",
            "copied",
            "anchored",
            "pruned",
            "key_rewrapped",
            *UPDATE_ACTIONS,
            *TERM_ACTIONS,
        ),
    ),
}
"""What the filter offers: its name, its words, and the actions."""


@dataclass(slots=True)
class AuditSentence:
    """One line of the page."""

    when: str
    text: str
    case_code: str
    case_url: str


def users_named_in(lines: Sequence[AuditLine]) -> set[int]:
    """The accounts whose names the sentences need."""
    actors = {line.actor for line in lines if line.actor is not None}
    return actors.union(*(line.objects.get(ACCOUNT_OBJECT, ()) for line in lines))


def audit_sentence(
    line: AuditLine, users: Mapping[int, str], codes: Mapping[int, str], reachable: bool = False
) -> AuditSentence:
    """The event in words; ``codes`` are the numbers of cases, ``reachable`` whether the reader opens cases at all."""
    code = codes.get(line.case_id, "") if line.case_id is not None else ""
    url = f"/cases/{line.case_id}" if reachable and code else ""
    return AuditSentence(moment_text(line.at), _sentence_text(line, users), code, url)


def _sentence_text(line: AuditLine, users: Mapping[int, str]) -> str:
    if line.fields and line.action in KEY_SENTENCES:
        return KEY_SENTENCES[line.action](line.fields)
    sentence = _sentence_of(line)
    names_actor = "%(who)s" in sentence
    what = _objects_text(_objects_beside_actor(line) if names_actor else line.objects, users)
    if not what and line.action == "denied":
        what = gettext("a page")
    label = ACTION_LABELS.get(line.action) or ACCOUNT_ACTION_LABELS.get(line.action.removeprefix(ACCOUNT_PREFIX))
    return (sentence if what else WITHOUT_OBJECT.sub("", sentence)) % {
        "who": worker_name(line.actor, users),
        "what": what,
        "fields": ", ".join(line.fields),
        "done": str(label or line.action),
    }


def _sentence_of(line: AuditLine) -> str:
    """The sentence of this event, with places for who, what and which fields."""
    sentence: object = RAN_OUT.get(line.action) if line.outcome == EXPIRED_OUTCOME else None
    if line.action == "list" and CASE_OBJECT in line.objects:
        sentence = NAMING_LIST
    return str(sentence or SENTENCES.get(line.action) or DEED_SENTENCE)


def _objects_beside_actor(line: AuditLine) -> Mapping[str, Sequence[int]]:
    """What the event names, without the account of who did it to her own."""
    if list(line.objects.get(ACCOUNT_OBJECT, ())) != [line.actor]:
        return line.objects
    return {key: ids for key, ids in line.objects.items() if key != ACCOUNT_OBJECT}


def worker_name(user_id: int | None, users: Mapping[int, str]) -> str:
    """Who it was; Dosar where it was nobody who had signed in."""
    return gettext("Dosar") if user_id is None else users.get(user_id, gettext("Account %(number)s", number=user_id))


def _objects_text(objects: Mapping[str, Sequence[int]], users: Mapping[int, str]) -> str:
    """All that is named; of forms without a record only the first few, and how many more there are."""
    told = {key: ids for key, ids in objects.items() if key != CASE_OBJECT or not objects.get(CASE_FORM)}
    texts = [text for key, ids in told.items() if (text := _object_text(key, ids, users))]
    more = len(texts) - MOST_FORMS
    if more <= 0 or any(objects.values()):
        return ", ".join(texts)
    first = ", ".join(texts[:MOST_FORMS])
    return ngettext("%(first)s … and %(num)s more", "%(first)s … and %(num)s more", more, first=first)


def _object_text(key: str, ids: Sequence[int], users: Mapping[int, str]) -> str:
    """Accounts by name, one record by its number, many by how many they are; a case by its own number beside it."""
    if key == ACCOUNT_OBJECT:
        return ", ".join(worker_name(user_id, users) for user_id in ids) or gettext("an account that does not exist")
    if key == CASE_OBJECT:
        return ngettext("from %(num)s case", "from %(num)s cases", len(ids))
    if key == FILE_OBJECT:
        return ngettext("%(num)s attached file", "%(num)s attached files", len(ids))
    if key == EVENT_OBJECT:
        return gettext("up to number %(number)s", number=", ".join(map(str, ids)))
    form = access_services().definition.forms.get(key)
    if form is None:
        return key
    title, plural = (text_in_language(text, request_wording()) for text in (form.title, form.plural or form.title))
    if len(ids) == 1:
        return title if key == CASE_FORM else gettext("%(sheet)s no. %(number)s", sheet=title, number=ids[0])
    return f"{plural} ({len(ids)})" if ids else plural
