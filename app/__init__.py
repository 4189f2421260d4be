"""Dosar: case files for organisations that help survivors of human trafficking."""

from pathlib import Path
from typing import Any

from flask import Flask

HERE = Path(__file__).parent
MOST_POSTED = 26 * 2**20


def shipped(name: str) -> Path:
    """The folder ``forms`` or ``translations``: beside the code in a checkout, inside it when installed."""
    beside = HERE.parent / name
    return beside if beside.is_dir() else HERE / f"_{name}"


def create_app(store: Any, opened: Any, secret_key: str, data: Path, **config: Any) -> Flask:
    """The web application on an open store, with forms ready to run.

    ``opened`` is what :func:`app.records.upgrade.open_forms` returned; ``data`` is the folder for what
    the app makes for itself (compiled texts).
    """
    from app.access import guard
    from app.pages import register_pages
    from app.pages.addresses import expect_record_numbers
    from app.pages.errors import explain_errors
    from app.pages.posting import receive_in_memory
    from app.pages.static_files import version_static_files
    from app.pages.unsent import keep_unsent_sheets
    from app.records.cabinet import Cabinet

    app = Flask(__name__, static_url_path="/static")
    app.config.update(
        SECRET_KEY=secret_key, DATA=str(data), TRANSLATIONS=str(shipped("translations")),
        MAX_CONTENT_LENGTH=MOST_POSTED, MAX_FORM_MEMORY_SIZE=MOST_POSTED, MAX_FORM_PARTS=60_000, **config,
    )
    receive_in_memory(app)
    expect_record_numbers(app)
    app.extensions["dosar_cabinet"] = Cabinet(store, opened.definition)
    app.extensions["dosar_findings"] = opened.findings
    app.extensions["dosar_form_files"] = {part: file for file, part in opened.files.items()}
    app.extensions["dosar_known_forms"] = {}
    version_static_files(app)
    keep_unsent_sheets(app)
    registry = guard(app, store, opened.definition)
    register_pages(app, registry)
    explain_errors(app)
    return app
