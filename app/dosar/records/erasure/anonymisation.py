"""Persons are made anonymous: what the figures need is left, and nobody can tell whose it was.

Whoever is made anonymous is erased first (:mod:`dosar.records.erasure.erasure`); what is left is filed anew, under
numbers drawn by lot. Three rules keep also somebody from finding her who knows everything else of everybody:

* the case file keeps choices and bands alone, and so few of them that at least :data:`FEWEST_ALIKE` anonymous cases
  have the same; where fewer would, the answer that tells most apart is dropped, until enough are alike;
* the sheets that are left (services, hours, years) are dealt out anew by lot among the cases that are alike: their sums
  stay true, and no case's own sheets tell whose it is;
* cases that are not alike enough even with nothing left keep no sheet: they count as persons, and say nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Any

from sqlalchemy import insert, select

from dosar.database.form_tables import row_table_name
from dosar.database.system_tables import anonymous_case_table, utc_now
from dosar.language.form import CASE_FORM, Form
from dosar.language.privacy.anonymising import fate_of, left_of
from dosar.language.question import Answers, Question
from dosar.records.erasure.erasure import erase_persons
from dosar.records.repository import Repository
from dosar.records.rights.case_contents import (
    DeployedForms,
    HeldRecord,
    cases_of_person,
    held_records,
    read_deployed_forms,
)

FEWEST_ALIKE = 5
"""So many anonymous cases have the same case file, or more: one of them is found by chance once in five."""
CODE_PREFIX = "A-"


@dataclass
class Residue:
    """What is left of one person."""

    facts: dict[str, Any]
    """Of her case file: question → what is left of the answer."""
    sheets: list[tuple[Form, Answers]] = field(default_factory=list)

    @property
    def alike(self) -> frozenset[tuple[str, str]]:
        """By which she is alike others: every fact that is left."""
        return frozenset((name, repr(value)) for name, value in self.facts.items() if value not in (None, []))


def anonymise_persons(repository: Repository, case_ids: Iterable[int]) -> int:
    """Leave of these persons what the figures need, in the caller's transaction and scope; how many sheets it was.

    Those made anonymous before are filed anew along with them: who came last is not told by the order of the numbers.
    """
    deployed = read_deployed_forms(repository)
    before = list(repository.session.scalars(select(anonymous_case_table.c.case_id)))
    new = [case_id for case_id in case_ids if case_id not in before]
    came = [_residue_of(repository, deployed, case_id) for case_id in new]
    left = [*came, *(_residue_of(repository, deployed, case_id) for case_id in before)]
    concerned = sum(1 + len(residue.sheets) for residue in came)
    erase_persons(repository, [*new, *before])
    repository.session.execute(anonymous_case_table.delete())
    for residue in made_anonymous(left):
        _file(repository, deployed, residue)
    return concerned


def made_anonymous(left: Sequence[Residue], lot: Random | None = None) -> list[Residue]:
    """What is left of these persons, alike and mixed, in an order by lot."""
    lot = lot or SystemRandom()
    _make_alike(left)
    _deal_out(left, lot)
    return lot.sample(left, len(left))


def _residue_of(repository: Repository, deployed: DeployedForms, case_id: int) -> Residue:
    records = list(held_records(repository, deployed, cases_of_person(repository, case_id)))
    kept = [record for record in records if record.columns["deleted_at"] is None]
    files = [record for record in kept if record.form.key == CASE_FORM] or records[:1]
    facts = left_of_sheet(files[0].form, files[0].answers)
    return Residue(facts, [_sheet(record) for record in kept if record.form.key != CASE_FORM])


def _sheet(record: HeldRecord) -> tuple[Form, Answers]:
    return record.form, left_of_sheet(record.form, record.answers)


def left_of_sheet(form: Form, answers: Answers) -> Answers:
    """What is left of the answers of a sheet, rows of its tables included."""
    left: Answers = {}
    for question in form.questions.values():
        answer = answers.get(question.name)
        if question.columns_asked():
            rows = [_left_of_row(form, question, row) for row in answer or ()]
            left[question.name] = [row for row in rows if row] or None
        else:
            left[question.name] = left_of(question, answer, fate_of(form, question))
    return {name: answer for name, answer in left.items() if answer is not None}


def _left_of_row(form: Form, table: Question, row: Answers) -> Answers:
    cells = {
        column.name: left_of(column, row.get(column.name), fate_of(form, column, table))
        for column in table.columns_asked()
    }
    return {name: cell for name, cell in cells.items() if cell is not None}


def _make_alike(left: Sequence[Residue]) -> None:
    """Drop facts until every case has enough that are alike, or nothing is left of it."""
    while True:
        counts = Counter(residue.alike for residue in left)
        alone = [residue for residue in left if residue.alike and counts[residue.alike] < FEWEST_ALIKE]
        if not alone:
            return
        name = _most_telling(alone)
        for residue in alone:
            residue.facts.pop(name, None)


def _most_telling(alone: Sequence[Residue]) -> str:
    """The fact in which those who are not alike differ most; of several, always the same."""
    values = defaultdict(set)
    for residue in alone:
        for name, value in residue.alike:
            values[name].add(value)
    return max(sorted(values), key=lambda name: len(values[name]))


def _deal_out(left: Sequence[Residue], lot: Random) -> None:
    """Sheets go round by lot among the cases that are alike; where too few are, there are none."""
    groups: dict[frozenset[tuple[str, str]], list[Residue]] = defaultdict(list)
    for residue in left:
        groups[residue.alike].append(residue)
    for group in groups.values():
        sheets = [sheet for residue in group for sheet in residue.sheets]
        for residue in group:
            residue.sheets = []
        if len(group) >= FEWEST_ALIKE:
            _deal(group, sheets, lot)


def _deal(group: Sequence[Residue], sheets: Iterable[tuple[Form, Answers]], lot: Random) -> None:
    """Of a form that a case has one sheet of at most, nobody gets a second one."""
    turns: dict[str, list[Residue]] = {}
    for form, answers in sheets:
        if form.one_per_case:
            turn = turns.setdefault(form.key, [])
            turn.extend([] if turn else lot.sample(group, len(group)))
            turn.pop().sheets.append((form, answers))
        else:
            lot.choice(group).sheets.append((form, answers))


def _file(repository: Repository, deployed: DeployedForms, residue: Residue) -> None:
    """File what is left as if nobody had filed it."""
    form = deployed.forms[CASE_FORM]
    code = form.code_question
    issued = {code.name: f"{CODE_PREFIX}{SystemRandom().randrange(16**6):06X}"} if code else {}
    case_id = _insert(repository, deployed, form, {**residue.facts, **issued}, {})
    repository.session.execute(insert(anonymous_case_table).values(case_id=case_id))
    for sheet_form, answers in residue.sheets:
        _insert(repository, deployed, sheet_form, answers, {"case_id": case_id}, case_id)


def _insert(
    repository: Repository,
    deployed: DeployedForms,
    form: Form,
    answers: Answers,
    belongs: Mapping[str, int],
    case_id: int | None = None,
) -> int:
    kept, moment = deployed.table(form.key), utc_now().replace(month=1, day=1, hour=0, minute=0, second=0)
    stamps = {"form_version": form.version, "version": 1, "created_at": moment, "changed_at": moment}
    columns: dict[str, Any] = {}
    for question in form.stored_questions:
        columns |= question.stored(answers.get(question.name))
    record_id = int(
        repository.session.execute(
            insert(kept).values(**stamps, **belongs, **columns).returning(kept.c.id)
        ).scalar_one()
    )
    for table in form.row_questions:
        rows = deployed.table(row_table_name(form.key, table.name))
        case = {"case_id": case_id or record_id} if "case_id" in rows.c else {}
        for position, row in enumerate(answers.get(table.name) or ()):
            cells: dict[str, Any] = {}
            for column in table.columns_asked():
                cells |= column.stored(row.get(column.name))
            repository.session.execute(insert(rows).values(record_id=record_id, position=position, **case, **cells))
    return record_id
