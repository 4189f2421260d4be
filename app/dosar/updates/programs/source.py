"""Where somebody finds the program again, on the day when the computer is gone."""

from importlib.metadata import PackageNotFoundError, metadata

from dosar.updates.pinned import Pinned, read_pinned

NAMED = ("download", "homepage")
"""What the project's metadata may call the address of a page for people, the better one first."""


def program_address(pinned: Pinned | None = None) -> str:
    """The address where the program is offered; nothing where neither the project nor the build names one."""
    told = (read_pinned() if pinned is None else pinned).address
    return _project_address() or (told.rpartition("/")[0] + "/" if told else "")


def _project_address() -> str:
    try:
        pairs = metadata("dosar").get_all("Project-URL") or []
    except PackageNotFoundError:  # a program folder brings no metadata along
        return ""
    found = {label.strip().lower(): address.strip() for label, _, address in (pair.partition(",") for pair in pairs)}
    return next((found[name] for name in NAMED if name in found), "")
