"""The gate: users, roles, sessions, sign-in; who may go through which route and reach which records."""

from pathlib import Path
from typing import Any

from flask import Flask

from app.access.form_tokens import require_tokens
from app.access.gate import keep_gate, visitor
from app.access.guarded import Clock, Guarded
from app.access.headers import add_headers
from app.access.languages import choose_languages, offered, prepare_texts
from app.access.menus import menu_for
from app.access.security import Registry, register_with_appbuilder
from app.access.sessions import Sessions
from app.language.folder import Definition
from app.records.system import now

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]


def guard(app: Flask, store: Any, definition: Definition, clock: Clock = now) -> Registry:
    """Put the gate before every route of the app; pages are registered with what this returns.

    Reads from the configuration: ``TRANSLATIONS`` (folder of the .po files), ``DATA`` (data folder),
    ``HOSTS`` (host names beside this machine's own), and Flask's ``SECRET_KEY``.
    """
    guarded = Guarded(store, definition, clock)
    app.extensions["dosar_access"] = guarded
    app.config["TRUSTED_HOSTS"] = [*LOOPBACK, *app.config.get("HOSTS", [])]
    app.session_interface = Sessions(guarded)
    prepare_texts(app, Path(app.config["TRANSLATIONS"]), Path(app.config["DATA"]))
    registry = register_with_appbuilder(app, store.session)
    choose_languages(app)
    keep_gate(app, guarded)
    require_tokens(app)
    add_headers(app)
    app.context_processor(_known_to_templates)
    return registry


def _known_to_templates() -> dict[str, Any]:
    from app.access.guarded import guarded
    worker = visitor()
    return {
        "worker": worker,
        "languages": offered(),
        "organisation": guarded().organisation().name,
        "menu": menu_for(worker, guarded().definition) if worker else [],
    }
