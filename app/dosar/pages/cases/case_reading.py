"""What the page of a case is drawn from: read at once, for all its blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dosar.database.form_tables import Record
from dosar.language.form import Form
from dosar.language.organisation.stages import Stages
from dosar.overview import budget, people_and_risks, stages
from dosar.overview.budget import Balance
from dosar.overview.case_query import CaseQuery
from dosar.overview.deadlines.answers_beside import beside_of_parts, beside_parts
from dosar.overview.deadlines.reading import Deadline, deadlines_of_part, deadlines_part
from dosar.overview.deadlines.waived import Waiver, waivers_of_part, waivers_part
from dosar.overview.stages import StageProgress
from dosar.pages.context import PageContext
from dosar.pages.deadlines.deadline_words import titled_sheets
from dosar.pages.linked_titles import RecordTitles
from dosar.records.titles import link_titles

DUE, WAIVED = "due", "waived"
"""Under which it is found what is due, and what was waived."""


@dataclass(frozen=True)
class CaseReading:
    """A case as this worker may know it, where it stands, and its money."""

    context: PageContext
    query: CaseQuery
    declared: Stages
    progress: Sequence[StageProgress]
    balances: Sequence[Balance]
    payer_titles: RecordTitles
    """What the payers are called."""
    due_titles: RecordTitles
    """What the sheets are called that say themselves what is due."""
    due: Sequence[Deadline] = ()
    """What is due in the case, the soonest first."""
    due_about: Mapping[int, str] = field(default_factory=dict)
    """What each is about, where lines would read alike."""
    waivers: Sequence[Waiver] = ()
    """What would be due if nobody had waived it."""

    @property
    def language(self) -> str:
        """The language of the reader."""
        return self.context.reading.language

    @property
    def record(self) -> Record:
        """The case file."""
        return self.query.case


def read_case(context: PageContext, record: Record, known: Mapping[str, Form]) -> CaseReading:
    """Read everything the blocks need: two statements, and where something was waived, what it is counted from."""
    declared = context.repository.definition.stages
    query = CaseQuery(context.repository, known, record, context.worker.id)
    kind = context.worker.roles, stages.stages_with_dates(query, declared)
    query.read_as(kind, lambda: _ask(query, declared))
    context.restrictions[record.id] = query.restrictions_found(reach.of for reach in context.worker.scope.restrictions)
    balances = budget.payer_balances(query, declared)
    due = deadlines_of_part(query.repository, query.found.get(DUE, ()))
    waivers = waivers_of_part(query.repository, query.found.get(WAIVED, ()), context.reading.today)
    payers = _payers(query, declared, balances)
    sheets = titled_sheets([*due, *(waiver.deadline for waiver in waivers)])
    titles = _titles(context, payers, sheets)
    return CaseReading(
        context,
        query,
        declared,
        stages.stages_progress(query, declared),
        balances,
        {key: title for key, title in titles.items() if key[0] in payers},
        {key: title for key, title in titles.items() if key[0] in sheets},
        due,
        beside_of_parts(query.repository, due, query.found, context.reading).about,
        waivers,
    )


def _ask(query: CaseQuery, declared: Stages) -> None:
    """What is asked depends on what the worker's roles know and on the dates in the case file."""
    stages.ask_stages(query, declared)
    people_and_risks.ask_people(query, declared.people)
    people_and_risks.ask_risks(query, declared.risks)
    if (part := deadlines_part(query.repository, query.of_case)) is not None:
        query.queries |= {DUE: part, **beside_parts(query.repository, query.of_case)}
    if (part := waivers_part(query.repository, query.of_case)) is not None:
        query.queries[WAIVED] = part
    budget.ask_money(query, declared)
    query.ask_drafts("drafts")
    query.ask_consents()
    for restriction in query.repository.definition.restrictions:
        query.ask_restriction(restriction)


def _payers(query: CaseQuery, declared: Stages, balances: Sequence[Balance]) -> dict[str, set[int]]:
    """Form → the payers among its records."""
    payers = {payer for balance in balances for payer in balance.payers if isinstance(payer, int)}
    return {target: payers for target in _payer_targets(query, declared)} if payers else {}


def _titles(context: PageContext, *asked: Mapping[str, set[int]]) -> RecordTitles:
    """What all these records are called: one statement."""
    ids = {form: set[int]().union(*[each.get(form, ()) for each in asked]) for each in asked for form in each}
    return link_titles(context.repository, context.seen_forms(), ids, context.reading, with_deleted=True)


def _payer_targets(query: CaseQuery, declared: Stages) -> set[str]:
    """The form payers are records of."""
    questions = [
        query.known[given.form].questions.get(given.payer) for given in declared.given if given.form in query.known
    ]
    if planned := declared.budget:
        questions += [
            query.known[planned.form].questions[table].column(name)
            for table, name in planned.payers
            if query.may_know(planned.form, table)
        ]
    return {target for question in questions if question is not None and (target := question.link_target())}
