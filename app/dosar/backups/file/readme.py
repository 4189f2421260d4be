"""What stands in clear in every back-up, for whoever finds it and does not know what it is."""

README = """\
Română
======
Aceasta este o copie de siguranță a programului Dosar. Tot ce este în ea este cifrat.

O deschide cardul de recuperare tipărit sau fraza-parolă din ziua în care a fost făcută; unde datele se deschideau
numai cu un fișier cu cheia, acel fișier. Fără ele nimeni nu o poate citi.

Cum o restabiliți: instalați Dosar, porniți-l, alegeți „Am o copie de siguranță”, apoi acest fișier. Sau, în linia
de comandă: dosar restore FIȘIER

Nu despachetați și nu schimbați fișierul: orice schimbare se observă, și copia nu mai este primită.

English
=======
This is a back-up of the program Dosar. Everything in it is encrypted.

The printed recovery card opens it, or the passphrase of the day it was made; where only a key file opened the data,
that key file does. Without them nobody can read it.

How to restore it: install Dosar, start it, choose "I have a back-up", then this file. Or, on the command line:
dosar restore FILE

Do not unpack or change the file: any change is noticed, and the back-up is refused.
"""


def readme_text() -> str:
    """The text, in both languages, with the line ends that every editor knows."""
    return README.replace("\n", "\r\n")
