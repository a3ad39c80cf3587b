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

from kraftsamling.accounts import providers
from kraftsamling.lib.env import (
    ConfigurationError,
    check_url,
    env_bool,
    env_choice,
    env_days,
    env_folder,
    env_hosts,
    env_int,
    env_prefix,
    env_secret,
    env_sender,
    env_site,
    env_str,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_folder("DATA_DIR", BASE_DIR / "var")

# ---- What kind of installation

DEBUG = env_bool("DEBUG", False)
DEMO = env_bool("DEMO", False)
"""Demo accounts with a known password may exist. Refused by `check --deploy`."""
DEMO_PASSWORD = "prova kraftsamling"  # noqa: S105 - shown on the log-in page of a demo installation

DEVELOPMENT_SECRET = "for development only, refused in production"  # noqa: S105 - refused by check --deploy
SECRET_KEY = env_secret("SECRET_KEY", DEVELOPMENT_SECRET if DEBUG or DEMO else "")
if not SECRET_KEY:
    raise ConfigurationError("SECRET_KEY is missing, and neither DEBUG nor DEMO is on. See docs/operations.md, “Settings”.")

PORT = env_int("PORT", 8000, least=1, most=65535)
SITE_URL = env_site("SITE_URL", f"http://localhost:{PORT}")
SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env_hosts("ALLOWED_HOSTS", f"{urlsplit(SITE_URL).hostname},localhost,127.0.0.1,[::1]")
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
    "pilots",
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
    "kraftsamling.accounts.middleware.OwnPagesMiddleware",
    "kraftsamling.accounts.middleware.LanguageMiddleware",
    "kraftsamling.accounts.middleware.LogInFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kraftsamling.programmes.middleware.StaffSecondFactorMiddleware",
    "kraftsamling.home.waiting.count_anew_after_acting",
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

FORM_RENDERER = "kraftsamling.ui.widgets.WidgetRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "kraft"
CRISPY_TEMPLATE_PACK = "kraft"
CRISPY_FAIL_SILENTLY = not DEBUG

# ---- Database

DATABASE_URL = env_secret("DATABASE_URL")
if DATABASE_URL:
    check_url("DATABASE_URL", DATABASE_URL, ("postgres", "postgresql", "sqlite"), "postgres://user:password@host/database")
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
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
                    "PRAGMA cache_size=-4000;PRAGMA temp_store=MEMORY;"
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
if REDIS_URL:
    check_url("REDIS_URL", REDIS_URL, ("redis", "rediss", "unix"), "redis://host:6379/0")
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
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 250_000
"""kB, the most that a process has ever held. A report with pictures takes 190 000 for a moment and leaves 145 000, as do all
that come after it: a process that were replaced for the first of them would load its libraries anew for each document."""
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
    "deliver-waiting-messages": {
        "task": "kraftsamling.notifications.tasks.sweep",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},  # while no worker is there, sweeps do not pile up
    },
    "send-digests": {"task": "kraftsamling.notifications.tasks.send_digests", "schedule": crontab(hour="7", minute="0")},
    "build-missing-receipts": {"task": "grants.tasks.build_missing_receipts", "schedule": timedelta(minutes=1)},
    "build-left-disclosures": {"task": "grants.tasks.build_left_disclosures", "schedule": timedelta(minutes=2)},
    "lapse-completions": {"task": "grants.tasks.lapse_completions", "schedule": timedelta(minutes=5)},
    "build-missing-letters": {"task": "grants.tasks.build_missing_letters", "schedule": timedelta(minutes=1)},
    "remind": {"task": "grants.tasks.remind", "schedule": crontab(hour="8", minute="5")},
    "take-up-left-documents": {"task": "pilots.tasks.take_up_left_documents", "schedule": timedelta(minutes=1)},
    "build-missing-change-letters": {"task": "pilots.tasks.build_missing_change_letters", "schedule": timedelta(minutes=1)},
    "remind-about-reports": {"task": "pilots.tasks.remind_about_reports", "schedule": crontab(hour="8", minute="15")},
    "lapse-applications": {"task": "grants.tasks.lapse_applications", "schedule": crontab(minute="*/10")},
    "ask-for-follow-ups": {"task": "pilots.tasks.ask_for_follow_ups", "schedule": crontab(hour="5", minute="40")},
    "write-steering-letters": {"task": "pilots.tasks.write_steering_letters", "schedule": crontab(hour="7", minute="30")},
    "clear-expired-sessions": {
        "task": "kraftsamling.accounts.tasks.clear_expired_sessions",
        "schedule": crontab(hour="3", minute="10"),
    },
    "clear-parked-texts": {"task": "grants.tasks.clear_parked_texts", "schedule": crontab(hour="3", minute="20")},
}

REPORT_REMINDERS_BEFORE = env_days("REPORT_REMINDERS_BEFORE", (14, 3))
REPORT_REMINDERS_AFTER = env_days("REPORT_REMINDERS_AFTER", (1, 14))
"""Days before and after the last day of a report on which its writers are reminded; after the last one the process leader is."""
REPORT_DAYS_TO_WRITE = env_int("REPORT_DAYS_TO_WRITE", 14, most=90)
"""Days from the end of the period that a progress report covers to its last day."""

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
AUTHENTICATION_BACKENDS = ["kraftsamling.accounts.backends.Backend"]
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
"""Everybody with a role in a programme must set up an authenticator app or a passkey first."""

ACCOUNT_ADAPTER = "kraftsamling.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
"""Also before the address is changed: whoever gets hold of a browser that is logged in would else make the account theirs."""
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_FORMS = {
    "login": "kraftsamling.accounts.login_forms.LoginForm",
    "signup": "kraftsamling.accounts.login_forms.SignupForm",
    "add_email": "kraftsamling.accounts.login_forms.NewEmailForm",
    "change_password": "kraftsamling.accounts.login_forms.ChangePasswordForm",
    "set_password": "kraftsamling.accounts.login_forms.SetPasswordForm",
    "reset_password": "kraftsamling.accounts.login_forms.ResetPasswordForm",
    "reset_password_from_key": "kraftsamling.accounts.login_forms.NewPasswordForm",
    "reauthenticate": "kraftsamling.accounts.login_forms.ReauthenticateForm",
    "request_login_code": "kraftsamling.accounts.login_forms.RequestLoginCodeForm",
    "confirm_login_code": "kraftsamling.accounts.login_forms.LoginCodeForm",
    "confirm_email_verification_code": "kraftsamling.accounts.login_forms.EmailCodeForm",
    "confirm_password_reset_code": "kraftsamling.accounts.login_forms.PasswordCodeForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "1200/m/ip",
    "login_failed": "300/10m/ip,5/10m/key",
    "signup": "200/m/ip",
    "request_login_code": "600/m/ip,5/10m/key",
    "reset_password": "300/m/ip,5/10m/key",
    "reset_password_from_key": "300/m/ip",
}
"""Narrow for one account and counted only when an attempt fails; wide for one address, for a whole municipality may sit
behind it. Whoever is locked out can still log in with a passkey or a code by mail."""
MFA_ADAPTER = "kraftsamling.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Kraftsamling"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_RATE_LIMITS = {"webauthn_login": "1200/m/ip"}
MFA_FORMS = {
    "authenticate": "kraftsamling.accounts.login_forms.SecondFactorForm",
    "reauthenticate": "kraftsamling.accounts.login_forms.SecondFactorAgainForm",
    "activate_totp": "kraftsamling.accounts.login_forms.ActivateAppForm",
    "add_webauthn": "kraftsamling.accounts.login_forms.AddPasskeyForm",
    "edit_webauthn": "kraftsamling.accounts.login_forms.RenamePasskeyForm",
}
OIDC_APPS, SAML_APPS = providers.oidc_apps(), providers.saml_apps()
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC_APPS}, "saml": {"APPS": SAML_APPS}}
SOCIALACCOUNT_ADAPTER = "kraftsamling.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_FORMS = {"signup": "kraftsamling.accounts.login_forms.ProviderSignupForm"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = False
if SAML_APPS:
    INSTALLED_APPS.append("allauth.socialaccount.providers.saml")

PAYMENT_LAST_REQUEST_MONTHS = env_int("PAYMENT_LAST_REQUEST_MONTHS", 1, least=0, most=24)
PAYMENT_AUDITOR_FROM = env_int("PAYMENT_AUDITOR_FROM", 0, least=0, most=100_000_000)
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)
"""How many proxies of our own stand before the web process: so many steps of X-Forwarded-For, counted from the right, are
believed when attempts to log in are counted per address. 0 believes none of them."""

# ---- Mail

_MAIL_WAY = env_choice(
    "EMAIL_BACKEND", ("smtp", "filebased", "console", "locmem", "dummy"), "smtp" if env_str("EMAIL_HOST") else "filebased"
)
EMAIL_BACKEND = f"django.core.mail.backends.{_MAIL_WAY}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env_str("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env_sender("DEFAULT_FROM_EMAIL", "Kraftsamling <noreply@localhost>")

# ---- Language and time

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# ---- Files

STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_DIR", str(DATA_DIR / "static"))).resolve()
STATICFILES_DIRS = [BASE_DIR / "static"]
PRIVATE_FILES_DIR = DATA_DIR / "files"
PRIVATE_FILES_ACCEL_PREFIX = env_prefix("PRIVATE_FILES_ACCEL_PREFIX")
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
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # the frame simulator sends a tick and an amount for each of a thousand cases and more

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
        "form-action": [SELF, *providers.origins([*OIDC_APPS, *SAML_APPS])],
    }
}

# ---- Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env_choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "WARNING")},
}
