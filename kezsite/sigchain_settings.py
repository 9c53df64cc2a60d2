"""Settings of the sigchain service: the same code base with only the sigchain's rooms and a database of its own."""

from kezsite.environment import bind_address, env
from kezsite.settings import *  # noqa: F403 - a variant of the same settings
from kezsite.settings import KEZ_SIGCHAIN_DATABASE, MIDDLEWARE, SPECTACULAR_SETTINGS, TEMPLATES

KEZ_SIGCHAIN_BIND = bind_address("KEZ_SIGCHAIN_BIND", default="0.0.0.0:7878")
KEZ_CHAT_BIND = KEZ_SIGCHAIN_BIND
KEZ_SIGCHAIN_MAX_EVENT_BYTES = env.int("KEZ_SIGCHAIN_MAX_EVENT_BYTES", default=16_384)
KEZ_SIGCHAIN_MAX_EVENTS = env.int("KEZ_SIGCHAIN_MAX_EVENTS", default=10_000)

DATABASES = {"default": KEZ_SIGCHAIN_DATABASE}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "httpapi",
    "sigchain",
]
# It has no pages of its own: only those that its rooms bring.
TEMPLATES = [{**TEMPLATES[0], "DIRS": [], "OPTIONS": {}}]
_UNUSED = ("sessions", "csrf", "auth", "messages", "clickjacking", "otp", "axes")
MIDDLEWARE = [name for name in MIDDLEWARE if not any(part in name for part in _UNUSED)]
ROOT_URLCONF = "kezsite.sigchain_urls"
ASGI_APPLICATION = "kezsite.sigchain_asgi.application"
SPECTACULAR_SETTINGS = {
    **SPECTACULAR_SETTINGS,
    "TITLE": "kez-chat sigchain service",
    "DESCRIPTION": "Append-only chains of signed events, one for each key.",
}
