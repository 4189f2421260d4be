"""The form language: what an organisation writes in YAML. Knows neither Flask nor a database session."""
