"""Mail preferences, the one-click way out, and the outbox that the process leader watches."""

from django.http import HttpRequest, HttpResponse


def mail_preferences(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse()


def outbox_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def outbox_csv(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def message_send_again(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def message_arrived(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()
