"""Until the browser bridge is built, a websocket is refused at once."""

from channels.testing import WebsocketCommunicator

from chatbridge.routing import websocket_application


async def test_websockets_are_refused() -> None:
    communicator = WebsocketCommunicator(websocket_application, "/")
    connected, _ = await communicator.connect(timeout=5)
    assert not connected
