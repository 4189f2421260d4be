"""The kinds of question, by family. Importing the package makes every kind known to the forms.

To add a kind, write its class in the module of its family (or in a new one) and its test; every
module of this package is imported by itself.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Union

from pydantic import BaseModel, Field

from dosar.language.form import Form, Mixin, Section
from dosar.language.question import Question, question_kinds

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


QUESTION_KINDS: dict[str, type[Question]] = question_kinds()

AnyQuestion: Any = Annotated[Union[tuple(QUESTION_KINDS.values())], Field(discriminator="type")]  # noqa: UP007

_FORM_MODELS: tuple[type[BaseModel], ...] = (*QUESTION_KINDS.values(), Section, Mixin, Form)
for _model in _FORM_MODELS:
    if not _model.__pydantic_complete__:
        _model.model_rebuild(_types_namespace={"AnyQuestion": AnyQuestion})
