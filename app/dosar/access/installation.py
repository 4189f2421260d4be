"""Access control put before every route of an application."""

from pathlib import Path
from typing import Any

from flask import Flask

from dosar.access.appbuilder.security_manager import PageRegistry, create_page_registry
from dosar.access.authorization import current_worker_or_none, install_request_checks
from dosar.access.factors.step_up import install_step_up
from dosar.access.i18n.languages import install_language_choice, language_options, prepare_translations, request_wording
from dosar.access.login.csrf import require_csrf_tokens
from dosar.access.login.sessions.database_sessions import DatabaseSessions
from dosar.access.menu import worker_menu
from dosar.access.organisation.set_up_code import SetUpCode
from dosar.access.services import AccessServices, Clock, access_services
from dosar.access.web.hosts import LOOPBACK_HOSTS
from dosar.access.web.security_headers import add_security_headers
from dosar.database.system_tables import utc_now
from dosar.language.load.definition import Definition


def install_access_control(app: Flask, store: Any, definition: Definition, clock: Clock = utc_now) -> PageRegistry:
    """Put access control before every route of the app; pages are registered with what this returns.

    Reads from the configuration: ``TRANSLATIONS`` (folder of the texts), ``DATA`` (data folder),
    ``HOSTS`` (host names beside this machine's own), ``DEMO`` (started as a demo), ``SET_UP_CODE``
    (where it was made before), and Flask's ``SECRET_KEY``.
    """
    code = app.config.get("SET_UP_CODE") or SetUpCode()
    services = AccessServices(store, definition, clock, bool(app.config.get("DEMO")), code)
    app.extensions["dosar_access"] = services
    app.config["TRUSTED_HOSTS"] = [*LOOPBACK_HOSTS, *app.config.get("HOSTS", [])]
    app.session_interface = DatabaseSessions(services)
    prepare_translations(app, Path(app.config["TRANSLATIONS"]))
    registry = create_page_registry(app, store.session)
    install_language_choice(app)
    install_request_checks(app, services)
    require_csrf_tokens(app)
    install_step_up(app)
    add_security_headers(app)
    app.context_processor(_template_variables)
    return registry


def _template_variables() -> dict[str, Any]:
    worker = current_worker_or_none()
    return {
        "worker": worker,
        "languages": language_options(),
        "organisation": access_services().organisation().name,
        "menu": worker_menu(worker, access_services().definition, request_wording()) if worker else [],
    }
