"""Lists of records: filtered, sorted, totalled, one page at a time."""
