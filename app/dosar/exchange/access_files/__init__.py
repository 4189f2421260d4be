"""The copy of her file that a person gets (GDPR art. 15): as a PDF to read, as JSON for other programs, in one zip."""
