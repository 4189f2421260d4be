"""Single records come back out of a back-up, into the data as they are today."""
