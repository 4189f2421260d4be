"""A form changes: what goes on, what would lose answers, and what an author should do instead."""

from collections.abc import Callable

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.checks.changes.compatibility import conversion_findings, disappearance_findings, refusal_findings
from dosar.language.checks.changes.form_comparison import kept_questions
from dosar.language.form import Form
from dosar.language.load.finding import Finding, finding_from_json, finding_to_json
from dosar.language.load.yaml_reader import Source, read_text
from tests.organisations import form

Question = tuple[str, ...]
TABLE = "name: %s, type: table, columns: [{name: %s, type: text, label: {en: Who, ro: Cine}}]"


def read(text: str) -> tuple[Form, Source]:
    source = read_text(text, "forms/visit.yaml")
    return Form.model_validate(source.contents), source


def said(check: Callable[..., object], before: Question, after: Question) -> list[str]:
    older, _ = read(form("visit", *before))
    now, source = read(form("visit", *after))
    found = check(older, now, source, {}) if check is refusal_findings else check(older, now, source)
    return [f"{finding.place.line} {finding.code}" for finding in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "before, after, expected",
    [
        (["name: a, type: text"], ["name: a, type: date"], ["8 F020"]),
        (["name: a, type: text"], ["name: b, was: a, type: date"], ["8 F020"]),
        (["name: a, type: text, max: 80"], ["name: a, type: text, max: 40"], ["8 F020"]),
        (["name: a, type: text, unknown: true"], ["name: a, type: text"], ["8 F020"]),
        (
            ["name: a, type: text", "name: b, type: text"],
            ["name: b, was: a, type: text", "name: a, type: text"],
            ["8 F020"],
        ),
        (["name: a, type: text"], ["name: a, type: text, retired: true", "name: b, type: date"], []),
        (["name: a, type: text"], ["name: a, type: paragraph"], []),
        (["name: a, type: integer"], ["name: a, type: decimal"], []),
        ([TABLE % ("a", "x")], [TABLE.replace("type: text", "type: date") % ("a", "x")], ["8 F020"]),
    ],
)
def test_what_would_lose_answers_is_refused(before: Question, after: Question, expected: list[str]) -> None:
    assert said(refusal_findings, before, after) == expected


def test_a_ledger_stays_a_ledger() -> None:
    older, _ = read(form("visit", "name: a, type: text", head="append_only: true"))
    now, source = read(form("visit", "name: a, type: text"))
    assert [finding.code for finding in refusal_findings(older, now, source, {})] == ["F026"]


@pytest.mark.parametrize(
    "before, after, expected",
    [
        (["name: a, type: integer"], ["name: a, type: decimal"], ["8 F025"]),
        (["name: a, type: text"], ["name: a, type: paragraph"], []),
        (["name: a, type: text"], ["name: b, was: a, type: text"], []),
    ],
)
def test_what_waits_for_an_upgrade(before: Question, after: Question, expected: list[str]) -> None:
    assert said(conversion_findings, before, after) == expected


@pytest.mark.parametrize(
    "before, after, expected",
    [
        (["name: a, type: text", "name: b, type: text"], ["name: b, type: text"], ["5 F021"]),
        (["name: a, type: text", "name: b, type: text"], ["name: b, type: text", "name: c, was: a, type: text"], []),
        (["name: a, type: text, retired: true", "name: b, type: text"], ["name: b, type: text"], []),
        ([TABLE % ("a", "x")], [TABLE % ("b", "x") + ", was: a"], []),
        ([TABLE % ("a", "x"), "name: b, type: text"], ["name: b, type: text"], ["5 F021"]),
        ([TABLE % ("a", "x")], [TABLE % ("a", "y")], ["5 F021"]),
    ],
)
def test_what_is_gone_is_noticed(before: Question, after: Question, expected: list[str]) -> None:
    assert said(disappearance_findings, before, after) == expected


def test_a_name_given_up_and_taken_anew() -> None:
    older, _ = read(form("visit", "name: a, type: text"))
    now, _ = read(form("visit", "name: b, was: a, type: text", "name: a, type: integer"))
    assert [(kept.older.name, kept.now.name) for kept in kept_questions(older, now)] == [("a", "b")]


def test_a_finding_is_kept_as_it_is() -> None:
    source = read_text("form: visit\nform: visit\n", "forms/visit.yaml")
    for found in source.findings:
        kept: Finding = finding_from_json(finding_to_json(found))
        assert kept == found
