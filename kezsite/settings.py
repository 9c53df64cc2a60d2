"""Settings of the web, callout, janitor and worker processes.

Every value comes from the environment; a secret may also come from the file that `<NAME>_FILE` names.
What each one means, and its default, stands in docs/settings.md, which a test compares with this file.
"""

from datetime import timedelta

from csp.constants import NONCE, NONE, SELF

from kezsite.environment import (
    BASE_DIR,
    bind_address,
    database,
    env,
    mail_server,
    network_list,
    one_of,
    origin_of,
    own_hosts,
    refuse_former_settings,
    required_secret,
    second_factor,
    trimmed_url,
    whole_number,
)
from kezsite.files_settings import *  # noqa: F403 - a part of these
from kezsite.files_settings import KEZ_FILES_BEAT
from kezsite.log_lines import log_lines
from kezsite.nats_settings import *  # noqa: F403 - a part of these
from kezsite.operations_settings import *  # noqa: F403 - another part
from kezsite.operations_settings import KEZ_LOG_FORMAT
from kezsite.static_settings import *  # noqa: F403 - a part of these

SECRET_KEY = required_secret("KEZ_SECRET_KEY")
DEBUG = env.bool("KEZ_DEBUG", default=False)

# Names and addresses -------------------------------------------------------------------------------
KEZ_CHAT_BIND = bind_address("KEZ_CHAT_BIND", default="0.0.0.0:6969")
KEZ_CHAT_SERVER = env.str("KEZ_CHAT_SERVER", default="kez.lat").lower()
KEZ_CHAT_PUBLIC_URL = trimmed_url("KEZ_CHAT_PUBLIC_URL", default="http://localhost:6969")
KEZ_CHAT_SIG_SERVER_URL = trimmed_url("KEZ_CHAT_SIG_SERVER_URL", default="http://localhost:7878")
ALLOWED_HOSTS = own_hosts(
    "KEZ_ALLOWED_HOSTS", server=KEZ_CHAT_SERVER, urls=[KEZ_CHAT_PUBLIC_URL, KEZ_CHAT_SIG_SERVER_URL]
)
CSRF_TRUSTED_ORIGINS = [KEZ_CHAT_PUBLIC_URL]

# The web process -----------------------------------------------------------------------------------
KEZ_WEB_SERVER = one_of("KEZ_WEB_SERVER", ("daphne", "uvicorn"), default="daphne")
KEZ_WEB_THREADS = whole_number("KEZ_WEB_THREADS", default=16, least=1, most=200)

# Registry ------------------------------------------------------------------------------------------
refuse_former_settings()
KEZ_REGISTRATION = one_of("KEZ_REGISTRATION", ("open", "invite", "approval", "closed"), default="open")
KEZ_REGISTRATION_WORK = one_of("KEZ_REGISTRATION_WORK", ("load", "always", "never"), default="load")
KEZ_REGISTRATION_WORK_BITS = whole_number("KEZ_REGISTRATION_WORK_BITS", default=18, least=1, most=30)
KEZ_REGISTRATION_WORK_ABOVE = env.str("KEZ_REGISTRATION_WORK_ABOVE", default="60/min")
KEZ_TRUSTED_PROXIES = env.int("KEZ_TRUSTED_PROXIES", default=0)
KEZ_THROTTLE_REGISTER = env.str("KEZ_THROTTLE_REGISTER", default="20/hour")
KEZ_THROTTLE_REGISTER_NETWORK = env.str("KEZ_THROTTLE_REGISTER_NETWORK", default="100/hour")
KEZ_THROTTLE_LOOKUP = env.str("KEZ_THROTTLE_LOOKUP", default="600/min")
KEZ_THROTTLE_SIGCHAIN = env.str("KEZ_THROTTLE_SIGCHAIN", default="120/min")
KEZ_METRICS_ALLOW = network_list("KEZ_METRICS_ALLOW", default=["127.0.0.0/8", "::1/128"])

# Operators -----------------------------------------------------------------------------------------
KEZ_OPERATOR_SECOND_FACTOR = second_factor("KEZ_OPERATOR_SECOND_FACTOR", public_url=KEZ_CHAT_PUBLIC_URL)
KEZ_SAMPLE_SECONDS = env.float("KEZ_SAMPLE_SECONDS", default=60.0)
KEZ_OPERATOR_SESSION_MINUTES = env.int("KEZ_OPERATOR_SESSION_MINUTES", default=30)
OTP_TOTP_ISSUER = f"kez-chat {KEZ_CHAT_SERVER}"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"  # in Valkey: all processes count together
AXES_CLIENT_IP_CALLABLE = "console.log_in.counted_address"
AXES_LOCKOUT_CALLABLE = "console.log_in.locked_out"
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
KEZ_TRANSPARENCY_SEED = env.str("KEZ_TRANSPARENCY_SEED", default="")
KEZ_THROTTLE_REPORT = env.str("KEZ_THROTTLE_REPORT", default="10/hour")
KEZ_REPORT_KEEP_DAYS = env.int("KEZ_REPORT_KEEP_DAYS", default=90)
KEZ_ALERT_WEBHOOK = env.str("KEZ_ALERT_WEBHOOK", default="")
KEZ_ALERT_MAIL = env.list("KEZ_ALERT_MAIL", default=[])
KEZ_ALERT_PAUSE_SECONDS = env.int("KEZ_ALERT_PAUSE_SECONDS", default=600)
KEZ_MAIL_FROM = env.str("KEZ_MAIL_FROM", default=f"kez-chat@{KEZ_CHAT_SERVER}")
vars().update(mail_server("KEZ_MAIL_URL", needed=bool(KEZ_ALERT_MAIL)))

# Data ----------------------------------------------------------------------------------------------
DATABASES = {"default": database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / '.data' / 'kez.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "kez",
        # A Valkey that has frozen must not keep the threads that answer requests for ever.
        "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 2},
    }
}
# The layer waits 5 s for a notice; redis-py by itself gives up after as long, and a notice may be lost in between.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 20}]},
    }
}

# Celery --------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = REDIS_URL
CELERY_TASK_ACKS_LATE = True  # a worker that dies half way leaves its task to another one
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_RESULT_EXPIRES = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A queue that has frozen must not hold up who only wants to add to it.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10, "socket_connect_timeout": 5}
# Kept in memory: every task of it is due again within minutes, and a file could be torn by a kill.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = KEZ_FILES_BEAT | {
    "desk-sample": {
        "task": "console.tasks.sample",
        "schedule": KEZ_SAMPLE_SECONDS,
        "options": {"expires": KEZ_SAMPLE_SECONDS},
    },
    "desk-tidy": {"task": "console.tasks.tidy", "schedule": 3600.0, "options": {"expires": 3600.0}},
    "reports-erase": {"task": "reports.tasks.erase", "schedule": 21600.0, "options": {"expires": 21600.0}},
}

# Django --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "console.apps.DeskConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "pages.collecting.OnlyWhatIsLoaded",  # django.contrib.staticfiles
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "httpapi",
    "registry",
    "reports",
    "chatbridge",
    "files",
    "backups",
    "pages",
    "console",  # last, so that all permissions are there when it makes the roles
]
MIDDLEWARE = [
    "httpapi.metrics.RequestMetricsMiddleware",
    "httpapi.dates.date_middleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "httpapi.headers.headers_middleware",
    "httpapi.static_index.static_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "kezsite.urls"
ASGI_APPLICATION = "kezsite.asgi.application"
APPEND_SLASH = False  # a wrong path is a 404 that says so, not a redirect
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
                "pages.context.server",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "kezsite.formats"
TIME_ZONE = "UTC"
USE_TZ = True

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "httpapi.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "httpapi.schema.KezAutoSchema",
    "NUM_PROXIES": KEZ_TRUSTED_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "kez-chat",
    "DESCRIPTION": "Registry of handles: claim one, look one up.",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/v1",
}

# Security ------------------------------------------------------------------------------------------
# What a page may load and do. Looser where others wrote the page: httpapi/headers.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "blob:"],  # pictures that a page has opened itself
        "connect-src": [SELF, origin_of(KEZ_CHAT_SIG_SERVER_URL)],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Sessions are the operators': short, and of no other page's business.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_AGE = KEZ_OPERATOR_SESSION_MINUTES * 60
SESSION_SAVE_EVERY_REQUEST = True  # counted from the last request
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Behind TLS the cookies must not travel in clear; on plain http (development) they could not travel at all.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = KEZ_CHAT_PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if KEZ_TRUSTED_PROXIES else None

LOGGING = {
    **log_lines(KEZ_LOG_FORMAT),
    "root": {"handlers": ["console"], "level": env.str("KEZ_LOG_LEVEL", default="INFO")},
}
