"""What speaks against keeping a sheet, or should be looked at again: links, doubles, answers that would go."""
