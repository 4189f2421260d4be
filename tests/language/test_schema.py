"""The schema that editors use says what the classes say."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dosar.fields import QUESTION_KINDS
from dosar.language.load.json_schema import SCHEMA_FILE, form_schema, option_docs, schema_text, write_schema
from dosar.language.load.yaml_reader import read_text, read_yaml
from dosar.language.text.translations import LANGUAGES
from tests.findings import WRITTEN_IN

FORMS = Path(__file__).parents[2] / "forms"
WRITTEN = sorted(path for folder in (".", "choices", "mixins", "faces") for path in (FORMS / folder).glob("*.yaml"))
VISIT = """
form: visit
title: {en: Visit, ro: Vizită}
sections:
  - title: {en: Part, ro: Partea}
    questions:
      - %s
"""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = form_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(asking_for_two_languages(schema))


def asking_for_two_languages(schema: Any) -> Any:
    """The schema as it is when Dosar speaks no more than the files here are written in."""
    if isinstance(schema, list):
        return [asking_for_two_languages(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: asking_for_two_languages(inner) for key, inner in schema.items()}
    if isinstance(kept.get("required"), list):
        kept["required"] = [name for name in kept["required"] if name in WRITTEN_IN or name not in LANGUAGES]
    return kept


def wrong(validator: Draft202012Validator, text: str) -> list[Any]:
    return list(validator.iter_errors(read_text(text, "visit.yaml").contents))


def test_the_published_schema_is_fresh() -> None:
    assert (FORMS / SCHEMA_FILE).read_text(encoding="utf-8") == schema_text(), "run: dosar schema"


def test_it_is_written_into_a_forms_folder(tmp_path: Path) -> None:
    assert write_schema(tmp_path) == tmp_path / SCHEMA_FILE
    assert (tmp_path / SCHEMA_FILE).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_the_shipped_files_follow_it(validator: Draft202012Validator, path: Path) -> None:
    assert [error.message for error in validator.iter_errors(read_yaml(path).contents)] == []


@pytest.mark.parametrize(
    "question",
    [
        "{name: day, type: date, label: {en: Day, ro: Ziua}}",
        "{name: sex, type: select_one, choices: sex, label: {en: Sex, ro: Sexul}}",
        "{name: sex, type: select_one, choices: [{code: F, label: {en: Woman, ro: Femeie}}], label: {en: S, ro: S}}",
        "{name: note, type: note, show_if: day > today(), label: {en: Note, ro: Notă, ro-MD: Notă}}",
    ],
)
def test_a_good_question_follows_it(validator: Draft202012Validator, question: str) -> None:
    assert wrong(validator, VISIT % question) == []


@pytest.mark.parametrize(
    "question",
    [
        "{name: day, label: {en: Day, ro: Ziua}}",
        "{name: day, type: dat, label: {en: Day, ro: Ziua}}",
        "{name: day, type: date, label: {en: Day}}",
        "{name: day, type: date, places: 2, label: {en: Day, ro: Ziua}}",
        "{name: Day, type: date, label: {en: Day, ro: Ziua}}",
        "{name: day, type: date, label: {en: Day, ro: Ziua}, sensitivity: secret}",
    ],
)
def test_a_bad_question_does_not(validator: Draft202012Validator, question: str) -> None:
    assert wrong(validator, VISIT % question)


def test_a_mixin_may_stand_among_the_sections(validator: Draft202012Validator) -> None:
    assert wrong(validator, "form: visit\ntitle: {en: V, ro: V}\nsections: [{mixin: header}]\n") == []
    assert wrong(validator, "form: visit\ntitle: {en: V, ro: V}\nsections: [{mixin: header, number: '1'}]\n")


@pytest.mark.parametrize("word", QUESTION_KINDS)
def test_every_option_of_a_kind_is_explained(word: str) -> None:
    kind = QUESTION_KINDS[word]
    said = option_docs(kind)
    assert [name for name in kind.model_fields if name not in said] == []
