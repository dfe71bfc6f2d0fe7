"""All settings in a fixed order; every environment variable is read here."""

import secrets
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from explorer_site import env

BASE_DIR = Path(__file__).resolve().parent.parent
EXPLORER_VERSION = version("neuron-explorer")

# Where and how to serve.
DATA_DIR = env.folder(
    "DATA_DIR", env.folder("XDG_DATA_HOME", Path.home() / ".local" / "share") / "neuron-explorer"
)
PORT = env.number("PORT", 3001, least=1, most=65535)
API_PORT = env.number("API_PORT", 3002, least=1, most=65535)
DISABLE_UI = env.flag("DISABLE_UI")
ALLOWED_NAMES = env.names("ALLOWED_NAMES")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *ALLOWED_NAMES]
REDIS_URL = env.secret("REDIS_URL")
DEBUG = env.flag("DEBUG")
# Nothing is signed in local mode; a key that lasts as long as the process will do.
SECRET_KEY = env.secret("SECRET_KEY") or secrets.token_urlsafe(48)

# Limits on what is taken in, and on how long and how large a worker's child may get.
MAX_FILE_BYTES = env.size_bytes("MAX_FILE_BYTES", "20GB")
MAX_FILES = env.number("MAX_FILES", 256, least=1)
MAX_DIRECTORY_FILES = env.number("MAX_DIRECTORY_FILES", 100_000, least=1)
MAX_UNPACKED_BYTES = env.size_bytes("MAX_UNPACKED_BYTES", "2TB")
MAX_UNPACKED_RATIO = env.number("MAX_UNPACKED_RATIO", 500, least=1)
MAX_RECORDS = env.number("MAX_RECORDS", 500_000_000, least=1)
MIN_FREE_BYTES = env.size_bytes("MIN_FREE_BYTES", "200MB")
CHILD_MEMORY_BYTES = env.size_bytes("CHILD_MEMORY_BYTES", "4GiB")
INGEST_SOFT_LIMIT_S = env.number("INGEST_SOFT_LIMIT_S", 3600, least=1)
INGEST_HARD_LIMIT_S = env.number("INGEST_HARD_LIMIT_S", INGEST_SOFT_LIMIT_S + 300, least=2)
LEASE_S = env.number("LEASE_S", 60, least=2)
SWEEP_INTERVAL_S = env.number("SWEEP_INTERVAL_S", 10, least=1)
WORKER_PROCESSES = env.number("WORKER_PROCESSES", 2, least=1)
TRACE_WRITER = "ingest_worker.exports.perfetto.trace.pieces_between"
RANGE_WRITER = "ingest_worker.exports.range_export.range_export"
RANGE_TOO_LARGE = "ingest_worker.exports.range_export.TooManyRowsError"
OUTPUT_WRITER = "ingest_worker.exports.official_outputs.output_pieces"
OUTPUT_FORMATS = "ingest_worker.exports.official_outputs.OUTPUTS"
INSIGHT_THRESHOLDS = env.text("INSIGHT_THRESHOLDS")
PERFETTO_UI = env.text("PERFETTO_UI")
PAUSE_FOLDER = env.text("EXPLORER_PAUSE_FOLDER")

# What is installed.
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "explorer_site",
    "ingest_worker",
    "profiles",
]
MIDDLEWARE = [
    "explorer_site.middleware.RequestId",
    "explorer_site.middleware.ContentPolicy",
    "explorer_site.middleware.SecurityHeaders",
    "explorer_site.middleware.SameOrigin",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "explorer_site.api_urls" if DISABLE_UI else "explorer_site.urls"
WSGI_APPLICATION = "explorer_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "explorer_site.context_processors.site",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    """PostgreSQL where DATABASE_URL names one, else SQLite in the data folder."""
    address = env.secret("DATABASE_URL")
    if address:
        parts = urlsplit(address)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # Writers wait for each other at the start of a transaction instead of failing later.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


DATABASES = {"default": _database()}

# Pages and static files.
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = True
# Uploads are taken in by profiles.uploads, never by Django's own handlers.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = MAX_FILES
FILE_UPLOAD_HANDLERS: list[str] = []

# What a browser may do with our pages; the import map's hash is added by the middleware.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = [
    # Local mode speaks HTTP on loopback, keeps no session and no cookie.
    "security.W001",  # the security headers are set by explorer_site.middleware
    "security.W002",  # so is the one against framing
    "security.W003",  # requests from elsewhere are refused by explorer_site.middleware.SameOrigin
    "security.W009",  # nothing is signed with the secret key
]

# The API.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["profiles.api.parsers.JsonBody"],
    "EXCEPTION_HANDLER": "profiles.api.errors.answer_to",
    "DEFAULT_PAGINATION_CLASS": "profiles.api.pagination.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Neuron Explorer API",
    "DESCRIPTION": "Profiles of Trainium and Inferentia devices: upload, follow, read.",
    "VERSION": EXPLORER_VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {"StatusEnum": "profiles.models.Status"},
}

# Logs: JSON lines on standard error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "explorer_site.logs.ContextFilter"}},
    "formatters": {"json": {"()": "explorer_site.logs.JsonFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["context"],
        }
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}
