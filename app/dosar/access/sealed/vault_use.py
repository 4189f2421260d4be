"""The open application and its vault: who works keeps it open, and whoever may closes it."""

from flask import Flask, Response, current_app

from dosar.access.authorization import current_worker_or_none
from dosar.access.sealed.vault import Vault

VAULT = "dosar_vault"


def install_vault(app: Flask, vault: Vault) -> None:
    """Let the application's own pages seal the data, and those who have signed in keep them open."""
    app.extensions[VAULT] = vault

    def note_use(response: Response) -> Response:
        if current_worker_or_none() is not None:
            vault.note_use()
        return response

    app.after_request(note_use)


def current_vault() -> Vault | None:
    """The vault in front of this application; None where nothing stands in front of it."""
    found: Vault | None = current_app.extensions.get(VAULT)
    return found
