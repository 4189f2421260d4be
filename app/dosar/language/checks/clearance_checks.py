"""Checks of who may see what follows from sensitive answers."""

from collections.abc import Iterator, Mapping

from dosar.language.form import Form
from dosar.language.load.finding import Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import walk_questions
from dosar.language.privacy.inherited_clearances import ClearancesByPlace, QuestionPlace, inherited_clearances
from dosar.language.question import Question
from dosar.language.text.message import msgid

KNOWN_TO_FEWER = msgid(
    '"%(name)s" follows from answers that are seen with the clearance "%(what)s", so it is seen with it alone. Write '
    '"sensitivity: %(one)s" here too, or "reveals:" and why more people may know it.'
)
REVEALS_NOTHING = msgid('Nothing that "%(name)s" follows from asks for a clearance; take "reveals" out.')


def clearance_findings(reading: FolderReading) -> Iterator[Finding]:
    """Each question whose file says less than follows, and each ``reveals`` that is said for nothing."""
    forms = {form.key: form for form in reading.of(Form).values()}
    needed = inherited_clearances(forms)
    for part, form in reading.of(Form).items():
        for path, question, table in walk_questions(form):
            place = QuestionPlace(form.key, table.name if table else "", question.name)
            said = question.own_clearances or (table.own_clearances if table else frozenset())
            if not said and needed[place]:
                told = {"name": question.name, "what": ", ".join(sorted(needed[place])), "one": min(needed[place])}
                yield finding(reading.sources[part].place((*path, "name")), "F064", KNOWN_TO_FEWER, **told)
            if question.reveals is not None and _reveals_nothing(question, place, forms):
                yield finding(
                    reading.sources[part].place((*path, "reveals")), "F065", REVEALS_NOTHING, name=question.name
                )


def _reveals_nothing(question: Question, place: QuestionPlace, forms: Mapping[str, Form]) -> bool:
    """Whether the question would ask for no more without its reason."""
    form = forms[place.form]
    silent = question.model_copy(update={"reveals": None})

    def without_reason(each: Question) -> Question:
        if each is question:
            return silent
        columns = [silent if column is question else column for column in each.columns_asked()]
        return each.with_columns(columns) if columns else each

    needed: ClearancesByPlace = inherited_clearances({**forms, form.key: form.with_questions(without_reason)})
    return needed[place] <= question.own_clearances
