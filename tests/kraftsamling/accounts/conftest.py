import os

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The system's Chromium; as root it runs without its sandbox."""
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu"]}
