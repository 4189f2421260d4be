"""What an upgrade does with the records that are there already."""
