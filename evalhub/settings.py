"""Every setting of EvalHub; all that depends on the deployment comes from the environment (table in the README)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from whitenoise.compress import Compressor

from evalhub.launch import paths

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = paths.data_dir()

# --- Safety -----------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or paths.secret("SECRET_KEY")
# The first key encrypts; all of them decrypt, so a key is rotated by putting a new one in front.
EVALHUB_ENCRYPTION_KEYS = env.list("EVALHUB_ENCRYPTION_KEYS", default=[]) or [paths.secret("EVALHUB_ENCRYPTION_KEYS")]
EVALHUB_ALLOWED_ENDPOINT_HOSTS = env.list("EVALHUB_ALLOWED_ENDPOINT_HOSTS", default=[])
# Makes the default connection of every team that has none, when EvalHub starts; its host is allowed.
EVALHUB_JUDGE_BASE_URL = env.str("EVALHUB_JUDGE_BASE_URL", default="")
EVALHUB_JUDGE_API_KEY = env.str("EVALHUB_JUDGE_API_KEY", default="")
EVALHUB_JUDGE_MODEL = env.str("EVALHUB_JUDGE_MODEL", default="")
EVALHUB_JUDGE_INPUT_PRICE = env.str("EVALHUB_JUDGE_INPUT_PRICE", default="")
EVALHUB_JUDGE_OUTPUT_PRICE = env.str("EVALHUB_JUDGE_OUTPUT_PRICE", default="")
# A key that a caller of the Valiqor client sends asks the team's judge, and this endpoint where the team has none.
EVALHUB_OPENAI_BASE_URL = env.str("EVALHUB_OPENAI_BASE_URL", default="https://api.openai.com/v1")
EVALHUB_OPENAI_MODEL = env.str("EVALHUB_OPENAI_MODEL", default="gpt-4o")
# Single sign-on by OpenID Connect, where an issuer is named; a newcomer gets an account only if a team is named, too.
EVALHUB_OIDC_ISSUER = env.str("EVALHUB_OIDC_ISSUER", default="")
EVALHUB_OIDC_CLIENT_ID = env.str("EVALHUB_OIDC_CLIENT_ID", default="")
EVALHUB_OIDC_CLIENT_SECRET = env.str("EVALHUB_OIDC_CLIENT_SECRET", default="")
EVALHUB_OIDC_NAME = env.str("EVALHUB_OIDC_NAME", default="single sign-on")
EVALHUB_OIDC_DOMAINS = env.list("EVALHUB_OIDC_DOMAINS", default=[])
EVALHUB_OIDC_TEAM = env.str("EVALHUB_OIDC_TEAM", default="")
EVALHUB_OIDC_ROLE = env.str("EVALHUB_OIDC_ROLE", default="viewer")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Behind a TLS proxy: set HTTPS=true, so that cookies are sent over https alone and links are made with it.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# The proxy in front decides on redirects to https, on subdomains and on preload lists.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],  # a chart becomes a picture by way of a blob
        "object-src": [NONE],
        "base-uri": [NONE],
        # The button of single sign-on leads on to the provider.
        "form-action": [
            SELF,
            *filter(None, ["{0.scheme}://{0.netloc}".format(urlsplit(EVALHUB_OIDC_ISSUER)).strip(":/")]),
        ],
        "frame-ancestors": [NONE],
    },
    # The admin's theme sets styles and runs Alpine expressions, which this policy would stop.
    "EXCLUDE_URL_PREFIXES": ("/admin/",),
}

# --- Applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # without its own site: ours is made in core
    "evalhub.core.admin_config.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "heroicons",
    "rest_framework",
    "template_partials",
    "evalhub.core",
    "evalhub.accounts",
    "evalhub.connections",
    "evalhub.notices",
    "evalhub.webhooks",
    "metrics",
    "runs",
    "evalhub.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "evalhub.accounts.second_factor.SecondFactorRequired",
    "evalhub.core.caller.CallerMiddleware",
    "evalhub.core.middleware.ErrorPages",
]
ROOT_URLCONF = "evalhub.urls"
WSGI_APPLICATION = "evalhub.wsgi.application"
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
                "csp.context_processors.nonce",
                "evalhub.accounts.context.navigation",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "evalhub.core.templatetags.evalhub_tags",
            ],
        },
    },
]
# Facades serve exact paths of other vendors' clients, and a redirect would turn their POST into a GET.
APPEND_SLASH = False

# --- Database, broker, files ------------------------------------------------------------------------------------------
_database = env.db_url_config(env.str("DATABASE_URL", default="") or paths.embedded_database_url())
_pool_size = env.int("EVALHUB_DATABASE_POOL", default=12)
DATABASES = {
    "default": {
        **_database,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        # The address may carry options of its own: a socket's folder, sslmode.
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": _pool_size} if _pool_size else False,
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA_DIR / "files"
# One request may carry a whole dataset; the views that read bodies hold their own limits.
EVALHUB_UPLOAD_MAX_BYTES = env.int("EVALHUB_UPLOAD_MAX_MB", default=1024) * 1024 * 1024
# What programs upload over the Gradient door is read within one request.
EVALHUB_GRADIENT_UPLOAD_MAX_BYTES = env.int("EVALHUB_GRADIENT_UPLOAD_MAX_MB", default=32) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_TEMP_DIR = None

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or paths.embedded_broker_url()
# In the database, as sign-in counts failures here: every web process must see the same count, on any broker.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "evalhub_cache"},
    # Beside the broker's messages: what is counted often and may be lost, as the requests of a key in this minute.
    "counts": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CELERY_BROKER_URL.replace("redis+socket://", "unix://"),  # a socket as the client names it
        "KEY_PREFIX": "evalhub-counts",
    },
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The database says what is to be done and the sweep finds what was lost, so a message may be redelivered soon.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
# A page must not hang on a broker that is away: its rows are written, and the sweep will ring again.
CELERY_TASK_PUBLISH_RETRY = False
# Installations that share a broker tell their messages apart by it.
CELERY_TASK_DEFAULT_QUEUE = env.str("EVALHUB_QUEUE", default="evalhub")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("EVALHUB_WORKER_PROCESSES", default=2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 3600
EVALHUB_SWEEP_SECONDS = env.float("EVALHUB_SWEEP_SECONDS", default=15)
# Sweeps that nobody took up for long (no worker) need not all be done; one that waits behind batches must be.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": EVALHUB_SWEEP_SECONDS, "options": {"expires": 600}}
    for name, task in (
        ("sweep", "runs.sweep"),
        ("webhook sweep", "webhooks.sweep"),
        ("notice sweep", "notices.sweep"),
        ("mail sweep", "accounts.sweep"),
    )
}
CELERY_BEAT_SCHEDULE["retention"] = {"task": "runs.apply_retention", "schedule": 600, "options": {"expires": 600}}
# It also reads what people scheduled from the database.
CELERY_BEAT_SCHEDULER = "evalhub.core.clock:Clock"
# A batch whose worker has not renewed its lease for this long is taken up by another.
EVALHUB_LEASE_SECONDS = env.int("EVALHUB_LEASE_SECONDS", default=60)
# A batch that a worker was told of this long ago and that nobody has taken up is told of again.
EVALHUB_RING_SECONDS = env.int("EVALHUB_RING_SECONDS", default=60)
# A batch is tried this often without getting on, after pauses that double; then given up; its run ends partial.
# A worker killed at random is not killed so often in one place; an item that takes its worker down is.
EVALHUB_BATCH_TRIES = 8
EVALHUB_RETRY_SECONDS = env.float("EVALHUB_RETRY_SECONDS", default=1)
# Packed columns that one process keeps in memory: a million items are 8 MB a metric.
EVALHUB_COLUMN_CACHE_BYTES = env.int("EVALHUB_COLUMN_CACHE_MB", default=128) * 1024 * 1024

# --- Webhooks ---------------------------------------------------------------------------------------------------------
# Where people find EvalHub; what it writes elsewhere leads back here.
EVALHUB_URL = env.str("EVALHUB_URL", default="") or f"http://localhost:{env.int('EVALHUB_PORT', default=8000)}"
# A receiver has this long to answer.
EVALHUB_WEBHOOK_SECONDS = env.float("EVALHUB_WEBHOOK_SECONDS", default=10)
# How long to wait before each further try; with these, an event is given up after about a day.
EVALHUB_WEBHOOK_WAITS = env.list(
    "EVALHUB_WEBHOOK_WAITS", cast=float, default=[5, 300, 1_800, 7_200, 18_000, 28_800, 28_800]
)

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["evalhub.accounts.second_factor.AuthenticationBackend"]
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_ADAPTER = "evalhub.sso.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": EVALHUB_OIDC_NAME,
                "client_id": EVALHUB_OIDC_CLIENT_ID,
                "secret": EVALHUB_OIDC_CLIENT_SECRET,
                "settings": {"server_url": EVALHUB_OIDC_ISSUER},
            }
        ]
        if EVALHUB_OIDC_ISSUER
        else [],
    }
}
MFA_ADAPTER = "evalhub.accounts.second_factor.MfaAdapter"
MFA_FORMS = {
    "authenticate": "evalhub.accounts.forms_sign_in.CodeForm",
    "reauthenticate": "evalhub.accounts.forms_sign_in.CodeAgainForm",
    "activate_totp": "evalhub.accounts.forms_sign_in.ActivateTOTPForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "evalhub.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "evalhub.accounts.forms_sign_in.LoginForm",
    "reset_password": "evalhub.accounts.forms_sign_in.ResetPasswordForm",
    "reset_password_from_key": "evalhub.accounts.forms_sign_in.ResetPasswordKeyForm",
    "change_password": "evalhub.accounts.forms_sign_in.ChangePasswordForm",
    "set_password": "evalhub.accounts.forms_sign_in.SetPasswordForm",
    "reauthenticate": "evalhub.accounts.forms_sign_in.ReauthenticateForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
# Where letters are only printed, people are told in the app alone.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="EvalHub <evalhub@localhost>")

# --- Pages ------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "evalhub.core.formats"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = paths.static_root()
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "evalhub.core.static_finders.UsedAppsFinder",
    "evalhub.core.static_finders.PickedFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "evalhub.core.static_files.JoinedStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Maps of scripts are for people with developer tools open.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
UNFOLD = {"SITE_TITLE": "EvalHub", "SITE_HEADER": "EvalHub", "SITE_URL": "/"}

# --- Facades ---------------------------------------------------------------------------------------------------------
# So long the Valiqor client's requests wait for their run before they are answered with a job: rows, and a trace.
EVALHUB_VALIQOR_WAIT_SECONDS = env.float("EVALHUB_VALIQOR_WAIT_SECONDS", default=25)
EVALHUB_VALIQOR_TRACE_WAIT_SECONDS = env.float("EVALHUB_VALIQOR_TRACE_WAIT_SECONDS", default=240)

# --- REST API ---------------------------------------------------------------------------------------------------------
# Of one API key, or of one person who is signed in; 0 sets no limit.
EVALHUB_API_REQUESTS_PER_MINUTE = env.int("EVALHUB_API_REQUESTS_PER_MINUTE", default=1_200)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "evalhub.api.auth.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",  # people who try it out on the page of its description
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["evalhub.api.bodies.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "evalhub.api.errors.problem_response",
    # Filters are named like those of the pages; `format` is none of them.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EvalHub",
    "DESCRIPTION": "Datasets, targets, metrics, runs and their scores, for programs.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "MetricKind": "metrics.choices.MetricKind",
        "TargetKind": "runs.choices.TargetKind",
        "RunState": "runs.choices.RunState",
        "VerdictKind": "runs.choices.VerdictKind",
        "VerdictEnum": "evalhub.api.v1.comparisons.VERDICTS",
        "ImportState": "runs.choices.ImportState",
        "ExportState": "runs.choices.ExportState",
        "ExportFormat": "runs.choices.ExportFormat",
        "ItemState": "runs.choices.ItemState",
        "InsightKind": "runs.choices.InsightKind",
        "GroupState": "runs.choices.GroupState",
        "ReviewState": "runs.choices.ReviewState",
        "QueueKind": "runs.choices.QueueKind",
        "TaskState": "runs.choices.TaskState",
        "DeliveryState": "evalhub.webhooks.choices.DeliveryState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "evalhub.api.schema.add_problems",
        "evalhub.api.reading.describe_reading",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # They write a line for every call that is made, and there are many.
    "loggers": {"httpx2": {"level": "WARNING"}, "openai": {"level": "WARNING"}},
}
