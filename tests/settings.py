"""Settings of the tests: the web's and the sigchain's rooms together, real servers on free ports."""

from tests.environment import prepare

prepare()

from kezsite.settings import *  # noqa: E402, F403
from kezsite.settings import INSTALLED_APPS  # noqa: E402
from kezsite.sigchain_settings import (  # noqa: E402, F401
    KEZ_SIGCHAIN_MAX_EVENT_BYTES,
    KEZ_SIGCHAIN_MAX_EVENTS,
)

INSTALLED_APPS = [*INSTALLED_APPS, "sigchain"]
ROOT_URLCONF = "tests.urls"
# The real hasher takes 0.2 s for each operator that a test makes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
