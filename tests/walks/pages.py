"""Every page of the world, as each role gets it."""

import re
from typing import NamedTuple

from django.core.signals import request_finished
from django.db import close_old_connections
from django.urls import reverse

from kraftsamling.programmes.models import Role
from tests.architecture.access_table import ACCOUNT, HOME, TABLE
from tests.walks.world import MEMBER, OUTSIDER, ROLES, VISITOR

SAME_FOR_ALL = (set(HOME) | set(ACCOUNT) | {"invitation_accept"}) - {"home", "start", "search", "second_factor_wanted"}
"""Pages that know who somebody is but not what role they have: three people stand for all who are logged in."""
STAND_FOR_ALL = {VISITOR, OUTSIDER, MEMBER, Role.PROCESS_LEADER}

VARYING = re.compile(
    r"<header.*?</header>|<footer.*?</footer>|<input[^>]*csrfmiddlewaretoken[^>]*>|data:image/[^\"']*|[A-Z2-7]{32}", re.DOTALL
)


class Page(NamedTuple):
    """A page as one role gets it; `same` is what is the same for all roles that see the same."""

    role: str
    key: str
    path: str
    html: str

    @property
    def same(self):
        return VARYING.sub("", self.html)


def let_go(response):
    """Closes the answer's files. The end of a request would also close the connection that holds the world's transaction."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


class Pages:
    """The pages of each role, each different page once: it stands with the first role that sees it."""

    def __init__(self, world):
        self.world, self.seen, self.found = world, set(), {}

    def __getitem__(self, role):
        """Asks for the pages of those before too, and of nobody after."""
        for each in ROLES[: ROLES.index(role) + 1]:
            if each not in self.found:
                self.found[each] = [page for page in pages_of(self.world, each) if page.same not in self.seen]
                self.seen |= {page.same for page in self.found[each]}
        return self.found[role]


def pages_of(world, role):
    client = world.client(role)
    for key, row in TABLE.items():
        if role not in (row.get or ()) or (key in SAME_FOR_ALL and role not in STAND_FOR_ALL):
            continue
        path = reverse(key.partition("@")[0], kwargs=world.arguments.get(key, {}))
        response = client.get(path)
        if response["Content-Type"].startswith("text/html"):
            yield Page(role, key, path, response.content.decode())
        let_go(response)
