// A page on the way through a sheet is not sent once more by Back or reload: they ask for the sheet, and find the draft.

history.replaceState(history.state, "", location.href);
