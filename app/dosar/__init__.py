"""Dosar: case files for organisations that help survivors of human trafficking."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dosar.language.load.shipped_folder import shipped_folder as shipped_folder

if TYPE_CHECKING:
    from flask import Flask

MAX_POSTED_BYTES = 26 * 2**20


def create_app(store: Any, opened: Any, secret_key: str, data: Path, **config: Any) -> "Flask":
    """The web application on an open store, with forms ready to run.

    ``opened`` is what :func:`dosar.migrations.upgrade.open_forms` returned; ``data`` is the folder for what
    the app makes for itself.
    """
    from flask import Flask

    from dosar.access.audit.request_audit import install_request_audit
    from dosar.access.i18n.languages import request_wording
    from dosar.access.installation import install_access_control
    from dosar.access.login.sessions.session_contents import typed_contents_forgetter
    from dosar.language.text.translations import translations_folder
    from dosar.pages.help.handbook_links import install_handbook_links
    from dosar.pages.input.request_input import install_request_class
    from dosar.pages.input.search_length import install_search_length
    from dosar.pages.recovery.errors import install_error_pages
    from dosar.pages.recovery.expired_session import install_expired_sessions
    from dosar.pages.registration import register_pages
    from dosar.pages.static_files import version_static_files
    from dosar.pages.urls import install_addresses
    from dosar.records.repository import Repository

    app = Flask(__name__, static_url_path="/static", template_folder="pages")
    app.config.update(
        SECRET_KEY=secret_key,
        DATA=str(data),
        TRANSLATIONS=str(translations_folder()),
        MAX_CONTENT_LENGTH=MAX_POSTED_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_POSTED_BYTES,
        MAX_FORM_PARTS=60_000,
        **config,
    )
    install_request_class(app)
    install_addresses(app)
    repository = app.extensions["dosar_repository"] = Repository(store, opened.definition)
    app.extensions["dosar_findings"] = opened.findings
    app.extensions["dosar_form_files"] = {part: file for file, part in opened.files.items()}
    version_static_files(app)
    install_handbook_links(app, request_wording)
    install_search_length(app)
    install_expired_sessions(app)
    registry = install_access_control(app, store, opened.definition)
    repository.forgets_on_erasure.append(typed_contents_forgetter(app.extensions["dosar_access"]))
    register_pages(app, registry)
    install_error_pages(app)
    install_request_audit(app)
    return app
