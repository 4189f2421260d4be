"""What an update does to the data: kept as they were before, compared afterwards, and put back on demand."""
