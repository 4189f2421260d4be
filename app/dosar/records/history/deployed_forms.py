"""The forms as their columns stand in the database, which no file need say any more.

Every version that ever ran is kept. The columns of a form are those of its last version and of every
question that an earlier version had: nothing is ever dropped, so an old question may come back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, inspect, select

from dosar.database.system_tables import form_version_table, moved_question_table
from dosar.language.choices import Choice, ChoiceList
from dosar.language.form import Form, QuestionKey
from dosar.language.load.definition import make_parts, with_choices

FormContents = dict[str, Any]

FOLDER_ENTRY = "~folder"
"""The part that remembers which files were read last, by which program, and what was found in them."""


@dataclass
class KeptForms:
    """What the database remembers of the forms folder."""

    latest: dict[str, Any] = field(default_factory=dict)
    """Part → its last contents, ``None`` for a part that left the folder."""
    versions: dict[str, list[FormContents]] = field(default_factory=lambda: defaultdict(list))
    """Part → every contents it ever had, oldest first."""
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Form → every name it had."""
    founding: set[str] = field(default_factory=set)
    """The parts with which the organisation began."""
    moved_away: dict[str, set[str]] = field(default_factory=dict)
    """Part → the questions that went to another form."""

    @property
    def good(self) -> dict[str, Any]:
        """The parts that ran last."""
        return {part: values for part, values in self.latest.items() if values is not None}


def read_kept_forms(connection: Connection, only_latest: bool = False) -> KeptForms:
    """Every version kept; ``only_latest`` spares a start the older ones."""
    rows = select(form_version_table.c.id, form_version_table.c.form, form_version_table.c.definition).order_by(
        form_version_table.c.id
    )
    if only_latest:
        newest = select(func.max(form_version_table.c.id)).group_by(form_version_table.c.form)
        rows = rows.where(form_version_table.c.id.in_(newest))
    kept_forms, moved_away = KeptForms(), _moved_questions(connection)
    for number, part, values in connection.execute(rows):
        if FOLDER_ENTRY not in kept_forms.latest:
            kept_forms.founding.add(part)
        sort, _, name = part.partition(":")
        if sort == "form" and values is not None:
            kept_forms.names[name].add(values["form"])
            values = {**values, "form": name}
        kept_forms.latest[part] = values
        if values is not None:
            kept_forms.versions[part].append(_without_questions(values, moved_away[part], number))
    kept_forms.moved_away = {part: {name for name, _ in names} for part, names in moved_away.items()}
    return kept_forms


def _moved_questions(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """Part → the questions that went to another form, each with the last version that asked it."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    if inspect(connection).has_table(moved_question_table.name):  # an earlier version of Dosar did not have it
        for row in connection.execute(select(moved_question_table)):
            found[f"form:{row.form}"].append((row.question, row.last_version))
    return found


def _without_questions(values: FormContents, moved_away: Sequence[tuple[str, int]], version: int) -> FormContents:
    names = {name for name, last in moved_away if version <= last}
    if not names:
        return values
    sections = [
        {**section, "questions": [question for question in section["questions"] if question["name"] not in names]}
        for section in values["sections"]
    ]
    return {**values, "sections": sections}


def deployed_contents(kept_forms: KeptForms) -> dict[str, FormContents]:
    """The contents of every form that has tables, with every question that has columns."""
    return {part: all_questions(versions) for part, versions in kept_forms.versions.items() if part.startswith("form:")}


def deployed_forms(kept_forms: KeptForms, parts: Mapping[str, FormContents]) -> dict[str, Form]:
    """The forms these contents describe, with whatever choice lists they ever had, by the names of the parts.

    A form that is about to get another name is there under the new one, and still says the old: its tables do.
    """
    lists: dict[str, Sequence[Choice]] = defaultdict(list)
    for made in make_parts(
        {part: versions[-1] for part, versions in kept_forms.versions.items() if part.startswith("choices:")}
    ).values():
        if isinstance(made, ChoiceList):
            lists[made.list] = made.choices
    return {
        part.partition(":")[2]: with_choices(made, lists)
        for part, made in make_parts(parts).items()
        if isinstance(made, Form)
    }


def all_questions(versions: Sequence[FormContents]) -> FormContents:
    """The last version, with a section of the questions that only earlier ones had."""
    known: dict[QuestionKey, FormContents] = {}
    for values in versions:
        asked_now = dict(questions_in_contents(values))
        for (rows_of, name), question in asked_now.items():
            was = (rows_of, str(question.get("was")))
            since = known.get((rows_of, name))
            if was in known and was not in asked_now and (since is None or since.get("was") != question.get("was")):
                _rename_question(known, was, name)
        known.update(asked_now)
    return _with_vanished(versions[-1], known)


def questions_in_contents(values: FormContents) -> Iterator[tuple[QuestionKey, FormContents]]:
    """Every question as the file writes it, by its place."""
    for section in values["sections"]:
        for question in section["questions"]:
            yield ("", question["name"]), question
            for column in question.get("columns", ()):
                yield (question["name"], column["name"]), column


def _rename_question(known: dict[QuestionKey, FormContents], was: QuestionKey, name: str) -> None:
    """A question got another name; the columns of a table of rows go with it."""
    known.pop(was)
    if was[0]:
        return
    for key in [key for key in known if key[0] == was[1]]:
        known[name, key[1]] = known.pop(key)


def _with_vanished(values: FormContents, known: Mapping[QuestionKey, FormContents]) -> FormContents:
    values = deepcopy(values)
    asked_now = dict(questions_in_contents(values))
    vanished = {key: deepcopy(question) for key, question in known.items() if key not in asked_now}
    every = [*asked_now.items(), *vanished.items()]
    tables = {name: question for (rows_of, name), question in every if not rows_of}
    for (rows_of, name), column in vanished.items():
        columns = tables[rows_of]["columns"] if rows_of in tables else []
        if rows_of and name not in [column["name"] for column in columns]:
            columns.append(column)
    lost_questions = [question for (rows_of, _), question in vanished.items() if not rows_of]
    if lost_questions:
        values["sections"].append({"title": values["title"], "questions": lost_questions})
    return values


def deployed_form(connection: Any, key: str) -> Form:
    """The form with every question it ever asked, as an answer to one of former times is read and named."""
    kept_forms = read_kept_forms(connection)
    part = f"form:{key}"
    return deployed_forms(kept_forms, {part: deployed_contents(kept_forms)[part]})[key]
