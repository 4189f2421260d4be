"""The text file in a data folder that tells whoever opens the folder what lies there, and that it is not to be copied
while Dosar runs: by a button, not by hand."""

from contextlib import suppress
from pathlib import Path

from dosar.database.atomic_files import write_atomically

NOTE_FILE = "READ-ME-CITITI.txt"
"""Letters that every disk and every archive knows."""
IN_THE_FOLDER = (
    "dosar.db               all cases, sheets, attached files and accounts, encrypted",
    "dosar.db               toate cazurile, fișele, fișierele atașate și conturile, criptate",
)
ON_A_SERVER = (
    "dosar.db               (not here: the cases lie in the PostgreSQL database)",
    "dosar.db               (nu e aici: cazurile sunt în baza de date PostgreSQL)",
)
NOTE = """\
DOSAR: DO NOT OPEN, RENAME, MOVE OR DELETE ANYTHING IN THIS FOLDER.

To keep a copy:  in Dosar, the page "Back-ups" (button "Back up now"); or the command: dosar backup
To get it back:  start Dosar on an empty folder and choose "I have a back-up"; or the command: dosar restore FILE
Do not copy this folder by hand while Dosar runs: such a copy may be broken or lack the last work, and nobody notices.
If it has to be by hand: stop Dosar first, then copy the whole folder.
What opens the data does NOT lie here: the passphrase, the recovery card or the key file. Without it nobody can read
them, not even those who made Dosar.

{0}
dosar.db-wal, -shm     only while Dosar runs: the newest work; they belong to dosar.db
key-slots.json         which passphrase and which card open the data; without it they open nothing
passphrase.salt        the same, of older data
key-name               the name by which the key file is found
copies, old-key, before-restore, before-update
                       whole earlier databases, encrypted: of before changed forms, another key, a restore, an update
forms                  the forms, where a restore brought them
erased-persons.txt     marks (no names) of persons who were erased, so that no old copy brings them back
organisation-there     says that this folder belongs to an organisation
last-backup            when the last back-up was made, for the window of Dosar
in-use, in-use-at      which running program has the folder
All else here, and every name that begins with a point, is for minutes: Dosar tidies it up.

------------------------------------------------------------------------------------------------------------------------

DOSAR: NU DESCHIDEȚI, NU REDENUMIȚI, NU MUTAȚI ȘI NU ȘTERGEȚI NIMIC DIN ACEST FOLDER.

Pentru o copie:        în Dosar, pagina „Copii de siguranță”, „Fă o copie acum”; sau comanda: dosar backup
Pentru restabilire:    porniți Dosar pe un folder gol, „Am o copie de siguranță”; sau comanda: dosar restore FIȘIER
Nu copiați folderul cu mâna cât timp Dosar merge: copia poate fi stricată sau fără ultimele date, și nu se vede.
Dacă trebuie totuși cu mâna: opriți întâi Dosar, apoi copiați tot folderul.
Ceea ce deschide datele NU se află aici: fraza-parolă, cardul de recuperare sau fișierul cu cheia. Fără ele nimeni nu le
poate citi, nici cei care au făcut Dosar.

{1}
dosar.db-wal, -shm     numai cât Dosar merge: ce s-a lucrat ultima oară; țin de dosar.db
key-slots.json         care frază-parolă și care card deschid datele; fără el ele nu deschid nimic
passphrase.salt        la fel, la date mai vechi
key-name               numele după care se găsește fișierul cu cheia
copies, old-key, before-restore, before-update
                       baze de date întregi de mai înainte, criptate: de dinaintea unor formulare schimbate, a altei
                       chei, a unei restabiliri sau a unei actualizări
forms                  formularele, acolo unde le-a adus o restabilire
erased-persons.txt     semne (fără nume) ale persoanelor șterse, ca nicio copie veche să nu le readucă
organisation-there     spune că folderul este al unei organizații
last-backup            când s-a făcut ultima copie de siguranță, pentru fereastra Dosar
in-use, in-use-at      ce program pornit folosește folderul
Orice altceva de aici și orice nume care începe cu punct ține câteva minute: Dosar face curat singur.
"""


def write_note(data: Path, on_a_server: bool) -> None:
    """Keep the note true; where the folder cannot be written, or is full, it says what it said."""
    note = NOTE.format(*(ON_A_SERVER if on_a_server else IN_THE_FOLDER))
    file = data / NOTE_FILE
    with suppress(OSError, ValueError):
        if file.is_file() and file.read_text(encoding="utf-8") == note:
            return
    with suppress(OSError):
        write_atomically(file, note)
