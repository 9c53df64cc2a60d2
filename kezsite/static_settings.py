"""The part of the settings that is about static files; kezsite/settings.py takes it in."""

from importlib.metadata import version

from kezsite.environment import BASE_DIR, absolute_folder, env
from pages.digest import digest_of
from pages.packages import static_folders

STATICFILES_DIRS: list[str | tuple[str, str]] = [str(BASE_DIR / "static"), *static_folders(BASE_DIR)]
# The address changes with the content, so that browsers keep what they have for good and never mix two releases.
KEZ_WEB_DIGEST = digest_of(
    [*STATICFILES_DIRS, str(BASE_DIR / "console" / "static")],
    version("Django"),
    version("drf-spectacular-sidecar"),
)
STATIC_URL = f"/static/{KEZ_WEB_DIGEST}/"
# Empty: files are served where they lie, as they are. Otherwise `collectstatic` has put them there, compressed too, in
# a folder for each release that mirrors the addresses, so that a proxy may take it for its document root.
KEZ_STATIC_ROOT = absolute_folder("KEZ_STATIC_ROOT")
STATIC_ROOT = str(KEZ_STATIC_ROOT / STATIC_URL.strip("/")) if KEZ_STATIC_ROOT else None
WHITENOISE_USE_FINDERS = KEZ_STATIC_ROOT is None
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = "^/static/" if not env.bool("KEZ_DEBUG", default=False) else "(?!)"
