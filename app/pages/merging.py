"""Making one case of two that are of one person: choose the other, compare, decide."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.gate import may, page
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.asked import Result, SearchBox
from app.pages.clash import Differing
from app.pages.comparing import compared_text
from app.pages.desk import Desk, desk, found_or_404
from app.pages.duplicates import called
from app.pages.filling import linked_ids
from app.pages.posted import KEEP
from app.pages.sheet import saved
from app.pages.tokens import seen_token, seen_version
from app.records.duplicates import likely
from app.records.labels import link_titles, titles
from app.records.lists import Wish, list_page
from app.records.merging import Merging, both_cases, differing, may_merge, merge, sheets_of
from app.records.scope import OutOfReach
from app.records.sheets import Clash, Sheet, open_sheet

MOST = 12
LONGEST_REASON = 500


class MergePages(View):
    """For coordinators."""

    @page("/cases/<int:case_id>/merge", may("delete", CASE), methods=("GET", "POST"))
    def choose(self, case_id: int) -> str:
        at = _coordinating()
        sheet = found_or_404(open_sheet, at.cabinet, CASE, case_id)
        words = request.form.get("search", "").strip()[:200]
        found = _found(at, words) if words else _likely(at, sheet)
        return render_template(
            "pick.html", title=gettext("Which case is the same person's?"), case=at.case_head(sheet.record),
            form_title=gettext("Merge two cases"), search=SearchBox(request.path, words, gettext("Search")),
            cancel_url=url_for("CasePages.case", case_id=case_id), results=[
                Result(label, url=url_for("MergePages.compare", case_id=case_id, other_id=one))
                for one, label in found.items() if one != case_id
            ],
        )

    @page("/cases/<int:case_id>/merge/<int:other_id>", may("delete", CASE))
    def compare(self, case_id: int, other_id: int) -> str:
        at = _coordinating()
        return _page(at, *found_or_404(both_cases, at.cabinet, case_id, other_id))

    @page("/cases/<int:case_id>/merge/<int:other_id>", may("delete", CASE), methods=("POST",))
    def decide(self, case_id: int, other_id: int) -> Any:
        at, reason = _coordinating(), request.form.get("reason", "").strip()[:LONGEST_REASON]
        if not reason:
            kept, gone = found_or_404(both_cases, at.cabinet, case_id, other_id)
            return _page(at, kept, gone, gettext("Write how you know that it is one person.")), 422
        merging = Merging(
            case_id, seen_version(request.form.get("_seen", ""), CASE, case_id),
            other_id, seen_version(request.form.get("_other", ""), CASE, other_id),
        )
        try:
            found_or_404(merge, at.cabinet, merging, _chosen("theirs"), at.clerk, reason, refused=_chosen("mine"))
        except Clash:
            flash(gettext("Somebody changed one of the cases meanwhile. Compare them once more."), "warning")
            return redirect(url_for("MergePages.compare", case_id=case_id, other_id=other_id), 303)
        return saved(gettext("The two cases are one now."), url_for("CasePages.case", case_id=case_id))


def _chosen(whose: str) -> list[str]:
    """The questions where this case's answer was chosen."""
    return [
        name.removeprefix(KEEP) for name, chosen in request.form.items() if name.startswith(KEEP) and chosen == whose
    ]


def _coordinating() -> Desk:
    at = desk()
    if not may_merge(at.worker.scope):
        abort(403)
    return at


def _found(at: Desk, words: str) -> dict[int, str]:
    found = list_page(at.cabinet, at.seen_forms(), CASE, Wish(words=words), at.reading, size=MOST)
    named = titles(at.cabinet, at.forms[CASE], found.ids, at.reading)
    return {one: named[one] for one in found.ids if one in named}


def _likely(at: Desk, sheet: Sheet) -> dict[int, str]:
    """Before anybody searches: the cases that look like this one."""
    return called(at, CASE, likely(at.cabinet, at.cabinet.forms[CASE], sheet.answers, sheet.record.id))


def _page(at: Desk, kept: Sheet, gone: Sheet, problem: str = "") -> str:
    kept_head, gone_head = at.case_head(kept.record), at.case_head(gone.record)
    counts = sheets_of(at.cabinet, at.seen_forms(), gone.record.id)
    already = sheets_of(at.cabinet, at.seen_forms(), kept.record.id)
    twice = [key for key in counts if key in already and at.forms[key].one_per_case]
    return render_template(
        "merge.html", title=gettext("Merge two cases"), kept=kept_head, gone=gone_head, problem=problem,
        fields=_fields(at, kept, gone), moves=_sheets(at, counts), twice=[_title(at, key) for key in twice],
        hidden={
            "_seen": seen_token(CASE, kept.record.id, kept.record.version),
            "_other": seen_token(CASE, gone.record.id, gone.record.version),
        },
        action=request.path, cancel_url=url_for("CasePages.case", case_id=kept.record.id),
        swap_url=url_for("MergePages.compare", case_id=gone.record.id, other_id=kept.record.id),
        reason=request.form.get("reason", ""),
    )


def _fields(at: Desk, kept: Sheet, gone: Sheet) -> list[Differing]:
    """The answers to choose between; an empty one gives way by itself."""
    form = at.forms[CASE]
    asked = list(differing(form, kept.answers, gone.answers))
    wanted: dict[str, set[int]] = {}
    for answers in (kept.answers, gone.answers):
        for target, ids in linked_ids(asked, answers).items():
            wanted.setdefault(target, set()).update(ids)
    named = link_titles(at.cabinet, at.seen_forms(), wanted, at.reading, with_deleted=True)
    return [
        Differing(
            f"{KEEP}{question.name}", say(question.label, at.reading.language),
            compared_text(at, question, kept.answers.get(question.name), gone.answers.get(question.name), named),
            compared_text(at, question, gone.answers.get(question.name), kept.answers.get(question.name), named),
            request.form.get(f"{KEEP}{question.name}") or _fuller(kept.answers.get(question.name)),
        )
        for question in asked
    ]


def _fuller(kept: Any) -> str:
    return "theirs" if kept is None or kept == [] else "mine"


def _sheets(at: Desk, counts: Mapping[str, int]) -> list[str]:
    return [
        f"{_title(at, key)}: " + ngettext("%(num)s sheet", "%(num)s sheets", count) for key, count in counts.items()
    ]


def _title(at: Desk, key: str) -> str:
    form = at.forms[key]
    return say(form.plural or form.title, at.reading.language)


def moved_from(at: Desk, case_id: int | None) -> Response | None:
    """To the case that the sheets of a merged one went to, if it was merged and she works on it."""
    if case_id is None:
        return None
    try:
        at.cabinet.case(case_id)
    except OutOfReach:
        return None
    flash(gettext("That case was merged with this one."), "success")
    return redirect(url_for("CasePages.case", case_id=case_id), 303)
