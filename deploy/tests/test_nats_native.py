"""deploy/nats-native.conf: TLS for native clients, none behind the proxy, and a new certificate without a restart."""

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from chatbridge.tests.test_configuration import certificate, greeting
from devstack.environment import ROOT
from natslink.tests.broker import Broker


async def shown(url: str) -> bytes:
    """The certificate that the broker shows to native clients: after its greeting, as NATS has it."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    await asyncio.wait_for(reader.readline(), 5)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    await asyncio.wait_for(writer.start_tls(context), 10)
    certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    return certificate


async def test_native_clients_need_tls_and_a_renewed_certificate_is_taken_up(tmp_path: Path) -> None:
    cert_file, key_file = certificate(tmp_path)
    files = {"KEZ_NATS_TLS_CERT": str(cert_file), "KEZ_NATS_TLS_KEY": str(key_file)}
    with Broker(tmp_path, config=ROOT / "deploy" / "nats-native.conf", **files) as broker:
        assert (await greeting(broker.url))["tls_required"] is True
        async with connect(broker.ws_url, proxy=None) as socket:
            assert str(await socket.recv())[2:6] == "INFO"
        first = await shown(broker.url)
        assert first == ssl.PEM_cert_to_DER_cert(cert_file.read_text())

        certificate(tmp_path)  # in the same files
        assert broker.process
        broker.process.send_signal(1)  # SIGHUP
        async with asyncio.timeout(20):
            while (now := await shown(broker.url)) == first:
                pass  # asks again
        assert now == ssl.PEM_cert_to_DER_cert(cert_file.read_text())
