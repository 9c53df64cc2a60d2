"""The web process: static files are answered at once, those who wait for a file wait, other HTTP goes to Django,
websockets to the bridge.

Any ASGI server can run it; daphne does.
"""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kezsite.settings")
http_application = get_asgi_application()  # loads the apps, so it stands before the bridge's import

from chatbridge.routing import websocket_application  # noqa: E402
from files.long_polls import LongPolls  # noqa: E402
from pages.static_files import StaticFiles  # noqa: E402

application = ProtocolTypeRouter(
    {"http": StaticFiles(LongPolls(http_application)), "websocket": websocket_application}
)
