"""The tables of the reference and of Operations, made of what they describe: ``python -m tests.reference`` renews
them."""

import re
from collections.abc import Iterable
from pathlib import Path

import click
from pydantic import BaseModel

from dosar.cli.console.settings_file import settings_of
from dosar.cli.main import program
from dosar.fields import QUESTION_KINDS
from dosar.language.choices import Choice, ChoiceList
from dosar.language.consent import ConsentRule, NeedingForm
from dosar.language.deadline_rule import DeadlineRule
from dosar.language.face import Face, FaceQuestion
from dosar.language.form import Form, RetentionClass, Section, Signature, Total
from dosar.language.load.json_schema import option_docs
from dosar.language.organisation.figures import Figure, FigureShare, Report
from dosar.language.organisation.roles import Role
from dosar.language.question import Question
from dosar.language.restriction import Restriction

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "app/docs/reference.md"
OPERATIONS = ROOT / "app/docs/operations.md"
TABLES: dict[str, type[BaseModel]] = {
    "form": Form,
    "section": Section,
    "question": Question,
    "total": Total,
    "retention": RetentionClass,
    "restriction": Restriction,
    "consent": ConsentRule,
    "needing-form": NeedingForm,
    "deadline": DeadlineRule,
    "signature": Signature,
    "choices": ChoiceList,
    "choice": Choice,
    "role": Role,
    "face": Face,
    "face-question": FaceQuestion,
    "report": Report,
    "figure": Figure,
    "share": FigureShare,
}
"""Where a table stands in the reference, between ``<!-- name -->`` and ``<!-- end -->``, and what it describes."""


def tables() -> dict[str, str]:
    """Every table, by its place."""
    return {
        "kinds": kinds(),
        "settings": settings(),
        **{place: options(model) for place, model in TABLES.items()},
    }


def settings() -> str:
    """What the command line, the environment and a file of settings may say."""
    return table(
        ("in the file", "environment", "command line", "what it says"),
        [
            (
                f"`{name}`",
                f"`{option.envvar}`",
                f"`{option.opts[0]}`",
                _words(option.help % {"default": option.default}),
            )
            for name, option in settings_of(program).items()
            if isinstance(option, click.Option) and option.help
        ],
    )


def options(model: type[BaseModel]) -> str:
    """The keys of a part of a file."""
    said = option_docs(model)
    rows = []
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
        rows.append((f"`{field.alias or name}`", default, _words(said.get(name, ""))))
    return table(("key", "left out", "what it says"), rows)


def kinds() -> str:
    """The kinds of question, each with the options only it has."""
    return table(
        ("type", "what is asked", "its own options"),
        [
            (f"`{word}`", _words((kind.__doc__ or "").partition("\n\n")[0]), _own_options(kind))
            for word, kind in sorted(QUESTION_KINDS.items())
        ],
    )


def _own_options(kind: type[Question]) -> str:
    said = option_docs(kind)
    own = [name for name in kind.model_fields if name not in Question.model_fields]
    return "<br>".join(
        f"`{kind.model_fields[name].alias or name}`{_in_brackets(kind, name)}: {_words(said.get(name, ''))}"
        for name in own
    )


def _in_brackets(kind: type[Question], name: str) -> str:
    field = kind.model_fields[name]
    if field.is_required():
        return " (required)"
    default = _default(field.get_default(call_default_factory=True))
    return f" ({default})" if default else ""


def _default(value: object) -> str:
    if value is None or value == () or value == frozenset() or value == {} or value == []:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def _words(text: str) -> str:
    """A docstring as a line of a table."""
    line = " ".join(text.split()).replace("``", "`").replace("|", "\\|")
    return re.sub(r":\w+:`([^`]*)`", r"`\1`", line)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head), tuple("---" for _ in head), *map(tuple, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def renewed(text: str) -> str:
    """The page with every table as it should be."""
    for place, made in tables().items():
        text = re.sub(
            rf"(?s)<!-- {place} -->\n.*?<!-- end -->",
            lambda _: f"<!-- {place} -->\n{made}\n<!-- end -->",  # noqa: B023
            text,
        )
    return text


if __name__ == "__main__":
    for page in (REFERENCE, OPERATIONS):
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
