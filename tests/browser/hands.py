"""What hands do in a browser: press, choose and type."""

from django.utils import translation
from django.utils.translation import gettext

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def sv(msgid):
    with translation.override("sv"):
        return gettext(msgid)


def press(page, msgid):
    page.get_by_role("button", name=sv(msgid), exact=True).and_(page.locator(":not([tabindex='-1'])")).click()


def fill(page, typed):
    for name, value in typed.items():
        choices = page.locator(f"input[name={name}]:is([type=checkbox], [type=radio])")
        if not choices.count():
            page.locator(f"#id_{name}").fill(value)
            continue
        for one in value if isinstance(value, list) else [value]:
            choices.and_(page.locator(f"[value='{one}']")).check()
