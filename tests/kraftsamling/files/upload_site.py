"""A site of one form with a file, for tests of uploads; also the entry point of a real web server."""

import functools

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
def receive(request):
    from kraftsamling.files import store
    from kraftsamling.files.uploads import upload_refusal

    refusal = upload_refusal(request)
    if refusal:
        return HttpResponse(refusal, status=413)
    try:
        sizes = [store.store(upload, by=None).size for upload in request.FILES.getlist("file")]
    except ValidationError as error:
        return HttpResponse(error.messages[0], status=422)
    return HttpResponse(f"{sizes} {request.POST.get('words', '')}")


def alive(request):
    return HttpResponse("alive")


urlpatterns = [path("upload/", receive), path("alive/", login_not_required(alive))]


def application(environ, start_response):
    return _site()(environ, start_response)


@functools.cache
def _site():
    from django.conf import settings

    settings.ROOT_URLCONF = "tests.kraftsamling.files.upload_site"
    return get_wsgi_application()
