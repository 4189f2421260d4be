"""What somebody may make of what is due: say that it is done, move it."""

from dosar.overview.deadlines.reading import Deadline


def done_url(deadline: Deadline) -> str:
    """Where one says in one click that it is done today; nothing where a date is not enough."""
    return f"/due/{deadline.id}/done" if deadline.rule.rule.one_click else ""


def move_url(deadline: Deadline) -> str:
    """Where it is moved or waived."""
    return f"/due/{deadline.id}/move"
