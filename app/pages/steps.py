"""Which forms are filled in section by section."""

from app.language.form import Form

SHORT = 30
"""A form of at most this many questions is one page; a longer one is a page for each section."""


def in_steps(form: Form) -> bool:
    """Whether the form is filled in section by section."""
    asked = sum(1 for _ in form.asked())
    return form.layout == "sections" or (form.layout is None and asked > SHORT)
