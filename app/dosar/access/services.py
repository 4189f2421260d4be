"""What every part of access control needs at hand: the store, the forms and roles, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import exists, select

from dosar.access.challenges import Challenges
from dosar.access.organisation.set_up_code import SetUpCode
from dosar.access.organisation.settings import Organisation, is_marked_as_demo, read_organisation, save_organisation
from dosar.access.organisation.time_zones import local_day
from dosar.access.roles.permission_cache import PermissionCache
from dosar.access.tables import user_table
from dosar.database.system_tables import utc_now
from dosar.language.load.definition import Definition
from dosar.language.organisation.roles import Role
from dosar.language.text.translations import LANGUAGES

Clock = Callable[[], datetime]


@dataclass
class AccessServices:
    """The application as access control knows it."""

    store: Any
    definition: Definition
    clock: Clock = utc_now
    in_demo_mode: bool = False
    """Whether Dosar was started as a demo."""
    set_up_code: SetUpCode = field(default_factory=SetUpCode, repr=False)
    """What the first administrator must know."""
    challenges: Challenges = field(default_factory=Challenges, repr=False)
    """What passkeys sign in this run of the program."""
    permissions: PermissionCache = field(init=False, repr=False)
    """What roles may do, by Flask-AppBuilder's tables."""
    _organisation: Organisation | None = field(default=None, repr=False)
    _is_set_up: bool = field(default=False, repr=False)
    _is_demo: bool | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.permissions = PermissionCache(self.store)

    @property
    def session(self) -> Any:
        """The database session of this request."""
        return self.store.session

    def every_role(self) -> list[Role]:
        """The roles of the file, and those only Flask-AppBuilder's tables know and permit something, by name."""
        in_file = self.definition.roles
        others = sorted(name for name in self.permissions.permitted_roles() if name not in in_file)
        return [
            *in_file.roles,
            *(Role.model_construct(role=name, title=dict.fromkeys(LANGUAGES, name)) for name in others),
        ]

    def organisation(self) -> Organisation:
        """The organisation, read once."""
        if self._organisation is None:
            self._organisation = read_organisation(self.session)
        return self._organisation

    def today(self) -> date:
        """The day, by the organisation's clock."""
        return local_day(self.clock(), self.organisation().zone)

    def update_organisation(self, organisation: Organisation) -> None:
        """Keep what the organisation says of itself, inside the caller's transaction."""
        save_organisation(self.session, organisation)
        self._organisation = None

    def is_set_up(self) -> bool:
        """Whether there is any user; once there is one, there always will be."""
        somebody = select(exists(select(user_table.c.id)))
        self._is_set_up = self._is_set_up or bool(self.session.scalar(somebody))
        return self._is_set_up

    def is_demo(self) -> bool:
        """Whether this is the demo: started as one, on a database of invented people. An organisation's database that
        is started as a demo is none."""
        if self._is_demo is None:
            self._is_demo = self.in_demo_mode and is_marked_as_demo(self.session)
        return self._is_demo


def access_services() -> AccessServices:
    """The running application's."""
    found: AccessServices = current_app.extensions["dosar_access"]
    return found
