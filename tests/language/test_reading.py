"""YAML as a form's author means it: nothing is guessed, and nothing but plain values is read."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from dosar import shipped_folder
from dosar.language.load.finding import FilePlace
from dosar.language.load.quick_yaml import compose_quickly
from dosar.language.load.yaml_reader import (
    MAX_FILE_BYTES,
    MAX_FILE_VALUES,
    MAX_YAML_DEPTH,
    NO_ANCHORS,
    NO_TAGS,
    TOO_DEEP,
    TOO_MANY_VALUES,
    Source,
    compose_warily,
    read_text,
    read_yaml,
)


def said(source: Source) -> list[str]:
    return [str(finding) for finding in source.findings]


@pytest.mark.parametrize(
    "written",
    [
        "NO",
        "no",
        "yes",
        "on",
        "y",
        "012",
        "0x1F",
        "0o17",
        "1_000",
        "22:30",
        "2026-01-01",
        "27.03.1998",
        ".inf",
        "<<",
        "=",
        "9" * 5000,
    ],
)
def test_a_word_stays_the_word_it_is(written: str) -> None:
    assert read_text(f"answer: {written}", "x.yaml").contents == {"answer": written}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", 12),
        ("-5", -5),
        ("1.5", 1.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"12"', "12"),
        ("'true'", "true"),
        ("Ștefan", "Ștefan"),
    ],
)
def test_numbers_and_truths_are_read(written: str, meant: object) -> None:
    assert read_text(f"answer: {written}", "x.yaml").contents == {"answer": meant}


def test_every_value_knows_its_line() -> None:
    source = read_text("form: visit\nlist:\n  - day\n  - purpose\ntitle:\n  en: Visit\n  ro: Vizită\n", "x.yaml")
    assert source.place(("list", 1)) == FilePlace("x.yaml", 4)
    assert source.place(("title", "ro")) == FilePlace("x.yaml", 7)
    assert source.place(("title", "de")) == FilePlace("x.yaml", 5), "what is not there: the line it would stand under"
    assert source.place(("sections", 3, "title")) == FilePlace("x.yaml", 1)


def test_a_key_given_twice_is_told_and_the_first_kept() -> None:
    source = read_text("form: visit\nlist: [a]\nform: other\nlist: [b]\n", "x.yaml")
    assert source.contents == {"form": "visit", "list": ["a"]}
    assert said(source) == [
        'x.yaml:3: F003: The key "form" stands here twice; keep one.',
        'x.yaml:4: F003: The key "list" stands here twice; keep one.',
    ]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: &x [1]\nb: *x", 1, NO_ANCHORS),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", 2, NO_TAGS),
        ("%YAML 1.1\n---\na: NO", 2, "Directives (lines that begin with %) are not read; remove the line."),
        ("[1]: a", 1, "A key must be a word."),
        ("a: " + "[" * 30, 1, TOO_DEEP),
        ("[" + "a, " * 30_000 + "a]", 1, TOO_MANY_VALUES),
    ],
)
def test_tricks_are_refused(text: str, line: int, told: str) -> None:
    assert said(read_text(text, "x.yaml")) == [f"x.yaml:{line}: F002: {told}"]


def test_a_bomb_is_refused_before_it_grows() -> None:
    levels = [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, 10)]
    source = read_text("\n".join(["l0: &l0 [ha]", *levels]), "x.yaml")
    assert [finding.code for finding in source.findings] == ["F002"]
    assert source.contents is None


OPEN = "A bracket is not closed, a comma is missing, or a text that holds a colon or # is not in quotes."
COLON = (
    "Here or in the line above, a colon or the space behind it is missing, the line is indented too far, or a text "
    "that holds a colon is not in quotes."
)
STEP = "The line is indented differently from those above it, or a space behind a dash is missing."


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: 'x", 1, "A quotation mark is not closed."),
        ("a: [1, 2\nb: 3", 2, OPEN),
        ("label: {en: Home: yes, ro: Acasă}", 1, OPEN),
        ("label: Note: none", 1, COLON),
        ("type:text\nlabel: x", 2, COLON),
        ("a:\n\tb: 1", 2, "A tab stands in this line; delete it, and indent with spaces."),
        ("a:\n  - 1\n - 2", 3, STEP),
        ("a:\n  - name: x\n  -name: y", 3, STEP),
        ("a: 1\n---\nb: 2", 2, "Another document begins here; a file holds one."),
        ("a: 1\nb: x\0y", 2, "A character that cannot be printed stands in this line; type the line anew."),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, line: int, told: str) -> None:
    source = read_text(text, "x.yaml")
    assert said(source) == [f"x.yaml:{line}: F001: {told}"]
    assert source.contents is None


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "visit.yaml"
    file.write_bytes("title: Vizită".encode("iso-8859-2"))
    source = read_yaml(file, "forms/visit.yaml")
    assert said(source) == ["forms/visit.yaml:1: F001: The file is not UTF-8 text; save it as UTF-8."]


def test_a_huge_file_is_not_even_opened(tmp_path: Path) -> None:
    file = tmp_path / "visit.yaml"
    file.write_bytes(b"# " + b"x" * MAX_FILE_BYTES)
    assert said(read_yaml(file, "forms/visit.yaml")) == [
        "forms/visit.yaml:1: F001: The file is larger than 1 MB; split it.",
    ]


def test_a_file_that_went_away_is_told(tmp_path: Path) -> None:
    source = read_yaml(tmp_path / "visit.yaml", "forms/visit.yaml")
    assert said(source) == ["forms/visit.yaml:1: F001: The file cannot be opened; look at who may read it."]


def test_a_byte_order_mark_is_no_letter(tmp_path: Path) -> None:
    file = tmp_path / "visit.yaml"
    file.write_bytes("form: visit".encode("utf-8-sig"))
    assert read_yaml(file).contents == {"form": "visit"}


SLIPS = [
    *"{}[],:-?#'\"|>%@`!&*\\ \n~",
    ": ",
    "- ",
    "\n  ",
    " #",
    "|\n",
    ">+\n",
    "|2\n",
    "yes",
    "1_000",
    "0o7",
    "=",
    "\\/",
]
SLIPPED_TEXTS = 1500


def slipped_texts() -> Iterator[str]:
    """Some lines of the shipped forms, each with up to four slips."""
    chance = random.Random(20261129)
    lines = [path.read_text(encoding="utf-8").splitlines() for path in sorted(shipped_folder("forms").rglob("*.yaml"))]
    for _ in range(SLIPPED_TEXTS):
        begin = chance.randrange(len(file := chance.choice(lines)))
        text = "\n".join(file[begin : begin + chance.randint(1, 8)])
        for _ in range(chance.randint(0, 4)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(["", *SLIPS]) + text[at + chance.randint(0, 2) :]
        yield text


def meant_by(node: Node | None) -> Any:
    """What the reader makes of the nodes: values with what they mean, and the lines that messages name."""
    if isinstance(node, ScalarNode) or node is None:
        return node and (str(node.tag), node.value)
    if isinstance(node, MappingNode):
        return {key.start_mark.line: (meant_by(key), meant_by(value)) for key, value in node.value}, len(node.value)
    return [(item.start_mark.line, meant_by(item)) for item in node.value]


def test_what_is_read_quickly_means_what_it_means_read_warily() -> None:
    """Whatever the two do not take apart alike is left to the one that knows YAML 1.2."""
    read, differing = 0, []
    for text in slipped_texts():
        quick = compose_quickly(text, MAX_YAML_DEPTH, MAX_FILE_VALUES)
        if quick is not None:
            read += 1
            try:
                wary = meant_by(compose_warily(text))
            except YAMLError as refused:
                wary = str(refused)
            if meant_by(quick) != wary:
                differing.append(text)
    assert differing == []
    assert read > SLIPPED_TEXTS / 4


def test_every_shipped_form_is_read_quickly() -> None:
    slow = [
        path.name
        for path in shipped_folder("forms").rglob("*.yaml")
        if compose_quickly(path.read_text(encoding="utf-8"), MAX_YAML_DEPTH, MAX_FILE_VALUES) is None
    ]
    assert slow == []
