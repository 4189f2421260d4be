"""Every route says who may use it, and the walk knows every route."""

from pathlib import Path

from dosar import shipped_folder
from dosar.access.authorization import route_accesses
from dosar.cli.runtime import open_app
from tests.attack.routes import EVERYONE, known_routes
from tests.databases import KEY


def test_every_route_is_known_and_has_a_door(tmp_path: Path) -> None:
    app, _ = open_app(tmp_path, shipped_folder("forms"), KEY, TESTING=True)
    declared = route_accesses(app)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == known_routes()
    assert [endpoint for endpoint, access in declared.items() if access is None] == []
    assert {endpoint for endpoint, access in declared.items() if access and access.is_open} == EVERYONE
    app.extensions["dosar_repository"].store.close()
