"""What an organisation's own files say beside its forms: roles, menu, stages, figures."""
