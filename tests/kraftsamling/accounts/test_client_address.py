import pytest
from django.test import RequestFactory

from kraftsamling.accounts.client_address import UNKNOWN, client_address


@pytest.mark.parametrize(
    ("remote", "wanted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:8080", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("", UNKNOWN),
        ("unix:", UNKNOWN),
    ],
)
def test_client_address_reads_what_servers_write(remote, wanted):
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=remote)) == wanted


def test_client_address_without_proxies_believes_no_header(settings):
    settings.TRUSTED_PROXIES = 0
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert client_address(request) == "192.0.2.1"
