"""Notes of hotlines that keep nothing personal, as crisis lines do: no name, no telephone number, no address of mail.

What is seen are the shapes that can be seen without knowing anybody: a name within the text is not. Whoever writes is
told so on the page.
"""

import re

from django.utils.translation import gettext as _

_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")
_DATE = re.compile(r"(?<!\d)(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4})(?!\d)")
_RUN = re.compile(r"\+?\d(?:[ .\-/()\u00a0]{0,2}\d)*")
_LONG = 7  # digits: the shortest telephone numbers that name one person; identity numbers are longer


def holds_personal(text: str) -> bool:
    """Whether a text holds an address of mail, or a number as long as a telephone's; dates are none."""
    if _MAIL.search(text):
        return True
    return any(sum(each.isdigit() for each in run[0]) >= _LONG for run in _RUN.finditer(_DATE.sub(";", text)))


def personal_sentence() -> str:
    """What to tell a person who typed one."""
    return _(
        "This hotline keeps nothing personal. Please take out telephone and other long numbers and e-mail addresses."
    )


def name_sentence() -> str:
    """What to tell a person, or a program, that gives the caller's name."""
    return _("This hotline keeps nothing personal: the caller’s name is not written down.")
