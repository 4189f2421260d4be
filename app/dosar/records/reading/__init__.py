"""Who opened which cases, from the audit log."""
