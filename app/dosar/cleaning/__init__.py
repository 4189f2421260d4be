"""Files made clean before they are kept: nothing hidden, nothing that runs."""
