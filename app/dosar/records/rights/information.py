"""What a person is told beside the data (GDPR art. 15): why they are kept, for how long, and what she may ask."""

from dosar.language.text.message import msgid

PARTS = (
    (
        msgid("Why these data are kept"),
        (
            msgid(
                "To assist you, with your agreement, and to answer for that assistance to the authorities and to those "
                "who pay for it. The grounds are your consent, the duties of the organisation under the law and the "
                "protection of vital interests (GDPR art. 6 and 9)."
            ),
        ),
    ),
    (
        msgid("Where they come from"),
        (
            msgid(
                "From you, from those who referred you, and from the people and services who worked with you. Each "
                "sheet says in which role somebody wrote it, and when."
            ),
            msgid("No decision about you is made by a computer alone."),
        ),
    ),
    (
        msgid("Others in your file"),
        (
            msgid(
                "Who other people are is left out, because they have the same rights as you: they are called “another "
                "person”, and those who work for the organisation are called by their role."
            ),
        ),
    ),
    (
        msgid("What you may ask for"),
        (
            msgid("That what is wrong is corrected, and what is missing is added (art. 16)."),
            msgid(
                "That the data are erased (art. 17) or no longer used (art. 18), and to object to their use (art. 21)."
            ),
            msgid("To take back your consent at any time; what was done before stays lawful (art. 7)."),
            msgid(
                "To have your data in a form that other programs read: the file data.json beside this one (art. 20)."
            ),
            msgid(
                "The organisation answers within one month (art. 12). If you are not content, complain to the data "
                "protection authority (ANSPDCP, www.dataprotection.ro), or go to court."
            ),
        ),
    ),
)
"""Title → paragraphs."""
