"""The steps that make the database fit the forms: a module for each kind of change."""
