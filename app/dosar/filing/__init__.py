"""One way of filing a sheet, for a page, for the demo, for an import: read → derive → settle → judge → save.

No web here: answers come as the texts of boxes or as values, what is wrong or doubtful goes back as messages.
"""
