"""Addresses of styles and scripts that change when the file does, so that browsers may keep them."""

from hashlib import sha256
from pathlib import Path

from flask import Flask, Response

JOINED_FILES = {"css/page.css": ("css/bootstrap.css", "css/dosar.css")}
"""Files sent as one: every request costs a phone at the edge of a village a third of a second."""


def version_static_files(app: Flask) -> None:
    """Offer ``asset("css/page.css")`` to the templates."""
    folder = Path(str(app.static_folder))
    texts = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    joined = {name: b"".join(texts[part] for part in parts) for name, parts in JOINED_FILES.items()}
    digests = {name: sha256(text).hexdigest()[:10] for name, text in {**texts, **joined}.items()}

    def asset(name: str) -> str:
        return f"/static/{name}?v={digests[name]}"

    def static(filename: str) -> Response:
        if filename in joined:
            return Response(joined[filename], mimetype="text/css")
        return app.send_static_file(filename)

    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = static
