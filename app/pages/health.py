"""Whether Dosar answers, and which one: a second start on the same data folder asks."""

from flask import Response, current_app

from app.access.gate import EVERYONE, page
from app.access.view import View


class HealthPage(View):
    """One line for programs; nothing in it is a secret."""

    @page("/health", EVERYONE)
    def health(self) -> Response:
        return Response(current_app.config.get("INSTANCE", ""), mimetype="text/plain")
