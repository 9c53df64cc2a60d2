"""Messages through the bridge, with a real daphne, NATS, Valkey and database."""

from chatbridge.tests.sockets import Chatter, new_id, online, socket


async def test_publish_delivery_ack(stack) -> None:
    alice, bob = Chatter().register(stack), Chatter().register(stack)
    async with socket(stack) as reader, online(stack, alice) as sender:
        ready = await reader.introduce(bob)
        assert (ready["handle"], ready["device"], ready["pending"]) == (str(bob.handle), bob.device, 0)
        await reader.expect("caughtup")
        await sender.publish((7, bob.raw, new_id(), b"sealed"))
        ref, seq, duplicate = await sender.outcome()
        assert (ref, duplicate) == (7, False)
        (delivery,) = await reader.take(1)
        assert (delivery.seq, delivery.envelope, delivery.pending) == (seq, b"sealed", 0)
        await reader.ack([seq])
    async with socket(stack) as again:
        assert (await again.introduce(bob))["pending"] == 0
