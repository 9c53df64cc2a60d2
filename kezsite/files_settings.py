"""The part of the settings that is about files; kezsite/settings.py takes it in."""

from kezsite.environment import BASE_DIR, attachment_storage, env

KEZ_FILES_STORAGE = attachment_storage(
    "KEZ_FILES_STORAGE",
    default=str(BASE_DIR / ".data" / "files"),
    access_key="KEZ_FILES_ACCESS_KEY",
    secret_key="KEZ_FILES_SECRET_KEY",  # noqa: S106 - the name of a variable
)
KEZ_FILES_MAX_AGE_DAYS = env.int("KEZ_FILES_MAX_AGE_DAYS", default=30)
KEZ_FILES_IN_FLIGHT_BYTES = env.int("KEZ_FILES_IN_FLIGHT_BYTES", default=64 * 1024 * 1024)
KEZ_FILES_STORED_BYTES = env.int("KEZ_FILES_STORED_BYTES", default=1024 * 1024 * 1024)
KEZ_FILES_PER_DAY = env.int("KEZ_FILES_PER_DAY", default=500)
KEZ_FILES_WAITERS = env.int("KEZ_FILES_WAITERS", default=500)
KEZ_FILES_SWEEP_SECONDS = env.float("KEZ_FILES_SWEEP_SECONDS", default=5.0)
KEZ_FILES_EXPIRE_SECONDS = env.float("KEZ_FILES_EXPIRE_SECONDS", default=60.0)
KEZ_FILES_TIDY_SECONDS = env.float("KEZ_FILES_TIDY_SECONDS", default=600.0)
KEZ_THROTTLE_FILES = env.str("KEZ_THROTTLE_FILES", default="1200/min")
KEZ_THROTTLE_SHARED_FILES = env.str("KEZ_THROTTLE_SHARED_FILES", default="60/min")
KEZ_INGEST_METRICS_BIND = env.str("KEZ_INGEST_METRICS_BIND", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is kept there
    "staticfiles": {"BACKEND": "pages.collecting.CollectedFiles"},
    "attachments": KEZ_FILES_STORAGE,
}

# For Celery's beat.
KEZ_FILES_BEAT = {
    name: {"task": f"files.tasks.{name}", "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in (
        ("sweep", KEZ_FILES_SWEEP_SECONDS),
        ("expire", KEZ_FILES_EXPIRE_SECONDS),
        ("tidy", KEZ_FILES_TIDY_SECONDS),
    )
}
