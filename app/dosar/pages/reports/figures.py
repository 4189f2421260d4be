"""The figures of a report, period by period."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_percent
from flask import abort, render_template, url_for
from flask_babel import format_decimal, gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.language.form import Form
from dosar.language.organisation.figures import Figure, Figures
from dosar.language.question import Answers, Question
from dosar.language.text.locales import locale_of
from dosar.language.text.texts import text_in_language
from dosar.overview.reports import FigureCount, FigureNumber, ReportPeriod, count_figures, readable_figures
from dosar.pages.actions import record_face_url
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.formatting import day_text
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.titles import show_answer, title_of_record

MAX_PERIODS = 8
SMALL_WHOLE = 100
"""Of fewer, a whole percent is less than one of them."""


@dataclass(slots=True)
class FigureLine:
    """One line of a figure: the whole of it, or those who answer alike."""

    label: str
    cells: list[str]


@dataclass(slots=True)
class FigureBlock:
    """One figure with its divisions."""

    title: str
    note: str
    lines: list[FigureLine]
    divided: list[tuple[str, list[FigureLine]]] = field(default_factory=list)
    """(what it is divided by, the lines)."""


class FiguresPage(PageView):
    """What a donor asks for, counted from the records."""

    @page_route("/records/<form>/<int:record_id>/figures", requires_permission("see"))
    def figures(self, form: str, record_id: int) -> str:
        context, declared = page_context(), page_context().repository.definition.figures
        if declared is None or declared.report.form != form:
            abort(404)
        known = context.form(form)
        answers = find_or_404(open_sheet, context.repository, form, record_id).answers
        periods, readable = report_periods(known, declared, answers), readable_figures(declared, context.seen_forms())
        counts = (
            count_figures(context.repository, context.seen_forms(), readable, periods, record_id) if periods else []
        )
        return render_template(
            "reports/figures.html",
            title=gettext("Figures for the report"),
            of=title_of_record(known, answers, context.reading, record_id),
            back_url=record_face_url(form, record_id),
            periods=[_period_heading(period) for period in periods],
            figures=[
                _figure_block(context, figure, of_figure) for figure, of_figure in zip(readable, counts, strict=False)
            ],
        )


def figures_links(context: PageContext, form: str, record_id: int) -> list[tuple[str, str]]:
    """The way to the figures, from a record that is reported on."""
    declared = context.repository.definition.figures
    if declared is None or declared.report.form != form:
        return []
    return [(gettext("Figures for the report"), url_for("FiguresPage.figures", form=form, record_id=record_id))]


def report_periods(form: Form, declared: Figures, answers: Answers) -> list[ReportPeriod]:
    """The periods of the record, and the whole of it; of what has no beginning and end, nothing."""
    report = declared.report
    rows = answers.get(report.periods) or () if report.periods in form.questions else ()
    found = [
        ReportPeriod(str(row.get(report.title) or ""), row[report.since], row[report.until])
        for row in rows
        if row.get(report.since) and row.get(report.until)
    ][:MAX_PERIODS]
    begins, ends = answers.get(report.begins), answers.get(report.ends)
    if begins and ends:
        found.append(ReportPeriod(gettext("The whole time"), begins, ends))
    return found


def _period_heading(period: ReportPeriod) -> tuple[str, str]:
    return period.title, f"{day_text(period.since)} – {day_text(period.until)}"


def _figure_block(context: PageContext, figure: Figure, counts: Sequence[FigureCount]) -> FigureBlock:
    language = context.reading.language
    lines = [FigureLine(gettext("In all"), [_number_text(count.total) for count in counts])]
    lines += [
        FigureLine(
            text_in_language(share.title, language),
            [_number_with_share(count.parts[position], count.total, language) for count in counts],
        )
        for position, share in enumerate(figure.parts)
    ]
    if any(count.waiting for count in counts):
        lines.append(
            FigureLine(gettext("Waits for acceptance, not counted"), [_number_text(count.waiting) for count in counts])
        )
    form = context.forms[figure.form]
    divided = [
        (text_in_language(form.questions[name].label, language), _division_lines(context, form.questions[name], counts))
        for name in figure.by
        if name in form.questions
    ]
    return FigureBlock(
        text_in_language(figure.title, language),
        text_in_language(figure.note, language),
        lines,
        [(label, found) for label, found in divided if found],
    )


def _division_lines(context: PageContext, question: Question, counts: Sequence[FigureCount]) -> list[FigureLine]:
    """A line for each answer that occurs, in the order of the choices; who did not answer comes last."""
    codes_counted = {code for count in counts for code in count.by[question.name]}
    offered = [option.code for option in question.options()]
    turns = {
        code: position for position, code in enumerate(question.ordered_codes(context.reading.language) or offered)
    }
    codes = sorted(codes_counted, key=lambda code: (code is None, turns.get(str(code), len(turns)), str(code)))
    return [
        FigureLine(
            _division_label(context, question, code),
            [
                _number_with_share(count.by[question.name].get(code, 0), count.total, context.reading.language)
                for count in counts
            ],
        )
        for code in codes
    ]


def _division_label(context: PageContext, question: Question, code: str | None) -> str:
    if code is None:
        return gettext("Not answered")
    return show_answer(question, question.chosen_alone(code), context.reading)


def _number_text(number: FigureNumber) -> str:
    return str(format_decimal(Decimal(number)))


def _number_with_share(number: FigureNumber, total: FigureNumber, language: str) -> str:
    """The number, and how much of the whole it is."""
    if not number or not total:
        return _number_text(number)
    return f"{_number_text(number)} ({share_text(Decimal(number), Decimal(total), language)})"


def share_text(part: Decimal, total: Decimal, language: str) -> str:
    """How much of the whole it is: to whole percents, of fewer than a hundred to tenths; halves go up."""
    locale = locale_of(language)
    pattern, places = locale.percent_formats[None].pattern, Decimal("0.01")
    if abs(total) < SMALL_WHOLE:
        pattern, places = pattern.replace("0", "0.0", 1), Decimal("0.001")
    return format_percent((part / total).quantize(places, ROUND_HALF_UP), pattern, locale)
