"""What the page of a case shows in its blocks: stages, risks, people, money, other sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext, ngettext

from dosar.fields.dates import format_partial_day
from dosar.fields.money import amount_text
from dosar.language.stages import Stages
from dosar.language.text.texts import text_in_language
from dosar.overview import budget, due_dates, people_and_risks, stages
from dosar.overview.budget import Balance, Payer, PayerLine, YearMonth, join_months
from dosar.overview.case_overview import dating_question
from dosar.overview.case_query import CaseQuery
from dosar.overview.stages import FiledSheets, StageDocument, StageProgress
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text
from dosar.pages.home.worklist import due_note
from dosar.pages.rendering.form_rendering import RecordTitles
from dosar.pages.urls import case_list_url, new_sheet_url, record_url
from dosar.records.titles import link_titles, show_answer, title_of_record


@dataclass(slots=True)
class DocumentTask:
    """One document on the page of a case."""

    label: str
    url: str
    new_url: str = ""
    state: str = ""
    """``none``, ``begun`` or ``whole``."""
    said: str = ""
    note: str = ""
    count: int = 0
    is_needed: bool = False


@dataclass(slots=True)
class StageBlock:
    """One stage with its task list."""

    number: int
    title: str
    state: str
    """``done``, ``now``, ``behind`` or ``ahead``."""
    said: str
    dates: str
    tasks: list[DocumentTask]
    is_open: bool


@dataclass(slots=True)
class DocumentGroup:
    """Documents that belong to no stage, as the menu groups them."""

    title: str
    tasks: list[DocumentTask]


@dataclass(slots=True)
class RelatedPerson:
    """Somebody around the case."""

    name: str
    url: str
    note: str


@dataclass(slots=True)
class OpenRisk:
    """An open risk: what it is, how grave."""

    label: str
    level: str
    said: str


@dataclass(slots=True)
class RiskBlock:
    """The open risks of the newest assessment."""

    url: str
    assessed: str
    risks: list[OpenRisk]
    waiting: str = ""
    """Said of assessments that wait for acceptance."""


@dataclass(slots=True)
class DueLine:
    """What is due in the case, and on which sheet it stands."""

    label: str
    url: str
    said: str
    is_late: bool


@dataclass(slots=True)
class MoneyLine:
    """A payer's line, or the sum."""

    payer: str
    planned: str
    given: str
    left: str
    is_over: bool


@dataclass(slots=True)
class MoneyBlock:
    """Planned against given in one currency."""

    currency: str
    has_budget: bool
    lines: list[MoneyLine]
    total: MoneyLine


@dataclass(slots=True)
class MoneyWarning:
    """Something about the money to look after."""

    text: str
    url: str


@dataclass
class CaseBlocks:
    """Every block of one case's page, made of one reading."""

    at: PageContext
    look: CaseQuery
    declared: Stages
    now: Sequence[StageProgress] = ()
    balances: Sequence[Balance] = ()
    titles: RecordTitles = field(default_factory=dict)
    """What the payers are called."""

    @property
    def language(self) -> str:
        return self.at.reading.language

    def read(self) -> None:
        """Read everything the blocks need: two statements."""
        kind = self.at.worker.roles, stages.stages_with_dates(self.look, self.declared)
        self.look.read_as(kind, self._ask)
        self.now = stages.stages_progress(self.look, self.declared)
        self.balances = budget.payer_balances(self.look, self.declared)
        self.titles = self._payer_titles()

    def _ask(self) -> None:
        """What is asked depends on what the worker's roles know and on the dates in the case file."""
        stages.ask_stages(self.look, self.declared)
        people_and_risks.ask_people(self.look, self.declared.people)
        people_and_risks.ask_risks(self.look, self.declared.risks)
        self.look.asked |= due_dates.promise_parts(
            self.at.repository, self.look.known, self.declared.promises, [self.look.of_case]
        )
        budget.ask_money(self.look, self.declared)
        self.look.ask_drafts("drafts")

    def _payer_titles(self) -> RecordTitles:
        payers = {payer for balance in self.balances for payer in balance.payers if isinstance(payer, int)}
        wanted = {target: payers for target in self._payer_targets()} if payers else {}
        return link_titles(self.at.repository, self.at.seen_forms(), wanted, self.at.reading, with_deleted=True)

    def _payer_targets(self) -> set[str]:
        """The form payers are records of."""
        questions = [
            self.look.known[given.form].questions.get(given.payer)
            for given in self.declared.given
            if given.form in self.look.known
        ]
        if planned := self.declared.budget:
            questions += [
                self.look.known[planned.form].questions[table].column(name)
                for table, name in planned.payers
                if self.look.may_know(planned.form, table)
            ]
        return {target for question in questions if question is not None and (target := question.link_target())}

    # --- stages and other documents --------------------------------------------------------------

    def stages(self) -> list[StageBlock]:
        """The stages with their task lists; where the case stands, the list is open."""
        current = next((place for place, one in enumerate(self.now) if one.is_current), len(self.now))
        numbers = {stage.stage: number for number, stage in enumerate(self.declared.stages, 1)}
        return [
            StageBlock(
                numbers[one.stage.stage],
                text_in_language(one.stage.title, self.language),
                state,
                _stage_text(one, state),
                _stage_dates(one),
                [self._task(document) for document in one.documents],
                one.is_current,
            )
            for place, one in enumerate(self.now)
            for state in [_stage_state(one, place, current)]
        ]

    def to_go_on(self) -> list[DocumentTask]:
        """The documents without which the case does not go on."""
        return [self._task(document) for _, document in stages.missing_documents(self.now)]

    def others(self) -> list[DocumentGroup]:
        """The documents that belong to no stage, in the order of the menu."""
        in_stages = {form for stage in self.declared.stages for form in stage.forms}
        groups = [
            DocumentGroup(
                text_in_language(group.title, self.language),
                [self._other(key) for key in group.entries if key in self.look.known and key not in in_stages],
            )
            for group in self.at.repository.definition.menu.menu
        ]
        return [group for group in groups if group.tasks]

    def _other(self, form: str) -> DocumentTask:
        """A document of no stage: nothing waits for it, so only what is half filled is pointed out."""
        filed = stages.filed_sheets(self.look, form)
        task = self._task(StageDocument(form, False, filed))
        task.said = {"none": gettext("nothing yet"), "begun": task.said, "whole": ""}[task.state]
        return task

    def _task(self, document: StageDocument) -> DocumentTask:
        form, filed = self.look.known[document.form], document.filed
        can_add = self.at.worker.may("enter", form.key) and not (form.one_per_case and filed.count)
        case_id = self.look.case.id
        task = DocumentTask(
            text_in_language(form.title if filed.count <= 1 else form.plural or form.title, self.language),
            self._task_url(form.key, filed),
            new_sheet_url(form.key, case_id) if can_add else "",
            _filed_state(filed),
            _document_text(document),
            self._note(form.key, filed),
            filed.count,
            document.is_needed,
        )
        return self._with_draft(task, form.key) if can_add else task

    def _with_draft(self, task: DocumentTask, form: str) -> DocumentTask:
        """A sheet this worker has begun and not saved is on its way; *Add* goes on with it."""
        if any(begun["form"] == form for begun in self.look.found.get("drafts", ())):
            task.note = " · ".join(filter(None, (task.note, gettext("your draft waits"))))
            if task.state == "none":
                task.state, task.said = "begun", gettext("In progress")
        return task

    def _task_url(self, form: str, filed: FiledSheets) -> str:
        """One sheet opens at once; of several, or none, the list."""
        if filed.count == 1:
            return record_url(form, filed.newest)
        return case_list_url(form, self.look.case.id)

    def _note(self, form: str, filed: FiledSheets) -> str:
        if filed.waiting and filed.is_complete:
            return ngettext("%(num)s more waits for acceptance", "%(num)s more wait for acceptance", filed.waiting)
        if filed.lacking:
            return ngettext("%(num)s answer missing", "%(num)s answers missing", filed.lacking)
        dated = dating_question(self.look.known[form])
        return show_answer(dated, filed.last, self.at.reading) if dated and filed.last is not None else ""

    # --- people and risks --------------------------------------------------------------------------

    def people(self) -> list[RelatedPerson]:
        """The people around the case, as far as the reader may know them."""
        people = self.declared.people
        if people is None or people.form not in self.look.known:
            return []
        form = self.look.known[people.form]
        said = [form.questions[name] for name in people.say if name in form.questions]
        return [
            RelatedPerson(
                title_of_record(form, answers, self.at.reading, number),
                record_url(form.key, number),
                " · ".join(text for one in said if (text := show_answer(one, answers.get(one.name), self.at.reading))),
            )
            for number, answers in people_and_risks.people_around(self.look, people)
        ]

    def risks(self) -> RiskBlock | None:
        """The open risks, with their level in words."""
        found = people_and_risks.open_risks(self.look, self.declared.risks, self.at.reading.today)
        if found is None or self.declared.risks is None:
            return None
        form = self.look.known[self.declared.risks.form]
        columns = {column.name: column for column in form.questions[self.declared.risks.rows].columns_asked()}
        word, level = columns[self.declared.risks.word], columns[self.declared.risks.level]
        dated = dating_question(form)
        return RiskBlock(
            record_url(form.key, found.record_id),
            show_answer(dated, found.assessed, self.at.reading) if dated else "",
            [
                OpenRisk(
                    show_answer(word, row.get(word.name), self.at.reading),
                    level.level(row.get(level.name)),
                    show_answer(level, row.get(level.name), self.at.reading),
                )
                for row in found.rows
            ],
            self._assessments_waiting(form.key),
        )

    def _assessments_waiting(self, form: str) -> str:
        count = stages.filed_sheets(self.look, form).waiting
        return (
            ngettext("%(num)s assessment waits for acceptance", "%(num)s assessments wait for acceptance", count)
            if count
            else ""
        )

    def due(self) -> list[DueLine]:
        """The days promised, the soonest first."""
        today = self.at.reading.today
        read = {promise: self.look.found[promise] for promise in self.declared.promises if promise in self.look.found}
        return [
            DueLine(
                text_in_language(self.look.known[one.form].questions[one.question].label, self.language),
                record_url(one.form, one.record_id),
                due_note(one, today),
                one.day < today and not one.is_waiting,
            )
            for one in due_dates.days_due_until(read)
        ]

    # --- money -------------------------------------------------------------------------------------

    def money(self) -> list[MoneyBlock]:
        """Planned against given, each currency by itself."""
        return [
            MoneyBlock(
                balance.currency,
                balance.has_budget,
                [self._money_line(self._payer(payer), line) for payer, line in balance.payers.items()],
                self._money_line(gettext("Total"), balance.total),
            )
            for balance in self.balances
        ]

    def _payer(self, payer: Payer) -> str:
        if isinstance(payer, str):
            return payer
        named = next((text for (_, number), text in self.titles.items() if number == payer), "")
        return named or gettext("payer not named")

    def _money_line(self, payer: str, line: PayerLine) -> MoneyLine:
        planned, given, left = (amount_text(amount, self.language) for amount in (line.planned, line.given, line.left))
        return MoneyLine(payer, planned, given, left, is_over=line.left < 0)

    def money_warnings(self) -> list[MoneyWarning]:
        """Lines that wait for acceptance, lines without a signature, months without their package."""
        return [*self._waiting(), *self._unsigned(), *self._missing_packages()]

    def _waiting(self) -> list[MoneyWarning]:
        """What is in none of the sums yet."""
        of_money = {one.form for one in (self.declared.budget, *self.declared.given) if one is not None}
        waiting = {form: stages.filed_sheets(self.look, form).waiting for form in self.look.known if form in of_money}
        return [
            MoneyWarning(
                f"{self._plural(form)}: "
                + ngettext(
                    "%(num)s waits for acceptance and is not counted",
                    "%(num)s wait for acceptance and are not counted",
                    count,
                ),
                case_list_url(form, self.look.case.id),
            )
            for form, count in waiting.items()
            if count
        ]

    def _unsigned(self) -> list[MoneyWarning]:
        return [
            MoneyWarning(
                f"{self._plural(form)}: "
                + ngettext("%(num)s line lacks a signature", "%(num)s lines lack a signature", count),
                case_list_url(form, self.look.case.id),
            )
            for form, count in budget.unsigned_lines(self.look, self.declared)
        ]

    def _missing_packages(self) -> list[MoneyWarning]:
        months = self.declared.monthly
        found = budget.missing_packages(self.look, months, self.at.reading.today)
        if months is None or not found:
            return []
        kind = self.look.known[months.ledger].questions[months.kind]
        return [
            MoneyWarning(
                gettext(
                    "%(what)s missing: %(months)s",
                    what=show_answer(kind, code, self.at.reading),
                    months=self._month_spans(gaps),
                ),
                case_list_url(months.ledger, self.look.case.id),
            )
            for code, gaps in found.items()
        ]

    def _month_spans(self, gaps: Sequence[YearMonth]) -> str:
        return ", ".join(
            self._month(first) if first == last else f"{self._month(first)} – {self._month(last)}"
            for first, last in join_months(gaps)
        )

    def _month(self, month: YearMonth) -> str:
        return format_partial_day(f"{month[0]:04}-{month[1]:02}", self.language)

    def _plural(self, form: str) -> str:
        return text_in_language(self.look.known[form].plural or self.look.known[form].title, self.language)


def _filed_state(filed: FiledSheets) -> str:
    if not filed.count:
        return "none"
    return "whole" if filed.is_complete else "begun"


def _document_text(document: StageDocument) -> str:
    state = _filed_state(document.filed)
    if state == "none":
        return gettext("Not started") if document.is_needed else gettext("if needed")
    if state == "begun" and document.filed.waiting:
        return gettext("waits for acceptance")
    return gettext("Complete") if state == "whole" else gettext("In progress")


def _stage_state(one: StageProgress, place: int, current: int) -> str:
    if one.is_current:
        return "now"
    if one.missing and place < current:
        return "behind"
    return "done" if one.finished or (one.is_known and one.is_complete) else "ahead"


def _stage_text(one: StageProgress, state: str) -> str:
    whole = sum(document.is_needed and document.filed.is_complete for document in one.documents)
    needed = sum(document.is_needed for document in one.documents)
    if state == "done":
        return gettext("Complete")
    if not one.is_known:
        return ""
    if state == "ahead" and not whole:
        return gettext("Not started")
    if not needed:
        return gettext("In progress")
    return gettext("%(whole)s of %(needed)s complete", whole=whole, needed=needed)


def _stage_dates(one: StageProgress) -> str:
    begun, ended = day_text(one.entered) if one.entered else "", day_text(one.finished) if one.finished else ""
    if begun and ended:
        return begun if begun == ended else f"{begun} – {ended}"
    if begun:
        return gettext("since %(day)s", day=begun)
    return gettext("until %(day)s", day=day_text(one.until)) if one.until else ""
