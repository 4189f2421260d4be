"""What no page needs is not imported at the start; what is needed later is imported then."""

import subprocess
import sys

NOT_AT_THE_START = {
    "alembic",
    "email_validator",
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
    "import sys, dosar.pages, dosar.cli.runtime, dosar.cli.serving.server; list(dosar.pages.page_views(dosar.pages));"
)


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_start_imports_no_more_than_it_needs() -> None:
    told = said(f"{START} print(' '.join(sys.modules))")
    assert NOT_AT_THE_START & set(told.split()) == set()


def test_what_is_used_after_all_is_there() -> None:
    """Each of them in one process: it takes two seconds to start."""
    used = {
        "flask_appbuilder.api.yaml.safe_load('a: 1')": "{'a': 1}",
        "flask_appbuilder.api.jsonschema.validate(1, {'type': 'integer'})": "None",
        "flask_appbuilder.security.manager.Limiter(lambda: '').enabled": "True",
        "isinstance(1, flask_appbuilder.api.Related)": "False",
        "flask_appbuilder.api.convert.field_for.real().__module__": "marshmallow_sqlalchemy.convert",
        "__import__('sqlalchemy_utils').UUIDType.__module__": "sqlalchemy_utils.types.uuid",
    }
    lines = said(f"{START} import flask_appbuilder; {'; '.join(f'print({one})' for one in used)}").splitlines()
    assert lines == list(used.values())
