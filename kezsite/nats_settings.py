"""The part of the settings that is about the broker and the websocket bridge; kezsite/settings.py takes it in."""

from kezsite.environment import broker_addresses, copies_of_streams, env, supported_transport

KEZ_TRANSPORT = supported_transport("KEZ_TRANSPORT")
# Several addresses, separated by commas, in a cluster.
NATS_URL = broker_addresses("NATS_URL", default="nats://127.0.0.1:4222", schemes=("nats", "tls"))
KEZ_NATS_PUBLIC_URL = broker_addresses("KEZ_NATS_PUBLIC_URL", default=NATS_URL, schemes=("nats", "tls"))
KEZ_NATS_PUBLIC_WS_URL = broker_addresses(
    "KEZ_NATS_PUBLIC_WS_URL", default="ws://127.0.0.1:8443", schemes=("ws", "wss")
)
KEZ_NATS_REPLICAS = copies_of_streams("KEZ_NATS_REPLICAS", default=1)
# Seeds are empty unless given: a process that needs one says so and stops.
KEZ_NATS_ISSUER_SEED = env.str("KEZ_NATS_ISSUER_SEED", default="")
KEZ_NATS_XKEY_SEED = env.str("KEZ_NATS_XKEY_SEED", default="")
KEZ_NATS_CALLOUT_SEED = env.str("KEZ_NATS_CALLOUT_SEED", default="")
KEZ_NATS_BACKEND_SEED = env.str("KEZ_NATS_BACKEND_SEED", default="")
KEZ_NATS_BRIDGE_SEED = env.str("KEZ_NATS_BRIDGE_SEED", default="")
KEZ_NATS_SYSADMIN_SEED = env.str("KEZ_NATS_SYSADMIN_SEED", default="")
KEZ_INTERNAL_SECRET = env.str("KEZ_INTERNAL_SECRET", default="")
KEZ_NATS_CREDENTIAL_SECONDS = env.int("KEZ_NATS_CREDENTIAL_SECONDS", default=3600)
KEZ_INBOX_MAX_MSGS = env.int("KEZ_INBOX_MAX_MSGS", default=10_000)
KEZ_INBOX_MAX_AGE_DAYS = env.int("KEZ_INBOX_MAX_AGE_DAYS", default=30)
KEZ_DEVICE_EXPIRY_DAYS = env.int("KEZ_DEVICE_EXPIRY_DAYS", default=30)
KEZ_JANITOR_SECONDS = env.float("KEZ_JANITOR_SECONDS", default=60.0)
KEZ_FLOOD_MSGS_PER_MINUTE = env.int("KEZ_FLOOD_MSGS_PER_MINUTE", default=60_000)
KEZ_FLOOD_BYTES_PER_MINUTE = env.int("KEZ_FLOOD_BYTES_PER_MINUTE", default=256 * 1024 * 1024)
KEZ_FLOOD_COOL_DOWN_SECONDS = env.int("KEZ_FLOOD_COOL_DOWN_SECONDS", default=300)
KEZ_WS_MAX_SOCKETS = env.int("KEZ_WS_MAX_SOCKETS", default=5000)
KEZ_WS_MAX_SOCKETS_PER_HANDLE = env.int("KEZ_WS_MAX_SOCKETS_PER_HANDLE", default=16)
KEZ_WS_FRAMES_PER_SECOND = env.int("KEZ_WS_FRAMES_PER_SECOND", default=200)
KEZ_WS_PUBLISH_PER_SECOND = env.int("KEZ_WS_PUBLISH_PER_SECOND", default=100)
KEZ_WS_BYTES_PER_SECOND = env.int("KEZ_WS_BYTES_PER_SECOND", default=2 * 1024 * 1024)
KEZ_CALLOUT_METRICS_BIND = env.str("KEZ_CALLOUT_METRICS_BIND", default="")
