"""What is used of Flask-AppBuilder. Nobody imports it in another way: it comes without what no page asks for."""

import dosar.access.lean_import  # noqa: F401 - before Flask-AppBuilder itself

# isort: split
from flask_appbuilder import AppBuilder, BaseView, Model
from flask_appbuilder.baseviews import expose
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)

Model.registry.configure()  # its API would have done so: a user has no roles before

__all__ = [
    "PERMISSION_PREFIX",
    "AppBuilder",
    "BaseView",
    "Group",
    "Model",
    "Permission",
    "PermissionView",
    "Role",
    "SecurityManager",
    "User",
    "ViewMenu",
    "assoc_group_role",
    "assoc_permissionview_role",
    "assoc_user_group",
    "assoc_user_role",
    "expose",
]
