"""One sheet: entered, corrected, deleted, accepted, reversed; each in one transaction with its history."""
