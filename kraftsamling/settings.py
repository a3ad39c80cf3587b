"""All configuration, from the environment. Every variable is described in docs/operations.md."""

import hashlib
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.env import ConfigurationError, env_bool, env_int, env_list, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# ---- What kind of installation

DEBUG = env_bool("DEBUG", False)
DEMO = env_bool("DEMO", False)
"""Demo accounts with a known password may exist. Refused by `check --deploy`."""
DEMO_PASSWORD = "prova kraftsamling"  # noqa: S105 - shown on the log-in page of a demo installation

DEVELOPMENT_SECRET = "for development only, refused in production"  # noqa: S105 - refused by check --deploy
SECRET_KEY = env_secret("SECRET_KEY", DEVELOPMENT_SECRET if DEBUG or DEMO else "")
if not SECRET_KEY:
    raise ConfigurationError("SECRET_KEY is missing, and neither DEBUG nor DEMO is on. See docs/operations.md, “Settings”.")

PORT = env_int("PORT", 8000, least=1)
SITE_URL = env_str("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
if not urlsplit(SITE_URL).hostname:
    raise ConfigurationError(f"SITE_URL is “{SITE_URL}”, but must be a whole address such as https://example.se. See docs/operations.md.")
SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", f"{urlsplit(SITE_URL).hostname},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
WEB_HOSTS = env_int("WEB_HOSTS", 1, least=1)
"""On how many machines the web process runs; more than one cannot share a SQLite file."""

# ---- Apps and middleware

INSTALLED_APPS = [
    "kraftsamling.apps.KraftsamlingConfig",
    "kraftsamling.ui",
    "kraftsamling.places",
    "kraftsamling.accounts",
    "kraftsamling.programmes",
    "kraftsamling.audit",
    "kraftsamling.files",
    "kraftsamling.notifications",
    "kraftsamling.search",
    "grants",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kraftsamling.accounts.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "kraftsamling.urls"
WSGI_APPLICATION = "kraftsamling.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kraftsamling.nav.navigation",
            ],
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "kraft"
CRISPY_TEMPLATE_PACK = "kraft"
CRISPY_FAIL_SILENTLY = not DEBUG

# ---- Database

DATABASE_URL = env_secret("DATABASE_URL")
if DATABASE_URL:
    try:
        DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
    except ValueError as error:
        raise ConfigurationError(f"DATABASE_URL cannot be read: {error} See docs/operations.md, “Settings”.") from None
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "kraftsamling.sqlite3",
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=20000;"
                    "PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Broker, cache, sessions, tasks

_LONGEST_SOCKET_PATH = 100


def _embedded_socket() -> Path:
    """Where the embedded broker listens; the system limits how long such a path may be."""
    beside = DATA_DIR / "valkey.sock"
    if len(str(beside)) <= _LONGEST_SOCKET_PATH:
        return beside
    return Path(tempfile.gettempdir()) / f"kraftsamling-{hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:12]}.sock"


REDIS_URL = env_secret("REDIS_URL")
EMBEDDED_BROKER = not REDIS_URL
EMBEDDED_BROKER_SOCKET = _embedded_socket()

CELERY_TASK_ALWAYS_EAGER = env_bool("TASKS_EAGER", False)
"""Tasks run where they are asked for, without broker and worker. For tests of rules; refused by `check --deploy`."""
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{EMBEDDED_BROKER_SOCKET}"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "max_retries": 0,
    "global_keyprefix": "kraftsamling:",
}
CELERY_TIMEZONE = "Europe/Stockholm"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "deliver-waiting-messages": {"task": "kraftsamling.notifications.tasks.sweep", "schedule": timedelta(seconds=30)},
    "send-digests": {"task": "kraftsamling.notifications.tasks.send_digests", "schedule": crontab(hour="7", minute="0")},
    "build-missing-receipts": {"task": "grants.tasks.build_missing_receipts", "schedule": timedelta(minutes=1)},
    "remind": {"task": "grants.tasks.remind", "schedule": crontab(hour="8", minute="5")},
    "clear-parked-texts": {"task": "grants.tasks.clear_parked_texts", "schedule": crontab(hour="3", minute="20")},
}

if CELERY_TASK_ALWAYS_EAGER and EMBEDDED_BROKER:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    CACHES = {
        "default": {
            "BACKEND": "kraftsamling.lib.cache.TolerantRedisCache",
            "LOCATION": REDIS_URL or f"unix://{EMBEDDED_BROKER_SOCKET}",
            "KEY_PREFIX": "kraftsamling",
        }
    }
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kraftsamling.home.errors.csrf_failure"

# ---- People and log-in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "start"
STAFF_SECOND_FACTOR = env_bool("STAFF_SECOND_FACTOR", not DEMO)

# ---- Mail

EMAIL_BACKEND = f"django.core.mail.backends.{env_str('EMAIL_BACKEND', 'smtp' if env_str('EMAIL_HOST') else 'filebased')}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env_str("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "Kraftsamling <noreply@localhost>")

# ---- Language and time

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# ---- Files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
PRIVATE_FILES_DIR = DATA_DIR / "files"
PRIVATE_FILES_ACCEL_PREFIX = env_str("PRIVATE_FILES_ACCEL_PREFIX")
"""The address under which the proxy serves private files after our permission check, for example /private/."""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": PRIVATE_FILES_DIR}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_SIZE_LIMIT = 20 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "kraftsamling.files.uploads.QuotaUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# ---- Security

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# ---- Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env_str("LOG_LEVEL", "WARNING")},
}
