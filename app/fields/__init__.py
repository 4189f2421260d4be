"""The kinds of question, by family. Importing the package makes every kind known to the forms.

To add a kind, write its class in the module of its family (or in a new one) and its test; every
module of this package is imported by itself.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Union

from pydantic import BaseModel, Field

from app.language.form import Form, Mixin, Section
from app.language.question import Question, kinds

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


KINDS: dict[str, type[Question]] = kinds()

AnyQuestion: Any = Annotated[Union[tuple(KINDS.values())], Field(discriminator="type")]  # noqa: UP007

_MODELS: tuple[type[BaseModel], ...] = (*KINDS.values(), Section, Mixin, Form)
for _model in _MODELS:
    if not _model.__pydantic_complete__:
        _model.model_rebuild(_types_namespace={"AnyQuestion": AnyQuestion})
