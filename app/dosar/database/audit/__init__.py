"""The audit log: a chain of events that nobody changes unseen."""
