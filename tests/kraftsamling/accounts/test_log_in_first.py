"""Who presses a button after the session has expired comes back to the page it stood on."""

from urllib.parse import unquote

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
BUTTON = "board_item_ready"


def led_to(client, method="post", **headers):
    answer = getattr(client, method)(reverse(BUTTON, args=[1]), headers=headers)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("account_login"))
    return unquote(answer["Location"].partition("next=")[2])


@pytest.mark.parametrize("page", ["/larande/arenden/1/", "/larande/?q=a&slag=worked"])
def test_a_button_leads_back_to_its_page(client, page):
    assert led_to(client, referer=f"http://testserver{page}") == page


@pytest.mark.parametrize("referer", ["", "http://elsewhere.example/larande/", "//elsewhere.example/", "not an address"])
def test_another_site_leads_nobody_anywhere(client, referer):
    assert led_to(client, referer=referer) == reverse(BUTTON, args=[1])


def test_an_address_that_is_visited_is_where_one_comes(client):
    assert led_to(client, "get", referer="http://testserver/larande/") == reverse(BUTTON, args=[1])
