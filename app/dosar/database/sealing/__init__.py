"""Values and files that lie in the database sealed, under keys made from the organisation's."""
