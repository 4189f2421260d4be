"""What is posted: a sheet filled in well, and every way to fill it in with bad intentions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dosar.language.form import USER_LINK, Form
from dosar.language.question import Answers, Question, ReadingContext
from dosar.pages.input.posted_boxes import UNASKED_BOX, answers_as_posted
from dosar.pages.input.signed_tokens import submission_token, version_token
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.stored_answers import answers_of
from tests.attack.answers import Diligent
from tests.attack.cells import FOREIGN_LINKS, MISSING_LINKS, Body, Cell
from tests.attack.organisation import Planted, every_link
from tests.attack.policy import Place

STOLEN = "furat"
"""What bad intentions write; no canary."""
CARELESS: Body = (("_confirmed", "1"), ("_reason", "verificat"))
NOWHERE = 987_653
"""The number of no record."""


@dataclass
class Bodies:
    """Bodies for the pages of sheets, made for one organisation."""

    planted: Planted

    def __post_init__(self) -> None:
        self.reading = ReadingContext("ro", self.planted.today)
        self._filled: dict[tuple[str, str], Answers] = {}
        self._bodies: dict[tuple[str, ...], Body] = {}
        self._kept: dict[tuple[str, str], Answers] = {}
        self.versions: dict[tuple[str, str], int] = {}
        with self.planted.app.app_context(), acting_as(SYSTEM_SCOPE):
            repository = self.planted.repository
            for (form, place), record_id in self.planted.records.items():
                record = repository.find(form, record_id, with_deleted=True)
                self._kept[form, place] = answers_of(repository, record)
                self.versions[form, place] = record.version
            repository.session.remove()

    # --- sheets that are filled in well -------------------------------------------------------------

    def new(self, role: str, form: Form, place: str = "own") -> Body:
        """A new sheet as this role would fill it in, its links leading to records of ``place``."""
        key = (form.key, place)
        if key not in self._filled:
            links = dict(every_link(self.planted, place))
            self._filled[key] = Diligent(form, links, self.planted.today).fill()
        if (role, *key) not in self._bodies:
            known = form.seen_with(frozenset(self.planted.policy.writes(role)))  # type: ignore[arg-type]
            answers = {
                name: answer
                for name, answer in self._filled[key].items()
                if self._is_offered(role, form.questions[name])
            }
            self._bodies[role, *key] = self._posted(role, known, answers)
        return (*self._bodies[role, *key], *CARELESS, ("_once", self.once(role)))

    def _is_offered(self, role: str, question: Question) -> bool:
        """Whether the role has anything to choose: a link to records it never sees stays empty."""
        target = question.link_target()
        may = self.planted.policy.actions(role, str(target))
        return target in (None, USER_LINK) or bool(may & {"see", "choose"})

    def corrected(self, role: str, form: Form, place: Place) -> Body:
        """A kept record, corrected by this role in what it sees; a made-up one where it sees nothing."""
        seen = self.planted.policy.reaches(role, form.key, place)
        key = (f"{form.key} corrected", place if seen else "made up")
        if key not in self._filled:
            links = dict(every_link(self.planted, "own"))
            start = self._kept[form.key, place] if seen else None
            self._filled[key] = Diligent(form, links, self.planted.today).fill(start)
        if (role, *key) not in self._bodies:
            known = form.seen_with(frozenset(self.planted.policy.clearances(role)))  # type: ignore[arg-type]
            self._bodies[role, *key] = self._posted(role, known, self._filled[key])
        return (*self._bodies[role, *key], *CARELESS, ("_seen", self.seen(form.key, place)))

    def _posted(self, role: str, known: Form, answers: Answers) -> Body:
        asked = [
            question
            for question in known.asked_questions()
            if question.is_written_by({role}) and not question.from_programme
        ]
        posted = answers_as_posted(asked, answers, self.reading)
        return tuple((name, text) for name in posted for text in posted.getlist(name))

    # --- signed words -------------------------------------------------------------------------------

    def once(self, role: str) -> str:
        with self.planted.app.app_context():
            return submission_token(self.planted.users.get(role, 0))

    def seen(self, form: str, place: str, version: int = 0) -> str:
        with self.planted.app.app_context():
            record = self.planted.records.get((form, place), 0)
            return version_token(form, record, version or self.versions.get((form, place), 1))

    # --- bad intentions -----------------------------------------------------------------------------

    def attacks_on_new(self, cell: Cell, form: Form) -> Iterator[Cell]:
        """Every way to post a new sheet that is not quite right."""
        good = self.new(cell.role, form)
        yield replace(cell, attack="no token", body=good, token=False, harmless=True)
        yield replace(cell, attack="nothing typed", body=())
        yield replace(cell, attack="forged once", body=_with(good, _once="forged"), harmless=True)
        yield replace(cell, attack="once of another", body=_with(good, _once=self.once("stranger")), harmless=True)
        yield from self._strangers(cell, good, form)
        yield replace(cell, attack="foreign rows", body=self._with_row_ids(good, form, "foreign"))
        yield from self._with_extra(cell, form, good)
        yield from self._presses(cell, form, good)

    def attacks_on_a_correction(self, cell: Cell, form: Form) -> Iterator[Cell]:
        """Every way to post a correction of one's own record that is not quite right."""
        place: Any = cell.target
        good = self.corrected(cell.role, form, place)
        other = next((other_place for other_place in self.planted.places(form.key) if other_place != place), place)
        yield replace(cell, attack="no token", body=good, token=False, harmless=True)
        yield replace(cell, attack="nothing typed", body=())
        for attack, seen in (
            ("forged version", "forged"),
            ("version of another record", self.seen(form.key, other)),
            ("version of another form", self.seen("no_form", place)),
            ("old version", self.seen(form.key, place, 1 if self.versions[form.key, place] > 1 else 99)),
        ):
            yield replace(cell, attack=attack, body=_with(good, _seen=seen), harmless=True)
        yield from self._strangers(cell, good, form)
        yield replace(cell, attack="foreign rows", body=self._with_row_ids(good, form, other))
        yield from self._with_extra(cell, form, good)
        theirs = tuple((f"_keep.{name}", "theirs") for name in form.questions)
        yield replace(cell, attack="all theirs", body=(*good, *theirs))
        yield from self._presses(cell, form, good)

    def _presses(self, cell: Cell, form: Form, good: Body) -> Iterator[Cell]:
        """The small buttons, pressed oddly: none of them keeps anything."""
        links = [name for name, question in form.questions.items() if question.link_target()][:2]
        presses = [
            ("_row", "add nothing.x"),
            ("_row", "explode"),
            ("_language", "zz"),
            ("_language", "en"),
            ("_picked", "nothing=x"),
            *(("_pick", name) for name in (*links, "nothing")),
            *(("_picked", f"{name}={self.planted.records.get(('case', 'foreign'), 1)}") for name in links[:1]),
        ]
        for name, value in presses:
            yield replace(cell, attack=f"{name} {value}", body=(*good, (name, value)), harmless=True)
        for name in self.planted.policy.hidden(cell.role, form.key)[:1]:
            yield replace(cell, attack="hidden picked", body=(*good, ("_pick", name)), harmless=True)

    def _strangers(self, cell: Cell, good: Body, form: Form) -> Iterator[Cell]:
        """Links to what is a stranger's, and the same with a number that is not there for each that is out of reach."""
        foreign, names = dict(every_link(self.planted, "foreign")), self.planted.policy.names
        missing = {
            target: number if target == USER_LINK or names(cell.role, target, "foreign") else NOWHERE
            for target, number in foreign.items()
        }
        file = self.planted.files["foreign"]
        no_file = file if self.planted.policy.reaches_case(cell.role, "foreign") else NOWHERE
        theirs, kept = self._with_links(good, form, foreign, file), dict(good)
        nobodys = self._with_links(good, form, missing, no_file)
        yield replace(cell, attack=FOREIGN_LINKS, body=theirs)
        # what stands there already stays, also where it is out of reach by now
        unlike = (one if kept.get(one[0]) == one[1] else other for one, other in zip(theirs, nobodys, strict=True))
        yield replace(cell, attack=MISSING_LINKS, body=tuple(unlike))

    def _with_links(self, good: Body, form: Form, links: dict[str, int], file: int) -> Body:
        """Every link, those in rows too, leads to one of these records; every file is this one."""
        asked = {question.name: question for question in form.questions.values()}

        def bent(name: str, text: str) -> str:
            question = _asked_in(asked, name)
            if question is None:
                return text
            if question.type in ("file", "image"):
                return str(file)
            target = question.link_target()
            return str(links[target]) if target not in (None, USER_LINK) and target in links else text

        missing = [
            (name, str(links[target] if target else file))
            for name, question in asked.items()
            if (
                ((target := question.link_target()) in links and target != USER_LINK)
                or question.type in ("file", "image")
            )
            and name not in {posted for posted, _ in good}
        ]
        return (*((name, bent(name, text)) for name, text in good), *missing)

    def _with_row_ids(self, good: Body, form: Form, place: str) -> Body:
        """Every row pretends to be a row of another record."""
        ids = {
            question.name: [row["id"] for row in self._kept.get((form.key, place), {}).get(question.name) or ()]
            for question in form.row_questions
        }
        return tuple(
            (name, str(next(iter(ids.get(name.partition(".")[0], [])), text)) if name.endswith(".id") else text)
            for name, text in good
        )

    def rewritten(self, cell: Cell, form: Form) -> Body:
        """A correction with other words in every row that is kept for good."""
        place: Any = cell.target
        good = self.corrected(cell.role, form, place)
        words = {
            f"{table.name}.{column.name}"
            for table in form.row_questions
            if table.only_added
            for column in table.columns_asked()
            if column.type in ("text", "paragraph")
        }
        return tuple((name, STOLEN if re.sub(r"\.\d+\.", ".", name) in words else text) for name, text in good)

    def _with_extra(self, cell: Cell, form: Form, good: Body) -> Iterator[Cell]:
        """More than is asked: the page comes back with it; sent as told before, it is left out and the rest saved."""
        extra = self._extra(cell.role, form)
        yield replace(cell, attack="everything at once", body=(*good, *extra), harmless=True)
        told = tuple((UNASKED_BOX + name, text) for name, text in extra)
        yield replace(cell, attack="everything at once, told before", body=(*good, *told))

    def _extra(self, role: str, form: Form) -> Body:
        """Answers to questions this role does not see, and columns that are no questions at all."""
        hidden = self.planted.policy.hidden(role, form.key)
        columns = {
            "id": "1",
            "case_id": str(self.planted.cases["foreign"]),
            "version": "1",
            "created_by": "1",
            "deleted_at": "2026-01-01",
            "form_version": "99",
            "to_check": "",
            "reverses": "1",
            "record_id": "1",
            "metadata": "x",
            "__class__": "x",
        }
        rows = [(f"{name.partition('.')[0]}.0.{name.partition('.')[2]}", STOLEN) for name in hidden if "." in name]
        return (*((name, STOLEN) for name in hidden if "." not in name), *rows, *columns.items())


def _with(body: Body, **changed: str) -> Body:
    return tuple((name, changed.get(name, text)) for name, text in body)


def _asked_in(asked: dict[str, Question], name: str) -> Any:
    table, _, rest = name.partition(".")
    if not rest:
        return asked.get(name)
    column = rest.partition(".")[2]
    return (
        next((asked_column for asked_column in asked[table].columns_asked() if asked_column.name == column), None)
        if table in asked
        else None
    )
