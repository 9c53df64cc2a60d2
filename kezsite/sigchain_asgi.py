"""The sigchain process: HTTP only."""

import os

import django
from channels.routing import ProtocolTypeRouter
from channels.security.websocket import WebsocketDenier

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kezsite.sigchain_settings")
django.setup()

from django.conf import settings  # noqa: E402

from httpapi.draining import Finishing  # noqa: E402
from httpapi.front import Front, Health  # noqa: E402
from httpapi.pooled import PooledDjango  # noqa: E402

pooled = PooledDjango(settings.KEZ_WEB_THREADS)
front = Front(pooled, pooled, {"/v1/healthz": Health()})
application = ProtocolTypeRouter({"http": Finishing(front), "websocket": WebsocketDenier.as_asgi()})
