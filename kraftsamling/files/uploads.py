"""Takes uploads in without being filled up: what is too large is read away, and the page can say so."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

FILES_OF_FULL_SIZE = 5
"""How many files of the largest size one form may bring; after that the rest is read away too."""


class QuotaUploadHandler(FileUploadHandler):
    """Stands first: drops a file as soon as it is over the limit, so that neither disk nor memory is used for it.

    The body is read to its end, so that the browser shows our answer and not a broken connection.
    """

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.total = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        self.total += len(raw_data)
        if self.received > settings.FILE_SIZE_LIMIT or self.total > settings.FILE_SIZE_LIMIT * FILES_OF_FULL_SIZE:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def upload_refusal(request: HttpRequest) -> str:
    """Why a file did not come with the form; empty if nothing was read away."""
    request.POST  # noqa: B018 - the body is read now, if it has not been
    if not getattr(request, "upload_too_large", False):
        return ""
    return too_large(settings.FILE_SIZE_LIMIT)


def too_large(limit: int) -> str:
    return _("The file is larger than %(limit)s. Make it smaller, or send only the pages that are needed.") % {
        "limit": filesizeformat(limit)
    }
