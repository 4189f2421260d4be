"""Making one case of two that are of one person: choose the other, compare, decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response
from wtforms import HiddenField

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.language.form import CASE_FORM
from dosar.language.question import Answers, Question
from dosar.language.restriction import restricts_with
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import saved_response
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.formatting import day_text
from dosar.pages.input.forms import LONGEST_REASON, TranslatedForm, required_line, searched_words
from dosar.pages.input.posted_boxes import KEEP_BOX_PREFIX
from dosar.pages.input.signed_tokens import shown_version, version_token
from dosar.pages.linked_titles import linked_ids
from dosar.pages.rendering.comparison import comparison_text
from dosar.pages.rendering.question_view import SearchBox, SearchResult
from dosar.pages.sheet.duplicates import duplicate_labels
from dosar.pages.sheet.posting.conflict import DifferingAnswer
from dosar.records.beds.doubled_stays import doubled_stays
from dosar.records.beds.stay_days import Days
from dosar.records.cases.merge import (
    CaseMerge,
    MergeDoublesStays,
    MergeLiftsRestriction,
    both_cases,
    count_case_sheets,
    differing_questions,
    may_merge,
    merge_cases,
)
from dosar.records.finding.duplicates import find_duplicates
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.save import EditConflict
from dosar.records.sheets.stored_answers import Sheet, open_sheet
from dosar.records.titles import link_titles, titles_of_records

MAX_MERGE_CANDIDATES = 12


class MergeForm(TranslatedForm):
    """That two cases are one person's; which answers stay is chosen for each question."""

    seen, other = HiddenField(name="_seen"), HiddenField(name="_other")
    reason = required_line(
        lazy_gettext("How do you know that it is one person?"),
        lazy_gettext("Write how you know that it is one person."),
        LONGEST_REASON,
        lazy_gettext("Kept in the history of both cases."),
    )


class MergePages(PageView):
    """For coordinators."""

    @page_route("/cases/<int:case_id>/merge", requires_permission("delete", CASE_FORM), methods=("GET", "POST"))
    def choose(self, case_id: int) -> str:
        context = _coordinator_context()
        sheet = find_or_404(open_sheet, context.repository, CASE_FORM, case_id)
        words = searched_words()
        found = _found_cases(context, words) if words else _likely_cases(context, sheet)
        return render_template(
            "sheet/pick.html",
            title=gettext("Which case is the same person's?"),
            case=context.case_head(sheet.record),
            form_title=gettext("Merge two cases"),
            search=SearchBox(request.path, words, gettext("Search")),
            cancel_url=url_for("CasePages.case", case_id=case_id),
            results=[
                SearchResult(label, url=url_for("MergePages.compare", case_id=case_id, other_id=found_id))
                for found_id, label in found.items()
                if found_id != case_id
            ],
        )

    @page_route("/cases/<int:case_id>/merge/<int:other_id>", requires_permission("delete", CASE_FORM))
    def compare(self, case_id: int, other_id: int) -> Any:
        context = _coordinator_context()
        return _merge_page(context, *find_or_404(both_cases, context.repository, case_id, other_id), MergeForm())

    @page_route(
        "/cases/<int:case_id>/merge/<int:other_id>", requires_permission("delete", CASE_FORM), methods=("POST",)
    )
    def decide(self, case_id: int, other_id: int) -> Any:
        context, deciding = _coordinator_context(), MergeForm()
        if not deciding.validate_on_submit():
            return _merge_page(context, *find_or_404(both_cases, context.repository, case_id, other_id), deciding)
        merging = CaseMerge(
            case_id,
            shown_version(deciding.seen.data or "", CASE_FORM, case_id),
            other_id,
            shown_version(deciding.other.data or "", CASE_FORM, other_id),
        )
        try:
            find_or_404(
                merge_cases,
                context.repository,
                merging,
                _chosen_questions("theirs"),
                context.actor,
                deciding.reason.data,
                refused=_chosen_questions("mine"),
                lifted=request.form.get("_lifted", "").split(),
                doubled=request.form.get("_doubled", "").split(),
            )
        except MergeLiftsRestriction as lifting:
            cases = find_or_404(both_cases, context.repository, case_id, other_id)
            return _merge_page(context, *cases, deciding, lifting)
        except MergeDoublesStays:
            flash(gettext("The stays of the two cases are others by now. Look at them once more."), "warning")
            page, _ = _merge_page(context, *find_or_404(both_cases, context.repository, case_id, other_id), deciding)
            return page, 422
        except EditConflict:
            flash(gettext("Somebody changed one of the cases meanwhile. Compare them once more."), "warning")
            return redirect(url_for("MergePages.compare", case_id=case_id, other_id=other_id), 303)
        return saved_response(gettext("The two cases are one now."), url_for("CasePages.case", case_id=case_id))


def _chosen_questions(side: str) -> list[str]:
    """The questions where this case's answer was chosen."""
    return [
        name.removeprefix(KEEP_BOX_PREFIX)
        for name, chosen in request.form.items()
        if name.startswith(KEEP_BOX_PREFIX) and chosen == side
    ]


def _coordinator_context() -> PageContext:
    context = page_context()
    if not may_merge(context.worker.scope):
        abort(403)
    return context


def _found_cases(context: PageContext, words: str) -> dict[int, str]:
    found = list_page(
        context.repository,
        context.seen_forms(),
        CASE_FORM,
        ListQuery(words=words),
        context.reading,
        size=MAX_MERGE_CANDIDATES,
    )
    named = titles_of_records(context.repository, context.forms[CASE_FORM], found.ids, context.reading)
    return {case_id: named[case_id] for case_id in found.ids if case_id in named}


def _likely_cases(context: PageContext, sheet: Sheet) -> dict[int, str]:
    """Before anybody searches: the cases that look like this one."""
    return duplicate_labels(
        context,
        CASE_FORM,
        find_duplicates(context.repository, context.repository.forms[CASE_FORM], sheet.answers, sheet.record.id),
    )


def _merge_page(
    context: PageContext,
    kept: Sheet,
    going: Sheet,
    deciding: MergeForm,
    lifting: MergeLiftsRestriction | None = None,
) -> Any:
    deciding.seen.data = version_token(CASE_FORM, kept.record.id, kept.record.version)
    deciding.other.data = version_token(CASE_FORM, going.record.id, going.record.version)
    kept_head, gone_head = context.case_head(kept.record), context.case_head(going.record)
    counts = count_case_sheets(context.repository, context.seen_forms(), going.record.id)
    already = count_case_sheets(context.repository, context.seen_forms(), kept.record.id)
    doubled = doubled_stays(context.repository, kept.record.id, going.record.id, context.reading.today)
    kept_twice = [key for key in counts if key in already and context.forms[key].one_per_case]
    return render_template(
        "cases/merge.html",
        title=gettext("Merge two cases"),
        kept=kept_head,
        gone=gone_head,
        form=deciding,
        fields=_answers_to_choose(context, kept, going),
        moves=_sheet_counts(context, counts),
        kept_twice=[_form_title(context, key) for key in kept_twice],
        restricted=[
            (head, [text_in_language(found.restriction.title, context.reading.language) for found in restrictions])
            for head in (kept_head, gone_head)
            if head is not None and (restrictions := context.restrictions_of(head.id))
        ],
        doubled=[_days_text(both.days) for both in doubled],
        doubled_keys=" ".join(both.key for both in doubled),
        lifting=None if lifting is None else _lifting(context, lifting),
        problem="" if lifting is None else gettext("This merge opens a restricted case again. Nothing was saved."),
        action=request.path,
        cancel_url=url_for("CasePages.case", case_id=kept.record.id),
        swap_url=url_for("MergePages.compare", case_id=going.record.id, other_id=kept.record.id),
    ), deciding.status if lifting is None else 422


def _days_text(days: Days) -> str:
    """On which days one person would be in two places."""
    since = day_text(days.since)
    if days.is_open:
        return gettext("since %(day)s", day=since)
    return gettext("%(since)s to %(until)s", since=since, until=day_text(days.until))


@dataclass(slots=True)
class LiftedByMerge:
    """What the merge would end, and the keys with which that is confirmed; none for who may not."""

    titles: list[str]
    keys: str


def _lifting(context: PageContext, lifting: MergeLiftsRestriction) -> LiftedByMerge:
    titles = [text_in_language(found.restriction.title, context.reading.language) for found in lifting.lifted]
    return LiftedByMerge(titles, " ".join(found.key for found in lifting.lifted) if lifting.may_confirm else "")


def _answers_to_choose(context: PageContext, kept: Sheet, going: Sheet) -> list[DifferingAnswer]:
    """The answers to choose between; an empty one gives way by itself."""
    form = context.forms[CASE_FORM]
    differing = list(differing_questions(form, kept.answers, going.answers))
    ids_by_form: dict[str, set[int]] = {}
    for answers in (kept.answers, going.answers):
        for target, ids in linked_ids(differing, answers).items():
            ids_by_form.setdefault(target, set()).update(ids)
    named = link_titles(context.repository, context.seen_forms(), ids_by_form, context.reading, with_deleted=True)
    return [
        DifferingAnswer(
            f"{KEEP_BOX_PREFIX}{question.name}",
            text_in_language(question.label, context.reading.language),
            comparison_text(
                context, question, kept.answers.get(question.name), going.answers.get(question.name), named
            ),
            comparison_text(
                context, question, going.answers.get(question.name), kept.answers.get(question.name), named
            ),
            request.form.get(f"{KEEP_BOX_PREFIX}{question.name}")
            or _restricting_answer(context, question, kept.answers, going.answers)
            or _fuller_answer(kept.answers.get(question.name)),
        )
        for question in differing
    ]


def _restricting_answer(context: PageContext, question: Question, mine: Answers, theirs: Answers) -> str:
    """Whose answer restricts, where the other one's does not: that one is chosen until somebody says otherwise."""
    restricting = [said for said in context.repository.forms[CASE_FORM].restricts if said.question == question.name]
    mine_does, theirs_does = (
        any(restricts_with(said, answers.get(question.name)) for said in restricting) for answers in (mine, theirs)
    )
    return "" if mine_does == theirs_does else "mine" if mine_does else "theirs"


def _fuller_answer(answer: Any) -> str:
    return "theirs" if answer is None or answer == [] else "mine"


def _sheet_counts(context: PageContext, counts: Mapping[str, int]) -> list[str]:
    return [
        f"{_form_title(context, key)}: " + ngettext("%(num)s sheet", "%(num)s sheets", count)
        for key, count in counts.items()
    ]


def _form_title(context: PageContext, key: str) -> str:
    form = context.forms[key]
    return text_in_language(form.plural or form.title, context.reading.language)


def redirect_to_merged(context: PageContext, case_id: int | None) -> Response | None:
    """To the case that the sheets of a merged one went to, if it was merged and she works on it."""
    if case_id is None:
        return None
    try:
        context.repository.case(case_id)
    except OutOfReach:
        return None
    flash(gettext("That case was merged with this one."), "success")
    return redirect(url_for("CasePages.case", case_id=case_id), 303)
