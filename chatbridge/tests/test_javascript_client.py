"""The official JavaScript client over websocket, with a registered nkey, gets exactly its rights."""

import asyncio
import json
import shutil
import subprocess

from django.conf import settings

from devstack.environment import ROOT
from kezproto.nkeys import encode_seed
from kezproto.subjects import consumer_name, inbox_subject, signal_subject


async def test_the_official_client_over_websocket(callout, alice, bob) -> None:
    node = shutil.which("node")
    assert node, "node is missing: `make test` installs it"
    assert (ROOT / "node_modules").is_dir(), "the JavaScript packages are missing: run npm ci"
    given = {
        "url": settings.KEZ_NATS_PUBLIC_WS_URL,
        "seed": encode_seed("U", alice.key.seed),
        "token": "javascriptjavascript",
        "device": alice.device,
        "inbox": inbox_subject(alice.primary),
        "signal": signal_subject(alice.primary),
        "consumer": consumer_name(alice.primary, alice.device),
        "peer": {
            "inbox": inbox_subject(bob.primary),
            "signal": signal_subject(bob.primary),
            "consumer": consumer_name(bob.primary, bob.device),
            "files": f"kez.files.{bob.hex}.00.0",
        },
    }
    run = await asyncio.to_thread(
        subprocess.run,
        [node, "tests/js/nats-client.js"],
        cwd=ROOT,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert (result["stream"], result["duplicate"]) == ("KEZ_INBOX", True)
    assert result["read"] == ["to myself"]
    assert result["signals"] == ["typing"]
    assert result["denied"] == result["forbidden"]
