"""Websockets: there is one address, the browser bridge's. Everything else is refused, not left hanging."""

from chatbridge.consumers.application import BridgeApplication

websocket_application = BridgeApplication()
