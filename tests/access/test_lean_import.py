"""What no page needs is not imported at the start; what is needed later is imported then."""

import subprocess
import sys

NOT_AT_THE_START = {
    "alembic",
    "cryptography.x509",
    "email_validator",
    "flask_appbuilder.security.sqla.apis",
    "flask_limiter",
    "jsonschema",
    "limits",
    "phonenumbers",
    "rapidfuzz",
    "sqlalchemy.dialects.mssql",
    "sqlalchemy.dialects.oracle",
    "sqlalchemy_utils",
    "xlsxwriter",
    "yaml",
}
START = (
    "import sys, dosar.cli.runtime, dosar.cli.serving.server; from dosar.pages.registration import page_views; "
    "list(page_views(dosar.pages));"
)
FIRST_ANSWER = (
    "import sys, dosar.cli.commands.start, dosar.cli.first_start, dosar.cli.only_program, "
    "dosar.database.keys.key_check, dosar.cli.serving.gate, dosar.cli.serving.stop_request, "
    "dosar.cli.starting.opening, dosar.cli.serving.sealing, dosar.cli.serving.server, "
    "dosar.cli.serving.single_instance, dosar.backups.restoring.swapping, dosar.updates.data.going_back;"
)
NOT_FOR_THE_FIRST_ANSWER = NOT_AT_THE_START | {"PIL", "dosar.cli.runtime", "dosar.fields", "flask_appbuilder"}


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_start_imports_no_more_than_it_needs() -> None:
    told = said(f"{START} print(' '.join(sys.modules))")
    assert NOT_AT_THE_START & set(told.split()) == set()


def test_the_page_that_shows_how_far_the_start_is_waits_for_less() -> None:
    told = said(f"{FIRST_ANSWER} print(' '.join(sys.modules))")
    assert NOT_FOR_THE_FIRST_ANSWER & set(told.split()) == set()


def test_what_is_used_after_all_is_there() -> None:
    """Each of them in one process: it takes two seconds to start."""
    used = {
        "flask_appbuilder.api.yaml.safe_load('a: 1')": "{'a': 1}",
        "flask_appbuilder.api.jsonschema.validate(1, {'type': 'integer'})": "None",
        "flask_appbuilder.security.manager.Limiter(lambda: '').enabled": "True",
        "isinstance(1, flask_appbuilder.api.Related)": "False",
        "flask_appbuilder.api.convert.field_for.real().__module__": "marshmallow_sqlalchemy.convert",
        "flask_appbuilder.security.sqla.manager.SecurityManager.role_api.real().__name__": "RoleApi",
        "__import__('jwt').algorithms.x509.Name.__name__": "Name",
        "__import__('sqlalchemy_utils').UUIDType.__module__": "sqlalchemy_utils.types.uuid",
    }
    lines = said(f"{START} import flask_appbuilder; {'; '.join(f'print({one})' for one in used)}").splitlines()
    assert lines == list(used.values())
