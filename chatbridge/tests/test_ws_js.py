"""The browser's own client of the bridge, static/js/ws.js, against the real server."""

from chatbridge.tests.nodes import finished, node


async def test_two_browsers_talk(stack) -> None:
    await finished(await node("talk", stack))
