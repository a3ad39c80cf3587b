"""What docker-compose.yml promises: a proxy that takes its configuration, and settings that exist."""

import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

from kraftsamling.files.responses import SANDBOX

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def proxy_configuration():
    block = COMPOSE.split("    content: |\n", 1)[1]
    return textwrap.dedent(block).replace("$$", "$")


def test_the_proxy_takes_its_configuration(tmp_path):
    file = tmp_path / "nginx.conf"
    file.write_text(proxy_configuration().replace("/tmp/", f"{tmp_path}/"), encoding="utf-8")

    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    done = subprocess.run(
        [nginx, "-t", "-q", "-e", "stderr", "-p", str(tmp_path), "-c", str(file)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_private_files_are_reached_through_the_product_alone(settings):
    location = re.search(r"location (/\S+/) \{\s+internal;\s+alias /srv/files/;", proxy_configuration())

    prefix = re.search(r"PRIVATE_FILES_ACCEL_PREFIX: (\S+)", COMPOSE)
    assert location[1] == prefix[1]


def test_the_proxy_says_of_private_files_what_the_product_says_and_nginx_does_not_pass_on():
    location = re.search(r"location /private/ \{(.*?)\}", proxy_configuration(), re.DOTALL)[1]
    headers = dict(re.findall(r'add_header (\S+) "?([^";]+(?:;[^";]+)?)"?;', location))
    assert headers == {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": SANDBOX}


def test_every_setting_of_the_containers_is_described():
    named = set(re.findall(r"^    ([A-Z][A-Z_]+): ", COMPOSE.split("services:", 1)[0], re.MULTILINE))
    described = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")))

    assert sorted(named - described) == []
    assert "DATABASE_URL" in named


def test_an_image_holds_no_secret_and_no_data():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert [name for name in (".git", "var", ".venv", ".env*") if name not in ignored] == []
