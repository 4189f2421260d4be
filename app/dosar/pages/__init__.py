"""The pages people work in, one folder for each part of the work; a view in any of their modules is registered."""
