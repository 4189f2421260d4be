"""The form language as a JSON Schema: what editors complete and underline while a file is written."""

import ast
import json
from inspect import getsource
from pathlib import Path
from textwrap import dedent
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from dosar.language.face import FaceColumn, FaceQuestion
from dosar.language.form import Form
from dosar.language.load.definition import PART_MODELS
from dosar.language.question import question_kinds
from dosar.language.text.texts import Text

SCHEMA_FILE = "form.schema.json"
MIXIN_SCHEMA = {
    "description": "The sections of forms/mixins/<name>.yaml stand here.",
    "type": "object",
    "properties": {"mixin": {"type": "string"}},
    "required": ["mixin"],
    "additionalProperties": False,
}
JsonSchema = dict[str, Any]

NAME_ALONE_REFS = {f"#/$defs/{model.__name__}" for model in (FaceColumn, FaceQuestion)}
"""Parts in whose place their name alone may stand."""
TEXT_SCHEMA: JsonSchema = {"description": "A text in each language: {en: …, ro: …}.", **TypeAdapter(Text).json_schema()}


def form_schema() -> JsonSchema:
    """The schema of every YAML file of a forms folder."""
    models = list(PART_MODELS.values())
    _, schema = models_json_schema([(model, "validation") for model in models], by_alias=True)
    parts: JsonSchema = {name: _simplify_schema(part) for name, part in schema["$defs"].items()}
    for model in _described_models(models):
        if model.__name__ in parts:
            _describe_options(model, parts[model.__name__])
    for kind in question_kinds().values():
        parts[kind.__name__]["required"] = ["type", *parts[kind.__name__]["required"]]
    sections = parts[Form.__name__]["properties"]["sections"]
    sections["items"] = {"anyOf": [sections["items"], MIXIN_SCHEMA]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dosar forms folder",
        **_part_by_first_key(),
        "$defs": {**parts, "Text": TEXT_SCHEMA},
    }


def _simplify_schema(part: Any) -> Any:
    """The schema without what pydantic adds for programs: the readers of an editor need none of it."""
    if isinstance(part, list):
        return [_simplify_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    if TEXT_SCHEMA.items() <= {**part, "description": TEXT_SCHEMA["description"]}.items():
        return {"$ref": "#/$defs/Text"}
    if part.get("$ref") in NAME_ALONE_REFS:
        return {"anyOf": [{"type": "string"}, part]}
    given = [variant for variant in part.get("anyOf", ()) if variant != {"type": "null"}]
    if len(given) == 1:
        return _simplify_schema(given[0])
    return {key: _simplify_schema(value) for key, value in part.items() if key != "title" or isinstance(value, dict)}


def _part_by_first_key() -> JsonSchema:
    """Which part of the schema a file follows, told by the first key that no form has."""
    chosen: JsonSchema = _schema_ref(Form)
    for model in PART_MODELS.values():
        for key in [key for key in model.model_fields if key not in Form.model_fields][:1]:
            chosen = {"if": {"required": [key]}, "then": _schema_ref(model), "else": chosen}
    return chosen


def _schema_ref(model: type[BaseModel]) -> JsonSchema:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _described_models(models: list[type[BaseModel]]) -> set[type[BaseModel]]:
    """The models, the models they speak of, and the kinds of question."""
    found: set[type[BaseModel]] = set()
    waiting = [*models, *question_kinds().values()]
    while waiting:
        model = waiting.pop()
        found.add(model)
        inside = (inner for field in model.model_fields.values() for inner in _models_in(field.annotation))
        waiting.extend(set(inside) - found)
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    models = [annotation] if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []
    return models + [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _describe_options(model: type[BaseModel], part: JsonSchema) -> None:
    texts = option_docs(model)
    for name, field in model.model_fields.items():
        if name in texts:
            part["properties"][field.alias or name]["description"] = texts[name]


def option_docs(model: type[BaseModel]) -> dict[str, str]:
    """What the source says below each option of a model and of those it is made from."""
    texts: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            texts |= _option_docs_in(kind)
    return texts


def _option_docs_in(model: type[BaseModel]) -> dict[str, str]:
    [described] = ast.parse(dedent(getsource(model))).body
    assert isinstance(described, ast.ClassDef)
    return {
        line.target.id: below.value.value
        for line, below in zip(described.body, described.body[1:], strict=False)
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


def write_schema(folder: Path) -> Path:
    """Write the schema into a forms folder; returns the file."""
    path = folder / SCHEMA_FILE
    path.write_text(schema_text(), encoding="utf-8")
    return path


def schema_text() -> str:
    return json.dumps(form_schema(), indent=1, ensure_ascii=False) + "\n"
