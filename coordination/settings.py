"""Settings: one file, read from the environment (docs: README, "Serve it for real").

Without any variable the trial starts. With ``TRIAL=0`` a missing or unsafe value is refused at
start with one line that says what to set (``coordination.checks`` refuses unsafe combinations).
"""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

TRIAL = env.bool("TRIAL", True)


def required(name: str, trial: str) -> str:
    """A setting that service must give and the trial may leave to ``trial``."""
    if TRIAL:
        return env.str(name, trial)
    try:
        return env.str(name)
    except EnvError as error:
        raise ImproperlyConfigured(f"Set {name}: with TRIAL=0 it has no default.") from error


SECRET_KEY = required("SECRET_KEY", "trial-only-key-that-guards-demo-data-and-nothing-else-0123456789")
# Keys of before: sessions stay valid, and the secrets of authenticator apps can still be read.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if TRIAL else [])
BASE_URL = required("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
LINK_PEPPERS = required("LINK_PEPPERS", "trial-only-pepper").split(",")
AUDIT_ANCHOR_KEY = required("AUDIT_ANCHOR_KEY", "trial-only-anchor-key")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "coordination.apps.CoordinationConfig",
    "notifications.apps.NotificationsConfig",
    "workflows.apps.WorkflowsConfig",
    "viewflow",
    "viewflow.workflow",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # Outermost: what it measures is what people wait for.
    "coordination.measuring.measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coordination.middleware.ContentSecurityPolicyMiddleware",
    "notifications.middleware.DecisionHeadersMiddleware",
    "coordination.middleware.ReadingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coordination.middleware.PersonLocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "notifications.middleware.CountsFirstMiddleware",
    "coordination.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "coordination.urls"
ASGI_APPLICATION = "coordination.asgi.application"
AUTH_USER_MODEL = "coordination.Person"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "my-work"

# Proof of identity: a password, and a passkey or one-time codes beside it. An administrator makes the
# accounts: nobody signs themself up, and no mail opens an account.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "coordination.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# In the trial one comes back to the page to be somebody else.
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# Only what failed is counted. An office sits behind one address; the adapter chooses the keys.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "30/m/ip,5/5m/key",
    "login_failed_anywhere": "50/h/key",
}
MFA_ADAPTER = "coordination.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Liên tỉnh"
# A code is typed for some seconds, and telephones go a little wrong: one period before and after.
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "notifications.context_processors.bell",
                "coordination.context_processors.page",
            ],
        },
    }
]

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR}/trial.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
# How long PostgreSQL lets one statement run, wait for a lock, and a transaction do nothing: seconds, 0 is
# for ever (a statement of a command, unless it is set). Who runs into one is told so, and nothing was written
# (``coordination.busy``).
DATABASE_STATEMENT_TIMEOUT = env.int("DATABASE_STATEMENT_TIMEOUT", 30)
DATABASE_LOCK_TIMEOUT = env.int("DATABASE_LOCK_TIMEOUT", 10)
DATABASE_IDLE_TIMEOUT = env.int("DATABASE_IDLE_TIMEOUT", 60)
# Connections that the pages of one web process share, 0 is one for each page, and for how many seconds a page
# waits for one (docs/adr/0019).
DATABASE_POOL_MAX = env.int("DATABASE_POOL_MAX", 0)
DATABASE_POOL_TIMEOUT = env.int("DATABASE_POOL_TIMEOUT", 5)
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    _limits = {
        "statement_timeout": DATABASE_STATEMENT_TIMEOUT,
        "lock_timeout": DATABASE_LOCK_TIMEOUT,
        "idle_in_transaction_session_timeout": DATABASE_IDLE_TIMEOUT,
    }
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    # What the address itself says comes last, and holds.
    # Compiling a page's statement takes PostgreSQL longer than running it, and what is asked often is in
    # memory, where a row is found by an index as soon as by reading on (docs/adr/0022).
    _taste = ["-c jit=off", "-c random_page_cost=1.1"]
    _said = [*(f"-c {name}={seconds}s" for name, seconds in _limits.items()), *_taste]
    _options["options"] = " ".join([*_said, _options.get("options", "")]).strip()
    # A statement that a connection sends for the fifth time is prepared: parsed and planned no more, which is
    # half of what a step costs the database (docs/adr/0018).
    _options |= {"server_side_binding": True, "prepare_threshold": 5} | _options
    if DATABASE_POOL_MAX:
        # A database that comes back is asked again soon, and no connection from before is handed out.
        _options["pool"] = {
            "min_size": 1,
            "max_size": DATABASE_POOL_MAX,
            "timeout": DATABASE_POOL_TIMEOUT,
            "reconnect_timeout": 5.0,
        }
        DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}
}

# Rate limits and once-only marks: processes that share the work have to share them.
# Without Redis there is one process, and Django's own cache in its memory.
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "lien-tinh",
        }
    }

_email = env.dj_email_url("EMAIL_URL", "dummy://")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Liên tỉnh <khong-tra-loi@lientinh.test>")
# The trial keeps a copy of each mail that went out, for its mailbox page; service never does.
TRIAL_MAILBOX = TRIAL

# Web push is off in service where no key is given; `manage.py check` says when the key cannot be used.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", "mailto:khong-tra-loi@lientinh.test" if TRIAL else "")
# The server posts to what a browser calls its push address: to these services only.
PUSH_SERVICES = env.list(
    "PUSH_SERVICES",
    [
        "https://fcm.googleapis.com",
        "https://updates.push.services.mozilla.com",
        "https://*.push.apple.com",
        "https://*.notify.windows.com",
    ],
)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "coordination" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Asia/Ho_Chi_Minh")
FORMAT_MODULE_PATH = ["coordination.formats"]

STATIC_URL = "/static/"
# In service `collectstatic` fills this folder; the trial serves the files where they lie.
STATIC_ROOT = None if TRIAL else VAR_DIR / "static"
WHITENOISE_USE_FINDERS = TRIAL
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o640
# An upload has no name on disk until somebody decides to keep it (secrecy gate).
FILE_UPLOAD_HANDLERS = ["coordination.uploads.UnnamedFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
ATTACHMENT_MAX_BYTES = 25 * 1024 * 1024

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
VIEWFLOW = {"AUTOREGISTER": False}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "trial" if TRIAL else "service")

# Who may read /metrics: whoever has the token, and these addresses or networks. In service there is none of
# them by itself: behind a proxy on the same machine everybody may seem to come from there.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", ["127.0.0.0/8", "::1"] if TRIAL else [])
# Statements that take longer, in milliseconds, are logged without their parameters; 0 logs none.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", 500)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "coordination.logs.Context"},
        "secrets": {"()": "notifications.secrecy.MaskSecrets"},
    },
    "formatters": {
        "line": {
            "()": "logging.Formatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
            "defaults": {"request_id": "-"},
        },
        "json": {
            "()": "coordination.logs.JsonLines",
            "fmt": ["levelname", "name", "message"],
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "at",
            "json_ensure_ascii": False,
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line" if TRIAL else "json",
            "filters": ["context", "secrets"],
        }
    },
    "loggers": {
        # What it says of an address that it cannot use would show the key in it.
        "apprise": {"level": "CRITICAL"},
        # uvicorn brings handlers of its own, which mask nothing, and an access log of paths, which hold the
        # secrets of links: ``coordination.measuring`` writes a line for each request instead.
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": False},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING" if TRIAL else "INFO")},
}
