"""Links between records: where a sheet points, and from where it is pointed to."""
