"""``was`` lines that name what never was: most often a slip, by which answers stay where nobody sees them.

Silent about what the organisation found in its files when it began: shipped files may tell of former times.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dosar.language.choices import Choice, ChoiceList
from dosar.language.form import Form
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import FormPath, walk_questions
from dosar.language.load.yaml_reader import Source
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.records.history.deployed_forms import FormContents, KeptForms, questions_in_contents

NEVER_A_FORM = msgid("was: %(was)s - no form was ever called so%(hint)s Correct this line, or take it away.")
NEVER_A_QUESTION = msgid(
    "was: %(was)s - no question of this form was ever called so%(hint)s Correct this line, or take it away."
)
NEVER_A_CHOICE = msgid("was: %(was)s - this list never had such a choice%(hint)s Correct this line, or take it away.")


def former_name_findings(reading: FolderReading, kept_forms: KeptForms) -> Iterator[Finding]:
    """What the files say that forms, questions and choices were, and was not so in any version that ever ran."""
    if not kept_forms.versions:
        return
    for part, form in reading.of(Form).items():
        yield from _check_form(part, form, reading, kept_forms)
        if part in kept_forms.versions:
            yield from _check_questions(part, form, reading, kept_forms)
    for part, shared in reading.of(ChoiceList).items():
        if part in kept_forms.versions:
            ever = [version["choices"] for version in kept_forms.versions[part]]
            yield from _check_choices(shared.choices, ever, reading.sources[part], ("choices",))


def _check_form(part: str, form: Form, reading: FolderReading, kept_forms: KeptForms) -> Iterator[Finding]:
    began_so = part in kept_forms.founding and kept_forms.versions[part][0].get("was") == form.was
    known = {name.partition(":")[2] for name in kept_forms.versions if name.startswith("form:")}
    if form.was and not began_so and form.was not in known | kept_forms.names.get(form.key, set()):
        yield _name_finding(
            reading.sources[part].place(("was",)), NEVER_A_FORM, form.was, known - reading.names("form")
        )


def _check_questions(part: str, form: Form, reading: FolderReading, kept_forms: KeptForms) -> Iterator[Finding]:
    versions = kept_forms.versions[part]
    began = {str(question.get("was")) for _, question in questions_in_contents(versions[0])}
    asked_names = {question.name for _, question, _ in walk_questions(form)}
    for path, question, table in walk_questions(form):
        option_path = (*path, "was")
        if question.was and question.was not in began:
            known = _known_names(question.was, part, table, reading, kept_forms)
            if question.was not in known:
                yield _name_finding(
                    reading.sources[part].place(option_path), NEVER_A_QUESTION, question.was, known - asked_names
                )
        ever = [] if question.choice_lists() else _choices_offered(question, table, versions)
        if ever:
            yield from _check_choices(question.all_choices, ever, reading.sources[part], (*path, "choices"))


def _known_names(
    was: str, part: str, table: Question | None, reading: FolderReading, kept_forms: KeptForms
) -> set[str]:
    """The names that questions ever had: of the form, of its tables, or, as ``form.question``, of the other form."""
    other, dot, _ = was.partition(".")
    if not dot:
        return {
            name
            for version in kept_forms.versions[part]
            for (rows_of, name), _ in questions_in_contents(version)
            if bool(rows_of) == (table is not None)
        }
    now = next(
        (name for name, every in kept_forms.names.items() if other in every), reading.new_names.get(other, other)
    )
    names = {
        name
        for version in kept_forms.versions.get(f"form:{now}", ())
        for (rows_of, name), _ in questions_in_contents(version)
        if not rows_of
    }
    return (
        {f"{other}.{name}" for name in names | kept_forms.moved_away.get(f"form:{now}", set())}
        if table is None
        else set()
    )


def _choices_offered(
    question: Question, table: Question | None, versions: Iterable[FormContents]
) -> list[Sequence[FormContents]]:
    """The choices that the question offered in each version, under this name or the one it had before."""
    names = {question.name, question.was}
    return [
        contents["choices"]
        for version in versions
        for (rows_of, name), contents in questions_in_contents(version)
        if name in names and bool(rows_of) == (table is not None) and isinstance(contents.get("choices"), list)
    ]


def _check_choices(
    choices: Sequence[Choice], ever: Sequence[Sequence[Mapping[str, Any]]], source: Source, path: FormPath
) -> Iterator[Finding]:
    known = {str(choice["code"]) for version in ever for choice in version}
    began = {str(choice.get("was")) for choice in ever[0]}
    now = {choice.code for choice in choices}
    for position, choice in enumerate(choices):
        if choice.was and choice.was not in known | began:
            yield _name_finding(source.place((*path, position, "was")), NEVER_A_CHOICE, choice.was, known - now)


def _name_finding(place: FilePlace, text: str, was: str, known: Iterable[str]) -> Finding:
    return finding(place, "F059", text, was=was, hint=suggest_word(was, known))
