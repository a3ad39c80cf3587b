"""Who a session or a password belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from . import demo


class Backend(AuthenticationBackend):
    """Asked at log-in by password, and at every request of every session, however it began."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not demo.is_shut_out(user)
