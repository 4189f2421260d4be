"""What our pages are to Flask-AppBuilder: views with routes, without its templates."""

from typing import Any

from dosar.access.framework import BaseView


class PageView(BaseView):
    """A page or several; each method declares its address and its access with ``@page_route``."""

    route_base = ""
    template_folder: Any = None
