import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.utils import translation

from kraftsamling.lib.http import PUBLIC_SECONDS, forget_public_page, public_page


@pytest.fixture
def asked(rf):
    def make(path="/sida/", method="get", cookies=None, **kwargs):
        request = getattr(rf, method)(path, **kwargs)
        request.COOKIES.update(cookies or {})
        SessionMiddleware(lambda _request: None).process_request(request)
        return request

    return make


@pytest.fixture
def built():
    """How many times the page was built."""
    return []


@pytest.fixture
def open_page(built):
    @public_page
    def view(request, **kwargs):
        built.append(request.path)
        return HttpResponse(f"sida {len(built)} {translation.get_language()}", content_type="text/plain")

    return view


def test_a_page_is_built_once_for_all_who_are_not_logged_in(open_page, asked, built):
    first, second, head = open_page(asked()), open_page(asked()), open_page(asked(method="head"))
    assert (first.content, second.content, head.status_code, len(built)) == (b"sida 1 en", b"sida 1 en", 200, 1)
    assert (second["Content-Type"], second["Vary"], second["Cache-Control"]) == ("text/plain", "Cookie", "no-cache")


def test_it_is_open_to_everybody(open_page):
    assert open_page.login_required is False


def test_each_address_and_each_language_has_its_own(open_page, asked):
    with translation.override("sv"):
        swedish = open_page(asked()).content
    assert [swedish, open_page(asked()).content, open_page(asked("/annan/")).content] == [
        b"sida 1 sv",
        b"sida 2 en",
        b"sida 3 en",
    ]


def test_after_a_minute_it_is_built_again(open_page, asked, built, settings, time_machine):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "minute"}}
    time_machine.move_to("2026-03-01 12:00:00+00:00", tick=False)
    open_page(asked())
    time_machine.shift(PUBLIC_SECONDS - 1)
    open_page(asked())
    time_machine.shift(2)
    open_page(asked())
    assert len(built) == 2


def test_a_change_can_be_shown_at_once_in_every_language(open_page, asked, built):
    with translation.override("sv"):
        open_page(asked())
    open_page(asked())
    forget_public_page("/annan/")
    open_page(asked())
    forget_public_page("/sida/")
    open_page(asked())
    with translation.override("sv"):
        open_page(asked())
    assert len(built) == 4


@pytest.mark.parametrize(
    "request_of",
    [
        {"cookies": {"sessionid": "x"}},
        {"cookies": {"messages": "x"}},
        {"path": "/sida/?page=2"},
        {"method": "post"},
        {"headers": {"HX-Request": "true"}},
    ],
)
def test_what_may_differ_from_person_to_person_is_always_built(open_page, asked, built, request_of):
    open_page(asked())
    open_page(asked(**request_of))
    open_page(asked(**request_of))
    open_page(asked())
    assert len(built) == 3


def setting_a_cookie(request):
    response = HttpResponse("x")
    response.set_cookie("a", "b")
    return response


def with_a_token(request):
    return HttpResponse(get_token(request))


def with_a_session(request):
    request.session["a"] = 1
    return HttpResponse("x")


def not_found(request):
    return HttpResponse("x", status=404)


def streamed(request):
    return StreamingHttpResponse([b"x"])


@pytest.mark.parametrize("view", [setting_a_cookie, with_a_token, with_a_session, not_found, streamed])
def test_an_answer_meant_for_one_person_or_once_is_not_kept(view, asked, built):
    @public_page
    def counted(request):
        built.append(1)
        return view(request)

    counted(asked())
    counted(asked())
    assert len(built) == 2


def test_a_browser_that_has_the_page_is_told_so(open_page, asked):
    etag = open_page(asked())["ETag"]
    again = open_page(asked(headers={"If-None-Match": etag}))
    assert (again.status_code, again.content) == (304, b"")
    assert open_page(asked(headers={"If-None-Match": '"another"'})).status_code == 200


def test_a_broken_cache_only_makes_the_page_slower(open_page, asked, built, settings):
    settings.CACHES = {"default": {"BACKEND": "kraftsamling.lib.cache.TolerantRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert [open_page(asked()).content, open_page(asked()).content] == [b"sida 1 en", b"sida 2 en"]
