"""The lists of a form: on the page, saved, exported, as a ledger."""
