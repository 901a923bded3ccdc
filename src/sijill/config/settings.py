"""All settings, in one file. Each comes from the environment, typed, or is a constant of the house."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from sijill.config import environment

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = environment.text("SIJILL_SECRET_KEY", "only-for-commands-that-sign-nothing")
DEBUG = False
ALLOWED_HOSTS = environment.text("SIJILL_HOSTS", "127.0.0.1,localhost").split(",")
ORIGIN = environment.text("SIJILL_ORIGIN", "")
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_linear_migrations",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "sijill.domain.access",
    "sijill.domain.places",
    "sijill.domain.ledger",
    "sijill.domain.people",
    "sijill.domain.safeguards",
    "sijill.domain.transfers",
    "sijill.domain.figures",
    "sijill.domain.sharing",
    "sijill.interfaces.web",
]
if not environment.flag("SIJILL_DEVELOPMENT", default=False):
    INSTALLED_APPS.remove("django_linear_migrations")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sijill.interfaces.web.middleware.ViewerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

ROOT_URLCONF = "sijill.config.urls"
WSGI_APPLICATION = "sijill.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "sijill.interfaces.web.context.house",
            ],
        },
    }
]

DATABASES = {
    "default": environment.database(environment.text("DATABASE_URL", "postgresql://sijill_app@/sijill")),
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
POOL_MAX = environment.whole("SIJILL_POOL", 0)
if POOL_MAX:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_MAX, "timeout": 10}  # type: ignore[index]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "sijill.domain.access.signin.RegisterBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if environment.flag("SIJILL_FAST_HASH", default=False):  # the tests sign in hundreds of times
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
LOGIN_URL = "/sign-in"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["username", "password"]

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.flag("SIJILL_SECURE_COOKIES", default=False)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية"), ("ckb", "کوردیی ناوەندی")]
LANGUAGE_NAMES = {"en": _("English"), "ar": _("Arabic"), "ckb": _("Sorani Kurdish")}
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("SIJILL_TIME_ZONE", "Asia/Baghdad")

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

DATA_FOLDER = Path(os.environ["SIJILL_DATA_FOLDER"]) if os.environ.get("SIJILL_DATA_FOLDER") else None

# Nothing that names a person is ever logged: Django's own request logging would print addresses with identifiers.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "axes": {"level": "CRITICAL"},
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "sijill": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
