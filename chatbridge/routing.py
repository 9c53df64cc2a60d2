"""Websockets. The browser bridge is not built yet: every websocket is refused, not left hanging."""

from channels.security.websocket import WebsocketDenier

websocket_application = WebsocketDenier.as_asgi()
