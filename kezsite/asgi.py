"""The web process: static files and what is asked most are answered at once, those who wait for a file wait, other HTTP
goes to Django, websockets to the bridge.

Any ASGI server can run it; daphne does, or uvicorn by KEZ_WEB_SERVER.
"""

import gc
import os

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kezsite.settings")
django.setup()  # loads the apps, so it stands before what imports models

from django.conf import settings  # noqa: E402

from chatbridge.routing import websocket_application  # noqa: E402
from files.long_polls import LongPolls  # noqa: E402
from httpapi.draining import Finishing  # noqa: E402
from httpapi.front import Front, Health  # noqa: E402
from httpapi.pooled import PooledDjango  # noqa: E402
from pages.static_files import StaticFiles  # noqa: E402
from registry.front import look_up_routes  # noqa: E402

pooled = PooledDjango(settings.KEZ_WEB_THREADS)
front = Front(pooled, LongPolls(pooled), {"/v1/healthz": Health(), **look_up_routes()})
application = ProtocolTypeRouter({"http": Finishing(StaticFiles(front)), "websocket": websocket_application})

# A quarter of the time went into looking for garbage among what lives as long as the process.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
