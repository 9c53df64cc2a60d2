"""Only `/ws` is a websocket; every other address is refused at once."""

from channels.testing import WebsocketCommunicator

from chatbridge.routing import websocket_application


async def test_other_addresses_are_refused() -> None:
    headers = [(b"host", b"localhost")]
    communicator = WebsocketCommunicator(websocket_application, "/", headers, subprotocols=["kez.v2"])
    connected, _ = await communicator.connect(timeout=5)
    assert not connected
