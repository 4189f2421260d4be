"""What is asked of a place for back-ups, by its kind."""

from collections.abc import Mapping
from typing import Any, Self

from flask_babel import lazy_gettext
from wtforms import Field, PasswordField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from dosar.backups.places.addresses import (
    FOLDER_KIND,
    OBJECT_STORE_KIND,
    WEBDAV_KIND,
    bucket_as_said,
    object_store_address,
)
from dosar.backups.places.settings import PlaceSettings
from dosar.pages.input.forms import TranslatedForm, at_most, required_line, stripped

LONGEST_ADDRESS = 500


def _line(label: Any, hint: Any = "", most: int = LONGEST_ADDRESS) -> Field:
    return StringField(label, [at_most(most)], description=hint, filters=[stripped])


def _title_field(example: Any) -> Field:
    return required_line(lazy_gettext("What you call this place"), lazy_gettext("Write a name for it."), 64, example)


class PlaceForm(TranslatedForm):
    """What every kind of place has."""

    def settings(self) -> PlaceSettings:
        """The place that was described, not kept yet."""
        raise NotImplementedError

    @classmethod
    def boxes(cls, place: PlaceSettings) -> dict[str, str]:
        """What stands in the boxes of a place that is kept; never its password."""
        raise NotImplementedError

    def with_kept_secret(self) -> Self:
        """Let the password stay that is kept, where none is typed."""
        if (secret := self._fields.get("secret")) is not None:
            secret.validators, secret.flags.required = [at_most(LONGEST_ADDRESS)], False
            secret.description = lazy_gettext("Empty: the one that is kept stays, as long as the address does.")
        return self


class FolderForm(PlaceForm):
    """A folder of a disk that is connected."""

    title = _title_field(lazy_gettext("For example: blue stick, second disk."))
    drive = RadioField(lazy_gettext("Where"), validate_choice=False, default="")
    folder = _line(
        lazy_gettext("Folder"),
        lazy_gettext(
            "The whole path of a folder that is there, such as E:\\ or /media/stick. A folder Dosar is made in it."
        ),
    )

    def offer(self, drives: list[tuple[str, str]]) -> "FolderForm":
        """Let one of the drives be chosen that are connected: (folder, words)."""
        others = SelectChoice("", lazy_gettext("Another folder, written below"))
        self.drive.choices = [*(SelectChoice(*drive) for drive in drives), others]
        return self

    def settings(self) -> PlaceSettings:
        """The folder that was typed, or else the drive that was chosen."""
        folder = self.folder.data or self.drive.data or ""
        return PlaceSettings(None, FOLDER_KIND, self.title.data, folder)

    @classmethod
    def boxes(cls, place: PlaceSettings) -> dict[str, str]:
        """Its folder."""
        return {"title": place.title, "folder": place.address, "drive": ""}


class WebdavForm(PlaceForm):
    """A folder of a server."""

    title = _title_field(lazy_gettext("For example: Nextcloud of the office."))
    address = required_line(
        lazy_gettext("Address"),
        lazy_gettext("Write the address."),
        LONGEST_ADDRESS,
        lazy_gettext("As Nextcloud shows it under “WebDAV”, beginning with https://."),
    )
    folder = _line(lazy_gettext("Folder"), lazy_gettext("A folder of that server, such as Dosar."))
    user = _line(lazy_gettext("User name there"))
    secret = PasswordField(
        lazy_gettext("Password there"),
        [at_most(LONGEST_ADDRESS)],
        description=lazy_gettext("Best one made for Dosar alone (app password): it can be taken away by itself."),
    )

    def settings(self) -> PlaceSettings:
        """The folder on the server."""
        return PlaceSettings(
            None,
            WEBDAV_KIND,
            self.title.data,
            self.address.data,
            user=self.user.data or "",
            secret=self.secret.data or "",
            folder=self.folder.data or "",
        )

    @classmethod
    def boxes(cls, place: PlaceSettings) -> dict[str, str]:
        """Its address, and whose."""
        return {"title": place.title, "address": place.address, "folder": place.folder, "user": place.user}


class ObjectStoreForm(PlaceForm):
    """A bucket of an object store."""

    title = _title_field(lazy_gettext("For example: object store."))
    bucket = required_line(lazy_gettext("Bucket"), lazy_gettext("Write the name of the bucket."), LONGEST_ADDRESS)
    endpoint = _line(
        lazy_gettext("Address"),
        lazy_gettext("As the store names it, beginning with https://; empty where a region says it."),
    )
    region = _line(lazy_gettext("Region"))
    folder = _line(lazy_gettext("Folder"), lazy_gettext("The beginning of the names in the bucket; may stay empty."))
    user = StringField(
        lazy_gettext("Access key"), [InputRequired(lazy_gettext("Write the access key.")), at_most(LONGEST_ADDRESS)]
    )
    secret = PasswordField(
        lazy_gettext("Secret key"), [InputRequired(lazy_gettext("Write the secret key.")), at_most(LONGEST_ADDRESS)]
    )

    def settings(self) -> PlaceSettings:
        """The bucket."""
        return PlaceSettings(
            None,
            OBJECT_STORE_KIND,
            self.title.data,
            object_store_address(self.bucket.data, self.endpoint.data or "", self.region.data or ""),
            user=self.user.data,
            secret=self.secret.data,
            folder=self.folder.data or "",
        )

    @classmethod
    def boxes(cls, place: PlaceSettings) -> dict[str, str]:
        """Its bucket as it was said, and whose."""
        bucket, endpoint, region = bucket_as_said(place.address)
        where = {"bucket": bucket, "endpoint": endpoint, "region": region, "folder": place.folder}
        return {"title": place.title, "user": place.user, **where}


PLACE_FORMS: Mapping[str, type[PlaceForm]] = {
    FOLDER_KIND: FolderForm,
    WEBDAV_KIND: WebdavForm,
    OBJECT_STORE_KIND: ObjectStoreForm,
}
"""Kind of place → its form."""
