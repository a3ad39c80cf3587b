import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TOO_MANY = 429


def attempt(email, password, address="192.0.2.1", **extra):
    response = Client(REMOTE_ADDR=address, **extra).post(reverse("account_login"), {"login": email, "password": password})
    return response.status_code


def test_the_sixth_wrong_password_is_refused_but_colleagues_at_the_same_address_get_in():
    user, colleague = UserFactory(), UserFactory()
    assert [attempt(user.email, "wrong") for _ in range(6)] == [200, 200, 200, 200, 200, TOO_MANY]
    assert attempt(user.email, PASSWORD) == TOO_MANY
    assert attempt(user.email.upper(), PASSWORD, address="198.51.100.9") == TOO_MANY
    assert attempt(colleague.email, PASSWORD) == 302


def test_another_host_name_gives_no_further_attempts(settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    user = UserFactory()
    for host in ["testserver"] * 3 + ["localhost"] * 2:
        attempt(user.email, "wrong", HTTP_HOST=host)
    assert attempt(user.email, PASSWORD, HTTP_HOST="localhost") == TOO_MANY


def test_whoever_is_locked_out_gets_in_with_a_code_by_mail(client):
    user = UserFactory()
    for _ in range(6):
        attempt(user.email, "wrong")
    client.post(reverse("account_request_login_code"), {"email": user.email})
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_successful_attempts_are_not_counted():
    user = UserFactory()
    assert [attempt(user.email, PASSWORD) for _ in range(8)] == [302] * 8


def test_sixty_people_log_in_from_one_address_within_a_minute():
    users = [UserFactory() for _ in range(60)]
    assert [attempt(user.email, PASSWORD) for user in users] == [302] * 60


def test_a_flood_of_wrong_guesses_from_one_address_is_stopped(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/10m/ip,5/10m/key"}
    victims = [f"person{number}@example.se" for number in range(4)]
    assert [attempt(email, "wrong") for email in victims] == [200, 200, 200, TOO_MANY]
    assert attempt(victims[0], "wrong", address="198.51.100.9") == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted_as_one"),
    [
        (0, "203.0.113.{}", True),
        (1, "203.0.113.{}, 198.51.100.7", True),
        (1, "198.51.100.7, 203.0.113.{}", False),
        (2, "198.51.100.1, 203.0.113.{}, 198.51.100.7", False),
        (2, "203.0.113.{}, 198.51.100.2, 198.51.100.7", True),
        (2, "203.0.113.{}", False),
        (1, "nonsense {}", True),
    ],
)
def test_only_our_own_proxies_are_believed_about_the_address(settings, proxies, forwarded, counted_as_one):
    settings.TRUSTED_PROXIES = proxies
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "2/10m/ip,5/10m/key"}
    answers = [
        attempt(f"person{number}@example.se", "wrong", HTTP_X_FORWARDED_FOR=forwarded.format(number)) for number in (1, 2, 3)
    ]
    assert answers == [200, 200, TOO_MANY if counted_as_one else 200]
