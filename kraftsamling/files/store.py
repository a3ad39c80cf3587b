"""Keeps what people send in, byte for byte, under names that nobody can guess."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InvalidStorageError, Storage, storages
from django.utils import timezone
from django.utils.translation import gettext as _

from . import kinds
from .models import StoredFile
from .names import clean_name
from .uploads import too_large

_BLOCK = 256 * 1024
_FILE_MODE = 0o640
_FOLDER_MODE = 0o750


def store(upload: Any, *, by: Any, at: datetime | None = None, limit: int | None = None) -> StoredFile:
    """Checks and keeps an upload. Raises ValidationError with words for the person who sent it."""
    limit = settings.FILE_SIZE_LIMIT if limit is None else limit
    if not upload.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if upload.size > limit:
        raise ValidationError(too_large(limit), code="size")
    name = clean_name(upload.name)
    content_type = kinds.judge(name, upload)
    return _keep(name, upload, content_type, by=by, at=at)


def store_bytes(name: str, content: bytes, content_type: str, *, by: Any, at: datetime | None = None) -> StoredFile:
    """Keeps a file of our own making, such as a receipt."""
    return _keep(clean_name(name), ContentFile(content), content_type, by=by, at=at)


def open_stored(stored_file: StoredFile) -> File:
    return private_storage().open(stored_file.path, "rb")


def read(stored_file: StoredFile) -> bytes:
    with open_stored(stored_file) as content:
        return content.read()


def verify(stored_file: StoredFile) -> bool:
    """Whether the file is there and is still what came in."""
    digest, size = hashlib.sha256(), 0
    try:
        with open_stored(stored_file) as content:
            for block in _blocks(content):
                digest.update(block)
                size += len(block)
    except OSError:
        return False
    return (digest.hexdigest(), size) == (stored_file.sha256, stored_file.size)


def private_storage() -> Storage:
    """The storage called “private” if the installation has one (S3 for several hosts), else our folder."""
    try:
        return storages["private"]
    except InvalidStorageError:
        return FileSystemStorage(
            location=settings.PRIVATE_FILES_DIR, file_permissions_mode=_FILE_MODE, directory_permissions_mode=_FOLDER_MODE
        )


def _keep(name: str, content: File, content_type: str, *, by: Any, at: datetime | None) -> StoredFile:
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    for block in _blocks(content):
        digest.update(block)
        size += len(block)
    content.seek(0)
    key = uuid.uuid4()
    path = private_storage().save(f"{key.hex[:2]}/{key.hex}", File(content))
    return StoredFile.objects.create(
        name=name,
        content_type=content_type,
        size=size,
        sha256=digest.hexdigest(),
        path=path,
        stored_at=at or timezone.now(),
        stored_by=by,
    )


def _blocks(content: Any) -> Iterator[bytes]:
    while block := content.read(_BLOCK):
        yield block
