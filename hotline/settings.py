"""Every setting of the system, read from the environment. `docs/settings.md` lists each with its default."""

from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

import django.conf.locale
import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()


def moment_of_day(text: str) -> time | None:
    """HH:MM as a time; None for "off"."""
    if text.strip().lower() == "off":
        return None
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        raise ImproperlyConfigured(f"CANARY_TIME must look like 04:00, or be off, not {text!r}.") from None


BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DEMO = env.bool("HOTLINE_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)

# --- where we are -------------------------------------------------------------------------------
PUBLIC_URL = env("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.netloc:
    raise ImproperlyConfigured(f"PUBLIC_URL must look like https://hotline.example.org, not {PUBLIC_URL!r}.")
HTTPS = _public.scheme == "https"
SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Give a long random string; `make run` makes one by itself.")
ALLOWED_HOSTS = sorted(
    {_public.hostname or "", "localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])}
)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

# --- apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_filters",
    "phonenumber_field",
    "hotline.core",
    "lines",
    "operators",
    "scheduling",
    "knowledge",
    "calls",
    "analytics",
    "telephony",
    "desk",
    "hotline",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hotline.core.deadline.middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hotline.core.language.LanguageMiddleware",
    "hotline.core.access.DefaultDenyMiddleware",
    "operators.second_factor.SecondFactorMiddleware",
]
ROOT_URLCONF = "hotline.urls"
APPEND_SLASH = True
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
                "hotline.core.frame.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
ASGI_APPLICATION = "hotline.asgi.application"
WSGI_APPLICATION = "hotline.wsgi.application"
# Pages, and beside them webhooks, that one web process answers at once; each thread keeps one database connection.
WEB_THREADS = env.int("WEB_THREADS", default=16)

# --- database: PostgreSQL, everywhere -----------------------------------------------------------
DATABASE_URL = env("DATABASE_URL", default="postgres:///hotline")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=600),  # a new one costs more than many requests
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,
)
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options.setdefault("connect_timeout", 2)
# A server that vanished from the network is noticed within a minute, by processes that only listen too.
for _name, _value in {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4}.items():
    _options.setdefault(_name, _value)
# A caller hears an apology rather than silence: no statement of a web request may outlast this.
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=3000)
_options.setdefault(
    "options",
    f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c idle_in_transaction_session_timeout=15000 -c timezone=UTC"
    " -c plan_cache_mode=force_generic_plan",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis or Valkey: only what can wait --------------------------------------------------------
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # the sign-in's counters must not be pushed out by a flood of names
    }
}
# Celery names a unix socket redis+socket://, redis-py unix://; one REDIS_URL serves both.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2, "visibility_timeout": 600}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "hotline.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# What is late is dropped rather than piled up: the next turn does the same work.
CELERY_BEAT_SCHEDULE = {
    "the worker says that it is alive": {"task": "hotline.core.tasks.worker_is_alive", "schedule": 20},
    "the register is compared with the carrier": {
        "task": "telephony.reconcile",
        "schedule": 120,
        "options": {"expires": 110},
    },
    "the numbers are compared with the carrier": {
        "task": "telephony.check_numbers",
        "schedule": crontab(hour=5, minute=10),
    },
    "test calls are made at the hour of each hotline": {
        "task": "telephony.canary",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 500},
    },
    "messages are written down": {"task": "telephony.write_down", "schedule": 60, "options": {"expires": 50}},
    "recordings past their time are erased": {
        "task": "telephony.purge_recordings",
        "schedule": crontab(hour=3, minute=10),
    },
    "prices are read back from the carrier": {
        "task": "telephony.read_prices",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "alarms of calls outwards are mailed": {
        "task": "calls.mail_outward_alarms",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "the last intervals are counted": {
        "task": "analytics.tasks.count_recent",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "the last days are counted again": {
        "task": "analytics.tasks.count_nightly",
        "schedule": crontab(hour=2, minute=20),
    },
}

# --- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "operators.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "operators.accounts.ClosedSignup"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800  # seconds after which changing who can get in asks for the password again
# Failures are counted per account and per address, in the database; behind proxies of one's own, say how many.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": env("SIGN_IN_FAILURES", default="20/h/ip,10/h/key"),
    "reset_password": "10/h/ip,3/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
ACCOUNT_FORMS = {
    "change_password": "operators.account_forms.ChangePassword",
    "reset_password_from_key": "operators.account_forms.ResetPasswordFromKey",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Hotline"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator vouches for addresses
# Supervisors and administrators open nothing before they have set up a second factor.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=False)
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # nothing of value lives in Redis
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# The proxy turns http into https, and probes from inside come without it.
SILENCED_SYSTEM_CHECKS = ["security.W008", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": [
            "'self'",
            "https://eventgw.twilio.com",
            "wss://voice-js.roaming.twilio.com",
            "https://media.twiliocdn.com",
            "https://sdk.twilio.com",
        ],
        "media-src": ["'self'", "mediastream:", "blob:", "https://media.twiliocdn.com", "https://sdk.twilio.com"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- the carrier --------------------------------------------------------------------------------
TWILIO_ACCOUNT_SID = env("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env("TWILIO_AUTH_TOKEN", default="")
TWILIO_AUTH_TOKEN_SECONDARY = env("TWILIO_AUTH_TOKEN_SECONDARY", default="")  # both accepted during rotation
TWILIO_API_URL = env("TWILIO_API_URL", default="https://api.twilio.com").rstrip("/")
TWILIO_API_KEY = env("TWILIO_API_KEY", default="")
TWILIO_API_SECRET = env("TWILIO_API_SECRET", default="")
TWILIO_TWIML_APP_SID = env("TWILIO_TWIML_APP_SID", default="")
# Set when our own simulator runs beside us: pages reach it through /simulator/ on this same port.
SIMULATOR_URL = env("SIMULATOR_URL", default="").rstrip("/")
CARRIER_TIMEOUT_SECONDS = 5
# A live call nobody spoke of for this long is asked about at the carrier.
CARRIER_SILENCE_SECONDS = env.int("CARRIER_SILENCE_SECONDS", default=30)
CALLBACK_RING_SECONDS = env.int("CALLBACK_RING_SECONDS", default=30)
# After a callback that nobody took the next try waits so long; there are as many tries as pauses, and one more.
CALLBACK_PAUSES_SECONDS = env.list("CALLBACK_PAUSES_SECONDS", cast=int, default=[300, 900])
FALLBACK_FORWARD_NUMBER = env("FALLBACK_FORWARD_NUMBER", default="")
# A speech recogniser that writes callers' messages down, spoken to as Whisper's servers are; empty: none.
TRANSCRIBER_URL = env("TRANSCRIBER_URL", default="")
TRANSCRIBER_KEY = env("TRANSCRIBER_KEY", default="")
TRANSCRIBER_MODEL = env("TRANSCRIBER_MODEL", default="whisper-1")
# When each hotline is given its nightly test call, by its own clock; "off": never. Which: their slugs, or all.
CANARY_TIME = moment_of_day(env("CANARY_TIME", default="04:00"))
CANARY_HOTLINES = env.list("CANARY_HOTLINES", default=[])

# --- languages, time ----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nb", _("Norwegian Bokmål")), ("fil", _("Filipino"))]
# Django has no entry for Filipino; without one its language helpers raise KeyError.
django.conf.locale.LANG_INFO.setdefault(
    "fil", {"bidi": False, "code": "fil", "name": "Filipino", "name_local": "Filipino"}
)
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PHONENUMBER_DB_FORMAT = "E164"

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MANIFEST = env.bool("STATIC_MANIFEST", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not MANIFEST
# By itself it sends .wav as octets, which the carrier does not play: callers would wait in silence.
WHITENOISE_MIMETYPES = {".wav": "audio/wav"}
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if env("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"hotline@{_public.hostname}")

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["hotline.core.access.Declared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "hotline.core.rest.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hotline API",
    "VERSION": "1",
    "DESCRIPTION": "Calls, notes and presence for programs. Send `Authorization: Token …`. Lists come in pages; what "
    "belongs to hotlines that are not yours answers 404; a refusal is 409 with a sentence in `detail`.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "CallState": "calls.models.Call.State",
        "TransferKind": "calls.models.Transfer.Kind",
        "TransferState": "calls.models.Transfer.State",
        "CallOutcome": "calls.models.Call.Outcome",
        "CallbackState": "calls.models.Callback.State",
        "NoteOutcome": "calls.models.Note.Outcome",
        "PresenceState": "operators.models.Presence",
        "ChosenPresence": "operators.api.CHOOSABLE",
    },
}

# --- machines that watch ------------------------------------------------------------------------
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# --- logs: one line each, never a caller's number -----------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        # twilio's client logs query strings at INFO: they hold the caller's number.
        "twilio.http_client": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "aiohttp.access": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
