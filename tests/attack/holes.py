"""Holes planted on purpose: each takes one protection away, and the walk must notice.

Every hole names the cells that are enough to find it, so that the proof stays quick.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import abort, request
from sqlalchemy import false, select, true

from dosar.access import worker as worker_module
from dosar.access.audit import request_audit
from dosar.access.authorization import SIGNED_IN_ACCESS
from dosar.access.web import security_headers
from dosar.fields.tables import Table
from dosar.filing.doubts import links as filed_links
from dosar.language.form import Form
from dosar.pages.context import PageContext
from dosar.pages.input import signed_tokens
from dosar.records import attachments, audit_log, titles
from dosar.records.finding import search
from dosar.records.links.answer_links import WrongLinks
from dosar.records.scope import reliance, write_checks
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as
from dosar.records.sheets import save, stored_answers
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.unsaved import drafts
from tests import memory
from tests.attack.cells import Part
from tests.attack.organisation import Planted
from tests.attack.policy import Place

Patch = Callable[[Any, str, Any], None]
"""Put something in place of an attribute until the hole is closed again."""


@dataclass(frozen=True)
class Hole:
    """A protection taken away, and where to look for it."""

    says: str
    dig: Callable[[Planted, Patch], None]
    where: Part
    noticed: str = "canaries in the page"
    """What the walk must say of it: something else would be noticed by chance."""


def _everywhere(patch: Patch, function: Callable[..., Any], instead: Callable[..., Any]) -> None:
    """Put something in place of a function in every module that uses it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("dosar.") and vars(module).get(function.__name__) is function:
            patch(module, function.__name__, instead)


def _cases_of_all(planted: Planted, patch: Patch) -> None:
    patch(Scope, "reaches", lambda self, case_id: true())


def _colleagues_are_everybody(planted: Planted, patch: Patch) -> None:
    everybody = frozenset(planted.users.values())
    made: Any = worker_module._scope_of_worker
    patch(
        worker_module,
        "_scope_of_worker",
        lambda held, user_id, _, *more: made.__wrapped__(held, user_id, everybody, *more),
    )


def _links_unchecked(planted: Planted, patch: Patch) -> None:
    patch(write_checks, "_require_reachable_links", lambda session, scope: None)
    patch(filed_links, "wrong_links", lambda *_: WrongLinks([], []))


def _links_lead_anywhere(planted: Planted, patch: Patch) -> None:
    _links_unchecked(planted, patch)
    patch(write_checks, "_require_same_case", lambda session: None)
    patch(filed_links, "links_to_other_cases", lambda *_: [])


def _files_unchecked(planted: Planted, patch: Patch) -> None:
    patch(write_checks, "_require_own_files", lambda session, scope, files: None)
    _everywhere(patch, filed_links.foreign_files, lambda *arguments: {})


def _everything_is_clear(planted: Planted, patch: Patch) -> None:
    patch(Form, "seen_with", lambda self, clearances: self)


def _columns_are_clear(planted: Planted, patch: Patch) -> None:
    patch(Table, "seen_with", lambda self, clearances: self)


def _no_tokens(planted: Planted, patch: Patch) -> None:
    patch(
        planted.app,
        "config",
        type(planted.app.config)(planted.app.config.root_path, {**planted.app.config, "WTF_CSRF_ENABLED": False}),
    )


def _deleted_are_there(planted: Planted, patch: Patch) -> None:
    narrow = Scope.criterion
    patch(Scope, "criterion", lambda self, kept, with_deleted: narrow(self, kept, True))


def _a_door_stands_open(planted: Planted, patch: Patch) -> None:
    patch(planted.app.view_functions["RecordPages.new"].__func__, "route_access", SIGNED_IN_ACCESS)  # type: ignore[attr-defined]


def _versions_unchecked(planted: Planted, patch: Patch) -> None:
    def current(token: str, form: str, record_id: int) -> int:
        version: int = open_sheet(planted.repository, form, record_id).record.version
        return version

    _everywhere(patch, signed_tokens.shown_version, current)


def _history_tells_all(planted: Planted, patch: Patch) -> None:
    tell = audit_log.history_entries

    def all_told(repository: Any, form: Form, record: Any, *page: int, **options: Any) -> Any:
        return tell(repository, repository.forms[form.key], record, *page, **options)

    _everywhere(patch, tell, all_told)


def _titles_of_all(planted: Planted, patch: Patch) -> None:
    called = titles.link_titles

    def unscoped(*arguments: Any, **options: Any) -> Any:
        with acting_as(SYSTEM_SCOPE):
            return called(*arguments, **options)

    _everywhere(patch, called, unscoped)


def _search_ignores_clearances(planted: Planted, patch: Patch) -> None:
    patch(search, "_known_sensitivities", lambda form: {"", "identity", "health", "legal", "story"})


def _drafts_of_all(planted: Planted, patch: Patch) -> None:
    find, owner = drafts.find_draft, planted.users["case_manager"]
    patch(drafts, "find_draft", lambda repository, _, *of: find(repository, owner, *of))


def _private_is_public(planted: Planted, patch: Patch) -> None:
    patch(Scope, "_named_in", lambda self, kept: true())


def _strangers_are_named(planted: Planted, patch: Patch) -> None:
    find = stored_answers.open_sheet

    def telling(*arguments: Any, **options: Any) -> Any:
        try:
            return find(*arguments, **options)
        except OutOfReach:
            with acting_as(SYSTEM_SCOPE):
                find(*arguments, **options)
            abort(403)

    _everywhere(patch, find, telling)


def _answers_are_logged(planted: Planted, patch: Patch) -> None:
    file = save.correct_sheet

    def logging_it(*arguments: Any) -> Any:
        logging.getLogger("dosar").warning("filed %s", arguments[4])
        return file(*arguments)

    _everywhere(patch, file, logging_it)


def _cases_go_with_all_sheets(planted: Planted, patch: Patch) -> None:
    _everywhere(patch, reliance.select_reliance, lambda classes, case_id, worker_id: select(false()))


def _files_of_all(planted: Planted, patch: Patch) -> None:
    patch(
        attachments,
        "_readable_records",
        lambda repository, form, owned: {file.record_id for file in owned if file.form == form},
    )


def _files_of_hidden_answers(planted: Planted, patch: Patch) -> None:
    patch(attachments, "_is_question_known", lambda known, one: True)


def _rows_are_not_for_good(planted: Planted, patch: Patch) -> None:
    patch(Table, "fixed_rows", lambda self, answer: ())
    patch(Table, "joined", lambda self, answer, before: answer)


def _headers_are_missing(planted: Planted, patch: Patch) -> None:
    less = {**security_headers.SECURITY_HEADERS}
    del less["Content-Security-Policy"]
    patch(security_headers, "SECURITY_HEADERS", less)


def _readings_are_untold(planted: Planted, patch: Patch) -> None:
    patch(request_audit, "_readings", lambda trail: iter(()))


def _restricted_are_open(planted: Planted, patch: Patch) -> None:
    patch(Scope, "_narrowing", ())


def _restricted_are_written(planted: Planted, patch: Patch) -> None:
    patch(write_checks, "_require_unrestricted", lambda session, scope: None)
    patch(PageContext, "is_written", lambda self, form, case_id: True)


def _leaking(endpoint: str, leaks: Callable[[Planted], bool]) -> Callable[[Planted, Patch], None]:
    """One route forgets whose records these are, for some requests only."""

    def dig(planted: Planted, patch: Patch) -> None:
        view = planted.app.view_functions[endpoint]

        @wraps(view)
        def forgetful(**address: Any) -> Any:
            with acting_as(SYSTEM_SCOPE) if leaks(planted) else nullcontext():
                return view(**address)

        patch(planted.app, "view_functions", {**planted.app.view_functions, endpoint: forgetful})

    return dig


def _is_about(planted: Planted, form: str, place: Place) -> bool:
    return request.view_args == {"form": form, "record_id": planted.records[form, place]}


HOLES = [
    Hole("every case is in reach", _cases_of_all, Part("case_manager", ("visit_report",), "RecordPages.show")),
    Hole("everybody is of one's team", _colleagues_are_everybody, Part("social_worker", ("visit_report",))),
    Hole(
        "links are written unchecked",
        _links_unchecked,
        Part("psychologist", ("activity",), method="POST"),
        "which is out of reach",
    ),
    Hole(
        "links lead to other cases",
        _links_lead_anywhere,
        Part("case_manager", ("plan_budget",), method="POST"),
        "which is out of reach",
    ),
    Hole(
        "files are taken by their number",
        _files_unchecked,
        Part("social_worker", ("assessment_tool",)),
        "makes a file of",
    ),
    Hole("every question is clear to all", _everything_is_clear, Part("accountant", ("case",))),
    Hole("every column is clear to all", _columns_are_clear, Part("volunteer", ("visit_report",))),
    Hole(
        "forms need no token",
        _no_tokens,
        Part(forms=("visit_report",), method="POST"),
        "changes a record that should stay",
    ),
    Hole("deleted records are still there", _deleted_are_there, Part("social_worker", ("visit_report",), method="GET")),
    Hole(
        "a door stands open",
        _a_door_stands_open,
        Part("volunteer", endpoint="RecordPages.new"),
        "although the route is closed to the role",
    ),
    Hole(
        "versions are not compared",
        _versions_unchecked,
        Part(forms=("visit_report",), method="POST"),
        "changes a record that should stay",
    ),
    Hole("the history ignores clearances", _history_tells_all, Part("lawyer", endpoint="RecordPages.history")),
    Hole("links name strangers", _titles_of_all, Part("case_manager", ("stay", "plan_budget"), method="GET")),
    Hole(
        "the search ignores clearances",
        _search_ignores_clearances,
        Part("accountant", ("case",), method="POST"),
        "finds a record by an answer",
    ),
    Hole("drafts are anybody's", _drafts_of_all, Part("coordinator", ("visit_report",), method="GET")),
    Hole("private records are public", _private_is_public, Part("social_worker", ("staff_care",))),
    Hole(
        "strangers are told apart",
        _strangers_are_named,
        Part("case_manager", ("visit_report",), "RecordPages.show"),
        "is told apart from a missing record",
    ),
    Hole(
        "answers are logged",
        _answers_are_logged,
        Part(forms=("visit_report",), method="POST"),
        "a canary in the log",
    ),
    Hole(
        "a case takes a ledger with it",
        _cases_go_with_all_sheets,
        Part(forms=("case",), method="POST"),
        "puts a sheet away with a case",
    ),
    Hole(
        "rows kept for good are rewritten",
        _rows_are_not_for_good,
        Part(forms=("plan",), method="POST"),
        "answered 500",
    ),
    Hole("every file is served", _files_of_all, Part("case_manager", endpoint="FilePages")),
    Hole("files ignore clearances", _files_of_hidden_answers, Part("accountant", endpoint="FilePages")),
    Hole(
        "pages say nothing of where scripts may come from",
        _headers_are_missing,
        Part("newcomer", endpoint="HomePage"),
        "lacks the headers",
    ),
    Hole(
        "readings are not on record",
        _readings_are_untold,
        Part("social_worker", ("visit_report",), "RecordPages.show"),
        "is read, and not on record",
    ),
    Hole(
        "closed cases stay open to the team",
        _restricted_are_open,
        Part("social_worker", ("plan",), "RecordPages.show"),
    ),
    Hole(
        "everything is written in restricted cases",
        _restricted_are_written,
        Part(forms=("plan",), endpoint="RecordPages.edit", method="POST"),
        "what is not written in it",
    ),
    # what only one combination in thousands shows: whoever's turn it is notices
    Hole(
        "one form's history tells of a colleague's case",
        _leaking("RecordPages.history", lambda planted: _is_about(planted, "plan", "team")),
        Part(forms=("plan",), endpoint="RecordPages.history"),
    ),
    Hole(
        "one form's list tells of one stranger's case",
        _leaking(
            "RecordPages.list",
            lambda planted: (
                request.view_args == {"form": "plan"} and str(planted.cases["foreign"]) in request.args.values()
            ),
        ),
        Part(forms=("plan",), endpoint="RecordPages.list"),
    ),
    Hole(
        "one form's sheets are put away in a colleague's case, if one is sure",
        _leaking(
            "RecordPages.delete",
            lambda planted: _is_about(planted, "visit_report", "team") and request.form.get("_confirmed") == "1",
        ),
        Part(forms=("visit_report",), endpoint="RecordPages.delete"),
        "out of reach",
    ),
    Hole(
        "one form's first section is corrected in strangers' cases",
        _leaking(
            "RecordPages.edit_section",
            lambda planted: request.view_args == {"form": "case", "record_id": planted.cases["foreign"], "step": 1},
        ),
        Part(forms=("case",), endpoint="RecordPages.edit_section", method="POST"),
    ),
]


@contextmanager
def dug(hole: Hole, planted: Planted) -> Iterator[None]:
    """The organisation with this hole in it."""
    undo: list[Callable[[], None]] = []

    def patch(owner: Any, name: str, instead: Any) -> None:
        was = vars(owner).get(name) if isinstance(owner, type) else getattr(owner, name)
        setattr(owner, name, instead)
        undo.append(lambda: setattr(owner, name, was))

    try:
        hole.dig(planted, patch)
        _forget(planted)
        yield
    finally:
        for close in undo:
            close()
        _forget(planted)


def _forget(planted: Planted) -> None:
    """What is remembered from request to request: scopes with their criteria, the forms as a role knows them."""
    scope_of: Any = worker_module._scope_of_worker
    getattr(scope_of, "cache_clear", lambda: None)()
    planted.repository._known_forms.clear()
    memory.keep_what_is_there()
