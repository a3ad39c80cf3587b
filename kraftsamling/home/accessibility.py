"""What the accessibility statement says, as data: looked over and dated at every release."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """Something that not everybody can use, why, and what is done about it."""

    what: str | Promise
    why: str | Promise
    instead: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The parts of the statement that change (domain 4.1)."""

    conformity: str | Promise
    assessed_on: date
    updated_on: date
    method: tuple[str | Promise, ...]
    shortcomings: tuple[Shortcoming, ...]
    unreasonable: tuple[Shortcoming, ...]
    outside_the_law: tuple[str | Promise, ...]


DIGG_REPORT_URL = "https://www.digg.se/tdosanmalan"

STATEMENT = Statement(
    conformity=_("The service meets the demands of the law in part. What does not is listed below."),
    assessed_on=date(2026, 11, 22),
    updated_on=date(2026, 11, 22),
    method=(
        _("Every page is tested by machine (axe, rules for WCAG 2.2 level AA) each time the service is changed."),
        _("The main ways through have been walked with the keyboard alone, on a wide screen and on a phone."),
        _("The service has been assessed by its makers. No outside expert has assessed it yet."),
    ),
    shortcomings=(
        Shortcoming(
            _("Files that organisations attach to their cases, such as PDF files and pictures."),
            _("They are kept exactly as they came in, and we cannot make others' documents accessible."),
            _("The forms ask for the content as text, so that the case can be read without the files. Ask us, and we help."),
        ),
    ),
    unreasonable=(),
    outside_the_law=(_("Maps. They are pictures of the region, not for finding the way; what they show is also told in words."),),
)
