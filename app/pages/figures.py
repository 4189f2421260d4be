"""The figures of a report, period by period."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_percent
from flask import abort, render_template, url_for
from flask_babel import format_decimal, gettext

from app.access.gate import may, page
from app.access.view import View
from app.fields.locales import locale_of
from app.language.figures import Figure, Figures
from app.language.form import Form
from app.language.question import Answers, Question
from app.language.texts import say
from app.pages.acts import record_url
from app.pages.desk import Desk, desk, found_or_404
from app.pages.moments import day_text
from app.records.figures import Count, Number, Period, counted, readable
from app.records.labels import shown, title
from app.records.sheets import open_sheet

MOST_PERIODS = 8
FEW = 100
"""Of fewer, a whole percent is less than one of them."""


@dataclass(slots=True)
class FigureLine:
    """One line of a figure: the whole of it, or those who answer alike."""

    label: str
    cells: list[str]
    is_whole: bool = False


@dataclass(slots=True)
class FigureBlock:
    """One figure with its divisions."""

    title: str
    note: str
    lines: list[FigureLine]
    divided: list[tuple[str, list[FigureLine]]] = field(default_factory=list)
    """(what it is divided by, the lines)."""


class FiguresPage(View):
    """What a donor asks for, counted from the records."""

    @page("/records/<form>/<int:record_id>/figures", may("see"))
    def figures(self, form: str, record_id: int) -> str:
        at, declared = desk(), desk().cabinet.definition.figures
        if declared is None or declared.report.form != form:
            abort(404)
        known = at.form(form)
        answers = found_or_404(open_sheet, at.cabinet, form, record_id).answers
        periods, asked = report_periods(known, declared, answers), readable(declared, at.seen_forms())
        counts = counted(at.cabinet, at.seen_forms(), asked, periods, record_id) if periods else []
        return render_template(
            "figures.html", title=gettext("Figures for the report"), of=title(known, answers, at.reading, record_id),
            back_url=record_url(form, record_id), periods=[_heading(one) for one in periods],
            figures=[_block(at, one, of_figure) for one, of_figure in zip(asked, counts, strict=False)],
        )


def figures_link(at: Desk, form: str, record_id: int) -> list[tuple[str, str]]:
    """The way to the figures, from a record that is reported on."""
    declared = at.cabinet.definition.figures
    if declared is None or declared.report.form != form:
        return []
    return [(gettext("Figures for the report"), url_for("FiguresPage.figures", form=form, record_id=record_id))]


def report_periods(form: Form, declared: Figures, answers: Answers) -> list[Period]:
    """The periods of the record, and the whole of it; of what has no beginning and end, nothing."""
    report = declared.report
    rows = answers.get(report.periods) or () if report.periods in form.questions else ()
    found = [
        Period(str(row.get(report.title) or ""), row[report.since], row[report.until])
        for row in rows if row.get(report.since) and row.get(report.until)
    ][:MOST_PERIODS]
    begins, ends = answers.get(report.begins), answers.get(report.ends)
    if begins and ends:
        found.append(Period(gettext("The whole time"), begins, ends))
    return found


def _heading(period: Period) -> tuple[str, str]:
    return period.title, f"{day_text(period.since)} – {day_text(period.until)}"


def _block(at: Desk, figure: Figure, counts: Sequence[Count]) -> FigureBlock:
    language = at.reading.language
    lines = [FigureLine(gettext("In all"), [_number(one.total) for one in counts], is_whole=True)]
    lines += [
        FigureLine(say(share.title, language), [_with_share(one.parts[place], one.total, language) for one in counts])
        for place, share in enumerate(figure.parts)
    ]
    if any(one.waiting for one in counts):
        lines.append(FigureLine(gettext("Waits for acceptance, not counted"), [_number(one.waiting) for one in counts]))
    form = at.forms[figure.form]
    divided = [
        (say(form.questions[name].label, language), _divided(at, form.questions[name], counts))
        for name in figure.by if name in form.questions
    ]
    return FigureBlock(say(figure.title, language), say(figure.note, language), lines,
                       [(label, found) for label, found in divided if found])


def _divided(at: Desk, question: Question, counts: Sequence[Count]) -> list[FigureLine]:
    """A line for each answer that occurs, in the order of the choices; who did not answer comes last."""
    there = {code for one in counts for code in one.by[question.name]}
    offered = [one.code for one in question.options()]
    turns = {code: place for place, code in enumerate(question.codes_in_order(at.reading.language) or offered)}
    codes = sorted(there, key=lambda code: (code is None, turns.get(str(code), len(turns)), str(code)))
    return [
        FigureLine(
            _label(at, question, code),
            [_with_share(one.by[question.name].get(code, 0), one.total, at.reading.language) for one in counts],
        )
        for code in codes
    ]


def _label(at: Desk, question: Question, code: str | None) -> str:
    if code is None:
        return gettext("Not answered")
    return shown(question, question.chosen_alone(code), at.reading)


def _number(number: Number) -> str:
    return str(format_decimal(Decimal(number)))


def _with_share(number: Number, whole: Number, language: str) -> str:
    """The number, and how much of the whole it is."""
    if not number or not whole:
        return _number(number)
    return f"{_number(number)} ({share_text(Decimal(number), Decimal(whole), language)})"


def share_text(part: Decimal, whole: Decimal, language: str) -> str:
    """How much of the whole it is: to whole percents, of fewer than a hundred to tenths; halves go up."""
    locale = locale_of(language)
    pattern, places = locale.percent_formats[None].pattern, Decimal("0.01")
    if abs(whole) < FEW:
        pattern, places = pattern.replace("0", "0.0", 1), Decimal("0.001")
    return format_percent((part / whole).quantize(places, ROUND_HALF_UP), pattern, locale)
