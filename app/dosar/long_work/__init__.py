"""Work that takes long: done in the background, how far it is, and the large files that it begins with."""
