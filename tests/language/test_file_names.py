"""Names of files that other computers made up."""

import pytest

from dosar.language.text.file_names import LONGEST_NAME, clean_file_name


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("Hotărâre judecătorească.pdf", "Hotărâre judecătorească.pdf"),
        ("act\r\nContent-Type: text/html\x00.png", "html.png"),
        ("act\r\nde: mamă\x00.png", "act de mamă.png"),
        ("factur\u0103\u202egnp.exe.pdf", "facturăgnp.exe.pdf"),
        ("a\u200bct\u2028iden\u00adtitate.jpg", "act identitate.jpg"),
        ("C:\\Acte\\buletin.jpg", "buletin.jpg"),
        ("../../etc/passwd.png", "passwd.png"),
        ("acta\u0306.pdf", "actă.pdf"),
        ('ce? "nou" <b>|.pdf', "ce nou b.pdf"),
        ("справка.pdf", "справка.pdf"),
        ("👩\u200d👧.png", "👩\u200d👧.png"),
        ("\r\n\x00", ""),
        ("fără ending", "fără ending"),
        (f"{'ș' * 400}.jpeg", f"{'ș' * (LONGEST_NAME - 5)}.jpeg"),
        ("\ud800x.png", "x.png"),
    ],
)
def test_what_is_no_part_of_a_name_goes(came: str, kept: str) -> None:
    assert clean_file_name(came) == kept
