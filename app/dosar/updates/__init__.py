"""New versions of the program: asked for, brought, unpacked beside the old one, chosen, taken back."""
