"""The part of the settings that is about running a server; kezsite/settings.py takes it in."""

from kezsite.environment import BASE_DIR, database, env, one_of

# The sigchain service's own, which backups read as well.
KEZ_SIGCHAIN_DATABASE = database(
    "SIGCHAIN_DATABASE_URL", default=f"sqlite:///{BASE_DIR / '.data' / 'sigchain.sqlite3'}"
)

KEZ_LOG_FORMAT = one_of("KEZ_LOG_FORMAT", ("text", "json"), default="text")
KEZ_STOP_DELAY_SECONDS = env.float("KEZ_STOP_DELAY_SECONDS", default=0.0)
KEZ_STOP_SECONDS = env.float("KEZ_STOP_SECONDS", default=20.0)
KEZ_JANITOR_METRICS_BIND = env.str("KEZ_JANITOR_METRICS_BIND", default="")
