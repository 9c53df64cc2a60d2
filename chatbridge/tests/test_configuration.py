"""deploy/nats.conf and deploy/nats-tls.conf, as the real server reads them."""

import asyncio
import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from devstack.environment import ROOT
from natslink.tests.broker import Broker


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for loopback and its key, in files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(builder.sign(key, SHA256()).public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


async def greeting(url: str) -> dict:
    """The INFO that a server sends to whoever connects."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    info: dict = json.loads(line.removeprefix(b"INFO "))
    return info


async def test_everybody_must_log_in_and_gets_a_nonce(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        info = await greeting(broker.url)
    assert info["auth_required"] is True
    assert info["nonce"]
    assert info["max_payload"] == 512 * 1024
    assert not info.get("tls_required")


async def test_tls_on_both_listeners(tmp_path: Path) -> None:
    cert_file, key_file = certificate(tmp_path)
    files = {"KEZ_NATS_TLS_CERT": str(cert_file), "KEZ_NATS_TLS_KEY": str(key_file)}
    with Broker(tmp_path, config=ROOT / "deploy" / "nats-tls.conf", **files) as broker:
        assert (await greeting(broker.url))["tls_required"] is True
        context = ssl.create_default_context(cafile=str(cert_file))
        context.check_hostname = False
        parts = urlsplit(broker.ws_url)
        _, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
        assert writer.get_extra_info("ssl_object").version() in ("TLSv1.2", "TLSv1.3")
        writer.close()
        await writer.wait_closed()
