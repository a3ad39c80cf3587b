"""What every test stands on: no network, no broker, files of its own."""

import gc
import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "kraftsamling.settings"  # here, so that it is read with what follows in force
os.environ["DEBUG"] = "off"
os.environ["DEMO"] = "off"
os.environ.setdefault("SECRET_KEY", "a secret only for tests, long enough to pass the checks of the deployment")
os.environ["TASKS_EAGER"] = "on"
os.environ["STAFF_SECOND_FACTOR"] = "off"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="kraftsamling-tests-")
os.mkdir(os.path.join(os.environ["DATA_DIR"], "static"))  # noqa: PTH102, PTH118 - WhiteNoise warns without it
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import django  # noqa: E402
import hypothesis  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent

# A machine that is busy proves nothing about an example, and the same code gives the same answer each time.
hypothesis.settings.register_profile(
    "kraftsamling", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("kraftsamling")


def pytest_configure():
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and django_settings.REDIS_URL:
        # Every test empties the cache: workers beside one another need a Redis database each. Here, since a worker
        # has read the settings before this file.
        server, _slash, _database = django_settings.REDIS_URL.rpartition("/")
        django_settings.CACHES["default"]["LOCATION"] = f"{server}/{1 + int(worker.removeprefix('gw'))}"
    django_settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # Pages are counted with the question for the session, whether or not an installation keeps sessions in a cache too.
    django_settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    from tests.passes import refuse_others

    return refuse_others((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    from tests.passes import refuse_others

    return refuse_others((yield))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The system's Chromium; as root it runs without its sandbox."""
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(autouse=True)
def _own_files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


@pytest.fixture(autouse=True)
def _empty_cache():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """A migrated database in memory is kept as a file, so that the next run copies it and has nothing left to migrate."""
    from django.db import connection
    from django.db.backends.signals import connection_created

    if connection.vendor != "sqlite":
        return
    image = ROOT / ".test-images" / f"{_mark_of_the_schema()}.sqlite3"

    def begin_with_image(sender, connection, **kwargs):
        if image.exists() and not connection.introspection.table_names():
            with sqlite3.connect(image) as kept:
                kept.backup(connection.connection)

    connection_created.connect(begin_with_image, weak=False, dispatch_uid="tests.image")
    connection.test_image = image


def _mark_of_the_schema():
    """Changes with every migration, and with the Django that carries them out."""
    mark = hashlib.sha256(django.__version__.encode())
    for path in sorted(ROOT.glob("*/**/migrations/*")):
        if path.suffix == ".py":
            mark.update(path.read_bytes())
    for path in sorted((ROOT / "kraftsamling" / "places" / "data").iterdir()):
        mark.update(path.read_bytes())
    return mark.hexdigest()[:20]


@pytest.fixture(scope="session", autouse=True)
def _image_is_kept(django_db_setup, django_db_blocker):
    from django.db import connection
    from django.db.backends.signals import connection_created

    image = getattr(connection, "test_image", None)
    connection_created.disconnect(dispatch_uid="tests.image")
    if image is None or image.exists():
        return
    image.parent.mkdir(exist_ok=True)
    for older in image.parent.glob("*.sqlite3"):
        older.unlink(missing_ok=True)
    unfinished = image.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock():
        connection.ensure_connection()
        with sqlite3.connect(unfinished) as kept:
            connection.connection.backup(kept)
    unfinished.replace(image)


@pytest.fixture(scope="session", autouse=True)
def _what_is_loaded_stays(django_db_setup):
    """The collector of rubbish is told not to look through it again and again.

    It is some hundred thousand objects, and each document that is made ends with a collection of its own.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:  # which goes through so much that it will need what is loaded late, too
        import weasyprint  # noqa: F401

        from kraftsamling import urls  # noqa: F401
        from kraftsamling.lib import pdf_marks  # noqa: F401
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _places_survive(django_db_setup):
    """Tests with real transactions empty every table afterwards; the places that migrations bring are brought back."""
    from importlib import import_module

    from django.apps import apps
    from django.db.models.signals import post_migrate

    load = import_module("kraftsamling.places.migrations.0002_places_of_sweden").load

    def bring_back(sender, **kwargs):
        if not apps.get_model("places", "Region").objects.exists():
            load(apps, None)

    post_migrate.connect(bring_back, sender=apps.get_app_config("places"), weak=False, dispatch_uid="tests.places")
    yield
    post_migrate.disconnect(sender=apps.get_app_config("places"), dispatch_uid="tests.places")


@pytest.fixture(scope="session", autouse=True)
def _no_connection_is_left(django_db_setup, django_db_blocker):
    """The browser's driver runs an event loop, in which this thread has other connections than outside it: one stays open."""
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
