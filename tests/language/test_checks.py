"""What ``dosar check`` prints: each file of ``tests/forms/bad`` begins with the lines it must cause.

Its first line names the file it stands for in the good folder beside it.
"""

import re
import shutil
from collections.abc import Callable
from inspect import get_annotations
from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.database.form_tables import Record, StoredRow, all_tables, build_tables, make_tables
from dosar.language.checks.form_checks import check_folder
from dosar.language.checks.name_checks import RESERVED_FORM_PREFIXES, RESERVED_NAMES
from dosar.language.form import Form
from dosar.language.load.folder import FolderReading, folder_digest, is_only_advice, read_folder
from dosar.language.load.source_lines import walk_questions
from dosar.language.question import question_kinds
from tests.findings import findings_in

HERE = Path(__file__).parents[1] / "forms"
LANGUAGE = Path(__file__).parents[2] / "app/dosar/language"
WIDE = """
form: parcel
title: {en: Parcel, ro: Pachet}
list: [q0]
sections:
  - title: {en: Part, ro: Partea}
    questions:
"""
CHECKED_HERE = (
    "load/yaml_reader",
    "load/schema_errors",
    "load/folder",
    "checks/form_checks",
    "checks/name_checks",
    "checks/list_checks",
    "checks/text_checks",
    "checks/default_checks",
    "checks/rules/rule_checks",
    "checks/rules/type_inference",
    "checks/rules/currency_checks",
    "checks/stage_checks",
    "checks/programme_checks",
)
BAD = sorted((HERE / "bad").glob("*.yaml"))

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files into a copy of the good folder."""
    folder = tmp_path / "forms"
    shutil.copytree(HERE / "good", folder)

    def write_files(**files: str) -> Path:
        for name, text in files.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return write_files


def printed(reading: FolderReading) -> list[str]:
    return [str(finding) for finding in findings_in(reading)]


def told_by(sample: Path) -> tuple[str, list[str]]:
    """The file a sample stands for, and the lines it says it causes."""
    first, *rest = sample.read_text(encoding="utf-8").splitlines()
    lines = [line.removeprefix("# ") for line in rest if line.startswith("# ")]
    return first.removeprefix("# "), lines


def test_nothing_is_wrong_in_a_good_folder() -> None:
    assert printed(read_folder(HERE / "good")) == []


@pytest.mark.parametrize("sample", BAD, ids=lambda path: path.stem)
def test_every_mistake_is_told_at_once(sample: Path, write: Write) -> None:
    folder = write()
    name, lines = told_by(sample)
    shutil.copy(sample, folder / name)
    assert printed(read_folder(folder)) == lines


def test_every_code_has_a_sample() -> None:
    sources = [(LANGUAGE / f"{name}.py").read_text(encoding="utf-8") for name in CHECKED_HERE]
    told = {code for source in sources for code in re.findall(r'"(F\d{3})"', source)}
    elsewhere = {"F020", "F021", "F025", "F026", "F037", "F047", "F051", "F052", "F054", "F057", "F059", "F062", "F063"}
    elsewhere |= {"F064", "F065", "F066", "F067", "F068", "F081", "F103", *(f"F11{digit}" for digit in range(7))}
    assert told - {sample.stem[:4] for sample in BAD} <= elsewhere, (
        "tested below, in test_changes.py, test_clearances.py, test_stages.py, test_demo_data.py and tests/migrations"
    )


def test_a_kind_unlike_any_other_is_told_with_all_there_are(write: Write) -> None:
    visit = (HERE / "good/visit.yaml").read_text(encoding="utf-8").replace("type: money", "type: bani")
    said = "\n".join(printed(read_folder(write(visit=visit))))
    assert f'unknown type "bani"; there are: {", ".join(sorted(question_kinds()))}.' in said


def test_mistakes_of_several_files_come_together(write: Write) -> None:
    folder = write(visit="form: visit\n", roles="roles: []\nrole: x\n", menu="menu: 5\n")
    assert printed(read_folder(folder)) == [
        "forms/menu.yaml:1: F008: This must be a list: lines that begin with a dash.",
        'forms/roles.yaml:2: F005: unknown key "role"; did you mean "roles"?',
        'forms/visit.yaml:1: F007: The key "title" is missing here.',
        'forms/visit.yaml:1: F007: The key "sections" is missing here.',
    ]


def test_a_broken_file_does_not_stop_the_others(write: Write) -> None:
    reading = read_folder(write(visit="form: visit\ntitle: [\n"))
    findings_in(reading)
    assert set(reading.of(Form)) == {"form:case"}
    assert reading.broken() == {"form:visit"}


def test_of_two_forms_with_one_name_the_first_runs(write: Write) -> None:
    second = (HERE / "good/case.yaml").read_text(encoding="utf-8")
    reading = read_folder(write(second=second))
    assert printed(reading) == [
        'forms/second.yaml:1: F014: "case" is already the name of forms/case.yaml; give one of the two another name.',
    ]
    assert reading.broken() == set()


def test_a_copy_that_kept_its_name_does_not_run_in_place_of_the_form(write: Write) -> None:
    visit = (HERE / "good/visit.yaml").read_text(encoding="utf-8")
    reading = read_folder(write(parcel=visit))
    assert printed(reading) == [
        'forms/parcel.yaml:1: F014: "visit" is already the name of forms/visit.yaml; give one of the two another name.',
    ]
    assert reading.sources["form:visit"].file == "forms/visit.yaml"


def test_two_mixins_with_one_name_are_told(write: Write) -> None:
    folder = write()
    shutil.copy(folder / "mixins/header.yaml", folder / "mixins/again.yaml")
    assert printed(read_folder(folder)) == [
        'forms/mixins/again.yaml:1: F014: "header" is already the name of forms/mixins/header.yaml; '
        "give one of the two another name.",
    ]


@pytest.mark.parametrize("name", ["parcel.yml", "parcel.yaml.txt", "parcel.YAML"])
def test_a_file_that_an_editor_named_otherwise_is_not_passed_over_in_silence(name: str, write: Write) -> None:
    folder = write()
    before = folder_digest(folder)
    (folder / name).write_text("form: parcel\n", encoding="utf-8")
    (folder / "notes.txt").write_text("form: parcel\n", encoding="utf-8")
    assert printed(read_folder(folder)) == [
        f"forms/{name}:1: F035: This file is not read, since its name does not end in .yaml; call it parcel.yaml.",
    ]
    assert folder_digest(folder) != before, "the next start reads the folder anew and says it too"


@pytest.mark.parametrize("name", ["roles", "menu"])
def test_a_file_that_everybody_needs_is_missed(name: str, write: Write) -> None:
    folder = write()
    (folder / f"{name}.yaml").unlink()
    (told,) = read_and_checked = check_folder(read_folder(folder))
    assert str(told).startswith(f"forms/{name}.yaml:1: F062: There is no {name}.yaml in the folder: the last good")
    assert not is_only_advice(read_and_checked)


def questions(number: int, indent: str) -> str:
    return "".join(f"{indent}- {{name: q{index}, type: text, label: {{en: Q, ro: I}}}}\n" for index in range(number))


def test_a_form_may_not_have_more_questions_than_a_table_has_columns(write: Write) -> None:
    most, more = (WIDE + questions(number, "      ") for number in (1000, 1001))
    assert "F037" not in "".join(printed(read_folder(write(parcel=most))))
    reading = read_folder(write(parcel=more))
    reading.findings = findings_in(reading)
    assert reading.broken() == {"form:parcel"}
    assert (
        'forms/parcel.yaml:5: F037: The answers of "parcel" need 1001 columns in the database, which keeps at most '
        "1000 together; move some of the questions into a form of their own."
    ) in [str(found) for found in reading.findings]


def test_nor_may_a_table_of_rows(write: Write) -> None:
    rows = (
        "      - {name: q0, type: text, label: {en: Q, ro: I}}\n"
        "      - name: items\n        type: table\n        label: {en: Q, ro: I}\n        columns:\n"
    )
    said = "\n".join(printed(read_folder(write(parcel=WIDE + rows + questions(1001, "          ")))))
    assert 'forms/parcel.yaml:9: F037: The answers of "items" need 1001 columns' in said


def test_lists_and_mixins_are_looked_for_by_their_name_too(write: Write) -> None:
    folder = write()
    (folder / "mixins/header.yaml").rename(folder / "mixins/head.yaml")
    (folder / "choices/attendance.yaml").rename(folder / "choices/school.yaml")
    reading = read_folder(folder)
    reading.findings = findings_in(reading)
    assert [(found.place.file, found.code) for found in reading.findings] == [
        ("forms/choices/school.yaml", "F036"),
        ("forms/mixins/head.yaml", "F036"),
    ]
    assert reading.broken() == set()


def test_a_mixin_with_a_mistake_breaks_the_forms_that_use_it(write: Write) -> None:
    folder = write()
    mixin = folder / "mixins/header.yaml"
    mixin.write_text(mixin.read_text(encoding="utf-8").replace("type: date", "type: dat"), encoding="utf-8")
    reading = read_folder(folder)
    assert printed(reading) == [
        'forms/mixins/header.yaml:6: F006: unknown type "dat"; did you mean "date"?',
    ]
    assert reading.broken() == {"form:visit"}


def test_a_rule_of_a_mixin_is_told_where_it_stands(write: Write) -> None:
    folder = write()
    mixin = folder / "mixins/header.yaml"
    mixin.write_text(mixin.read_text(encoding="utf-8").replace("visit_date <=", "visit_day <="), encoding="utf-8")
    reading = read_folder(folder)
    found = findings_in(reading)
    assert [str(finding) for finding in found] == [
        'forms/mixins/header.yaml:10: F012: no question is named "visit_day"; did you mean "visit_date"?',
    ]
    reading.findings = found
    assert reading.broken() == {"form:visit"}


def test_advice_breaks_nothing(write: Write) -> None:
    visit = (
        (HERE / "good/visit.yaml")
        .read_text(encoding="utf-8")
        .replace("title: {en: School, ro: Școala}", "title: {en: School}")
    )
    reading = read_folder(write(visit=visit))
    reading.findings = findings_in(reading)
    assert [str(finding) for finding in reading.findings] == [
        "forms/visit.yaml:13: F010: The text is missing in one language: Romanian.",
    ]
    assert reading.broken() == set()


def test_another_language_can_be_asked_for(write: Write) -> None:
    found = check_folder(read_folder(write()), languages=("ro", "en", "uk"))
    assert {finding.code for finding in found} == {"F010"}
    assert str(found[0]).endswith(": F010: The text is missing in one language: uk.")


def test_no_question_takes_a_name_of_the_tables() -> None:
    good = read_folder(HERE / "good").of(Form)
    forms = {form.key: form.model_copy(update={"append_only": True}) for form in good.values()}
    tables = build_tables(forms).classes()
    columns = {column.name for table in tables for column in table.columns if "__" not in column.name}
    asked = {question.name for form in forms.values() for _, question, _ in walk_questions(form)}
    attributes = {
        name
        for kind in (Record, StoredRow)
        for base in kind.__mro__
        for name in (*vars(base), *get_annotations(base))
        if not name.startswith("_")
    }
    assert (columns - asked) | attributes <= RESERVED_NAMES


def test_no_form_takes_the_name_of_another_table() -> None:
    names = [table.name for table in all_tables(make_tables({}))]
    assert [name for name in names if not name.startswith(RESERVED_FORM_PREFIXES)] == []
