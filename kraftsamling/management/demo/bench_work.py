"""What `make bench` measures in a process of its own, since memory is never given back: documents, and a long list as a file."""

import gc
import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from .bench_registry import LEADER, longest_report

DOCUMENTS = 50
Found = dict[str, float]


def documents() -> Found:
    """The same report as a document many times: the work of one, and what the process holds afterwards."""
    import pikepdf  # noqa: PLC0415 - only workers need it

    from kraftsamling.celery import app  # noqa: PLC0415 - as a worker does
    from pilots import report_documents  # noqa: PLC0415

    app.loader.import_default_modules()
    report = longest_report()
    if report is None:
        return {}
    took = []
    for _time in range(DOCUMENTS):
        began = time.process_time()
        content = report_documents.report_pdf(report.current_version)
        took.append(time.process_time() - began)
    held = resident()
    with pikepdf.open(io.BytesIO(content)) as document:
        pages = len(document.pages)
    return {"seconds": statistics.median(took), "MB": held, "pages": pages, "kB": len(content) / 1000}


def export() -> Found:
    """All reports as CSV, line by line as a web server sends it."""
    client = Client(SERVER_NAME="localhost", headers={"X-Forwarded-Proto": "https"})
    user = get_user_model().objects.filter(email=LEADER).first()
    if user is None:
        return {}
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.get(reverse("report_list"))
    before, most, rows, began = resident(), 0.0, 0, time.process_time()
    response = client.get(reverse("report_list_file", args=["csv"]))
    for line in response.streaming_content:  # type: ignore[attr-defined]
        rows += line.count(b"\n")
        most = max(most, resident()) if rows % 1000 == 1 else most
    return {"rows": rows, "seconds": time.process_time() - began, "before": before, "MB": max(most, resident())}


KINDS: dict[str, Callable[[], Found]] = {"documents": documents, "export": export}


def inside(kind: str) -> str:
    """What the process of its own answers."""
    gc.collect()
    return json.dumps(KINDS[kind]())


def measured(kind: str) -> Found:
    """Asked of a process of its own."""
    command = [sys.executable, "manage.py", "bench", "--inside", kind]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, env=dict(os.environ), check=True, stdout=subprocess.PIPE
    )
    return dict(json.loads(done.stdout.decode().strip().splitlines()[-1]))


def resident() -> float:
    """MB of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
