"""One kept record: reading, history, acceptance, reversal, deletion."""
