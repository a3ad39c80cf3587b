"""What stands in a PDF, as a reader would get it."""

import subprocess


def text_of(content, folder):
    """Laid out as on the page."""
    return _read(content, folder, "-layout")


def running_text_of(content, folder):
    """In the order in which it was written."""
    return _read(content, folder, "-raw")


def _read(content, folder, order):
    path = folder / "text.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", order, str(path), "-"], capture_output=True, text=True, check=True).stdout
