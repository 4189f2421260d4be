"""Whether Dosar answers, and which one: a second start on the same data folder asks."""

from flask import Response, current_app

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, page_route


class HealthPage(PageView):
    """One line for programs; nothing in it is a secret."""

    @page_route("/health", PUBLIC_ACCESS)
    def health(self) -> Response:
        return Response(current_app.config.get("INSTANCE", ""), mimetype="text/plain")
