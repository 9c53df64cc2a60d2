"""Vectors that others published: the primitives below the protocol do what their RFCs say."""

import base64
import json

import pytest
import rfc8785
from blake3 import blake3
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kezproto.canonical import canonical_bytes, parse_json
from kezproto.digests import digest_of, digest_of_parts
from kezproto.errors import Malformed
from kezproto.keys import Primary, SigningKey, verify_signature
from kezproto.nkeys import decode_public, decode_seed, encode_public, encode_seed, user_nkey
from kezproto.phrase import phrase_to_seed, seed_to_phrase
from kezproto.tests import second_hpke
from kezproto.tests.vectors import counting, load, params

BLAKE3 = load("published/blake3.json")
HPKE = load("published/rfc9180_a2_1.json")


@pytest.mark.parametrize("case", params(load("published/rfc8032_ed25519.json")["cases"]))
def test_rfc8032(case):
    key = SigningKey(bytes.fromhex(case["seed_hex"]))
    message, signature = bytes.fromhex(case["message_hex"]), bytes.fromhex(case["signature_hex"])
    assert key.primary == Primary.from_hex(case["public_hex"])
    assert key.sign(message) == signature
    verify_signature(key.primary, message, signature)


@pytest.mark.parametrize("case", params(load("published/rfc8785_jcs.json")["cases"]))
def test_rfc8785(case):
    expected = bytes.fromhex(case["canonical_hex"])
    text = case["input"].encode()
    if case["floats"]:
        assert rfc8785.dumps(json.loads(text)) == expected
        with pytest.raises(Malformed):
            parse_json(text)
    else:
        assert canonical_bytes(parse_json(text)) == expected


@pytest.mark.parametrize("case", params(load("published/bip39_english_24.json")["cases"], "entropy_hex"))
def test_bip39(case):
    entropy = bytes.fromhex(case["entropy_hex"])
    assert seed_to_phrase(entropy) == case["words"]
    assert phrase_to_seed(case["words"]) == entropy


@pytest.mark.parametrize("case", params(load("published/nkeys.json")["cases"], "public"))
def test_nkeys(case):
    kind, seed = decode_seed(case["seed"])
    key = SigningKey(seed)
    assert encode_seed(kind, seed) == case["seed"]
    assert user_nkey(key.primary) == encode_public("U", decode_public(case["public"], prefix="U"))
    assert user_nkey(key.primary) == case["public"]
    assert base64.b64encode(key.sign(case["nonce"].encode())).decode() == case["signature_base64"]


def test_rfc9180_keys():
    for letter in "ER":
        private = second_hpke.derive_private(bytes.fromhex(HPKE[f"ikm{letter}_hex"]))
        assert private.hex() == HPKE[f"sk{letter}m_hex"]
        assert second_hpke.public_of(private).hex() == HPKE[f"pk{letter}m_hex"]


@pytest.mark.parametrize("side", ["sender", "recipient"])
def test_rfc9180_key_schedule(side):
    info, enc = bytes.fromhex(HPKE["info_hex"]), bytes.fromhex(HPKE["enc_hex"])
    if side == "sender":
        made, context = second_hpke.sender_context(
            bytes.fromhex(HPKE["skEm_hex"]), bytes.fromhex(HPKE["pkRm_hex"]), info
        )
        assert made == enc
    else:
        context = second_hpke.recipient_context(enc, bytes.fromhex(HPKE["skRm_hex"]), info)
    for name in (
        "shared_secret",
        "key_schedule_context",
        "secret",
        "key",
        "base_nonce",
        "exporter_secret",
    ):
        assert getattr(context, name).hex() == HPKE[f"{name}_hex"], name


@pytest.mark.parametrize(
    "case", params([{**case, "name": str(case["sequence"])} for case in HPKE["encryptions"]])
)
def test_rfc9180_encryptions(case):
    context = second_hpke.recipient_context(
        bytes.fromhex(HPKE["enc_hex"]), bytes.fromhex(HPKE["skRm_hex"]), bytes.fromhex(HPKE["info_hex"])
    )
    plaintext, aad = bytes.fromhex(case["plaintext_hex"]), bytes.fromhex(case["aad_hex"])
    sealed = bytes.fromhex(case["ciphertext_hex"])
    assert context.seal(plaintext, aad, case["sequence"]) == sealed
    assert context.open(sealed, aad, case["sequence"]) == plaintext


@pytest.mark.parametrize("case", params(BLAKE3["cases"]))
def test_blake3(case):
    data = counting(case["input_bytes"])
    assert digest_of(data) == "blake3:" + case["hash_hex"]
    assert digest_of_parts((data[:1000], data[1000:])) == "blake3:" + case["hash_hex"]
    derived = blake3(data, derive_key_context=BLAKE3["context"])
    assert derived.hexdigest() == case["derive_key_hex"]


@pytest.mark.parametrize("case", params(load("published/rfc8439_aead.json")["cases"]))
def test_rfc8439(case):
    cipher = ChaCha20Poly1305(bytes.fromhex(case["key_hex"]))
    nonce, aad = bytes.fromhex(case["nonce_hex"]), bytes.fromhex(case["aad_hex"])
    plaintext = bytes.fromhex(case["plaintext_hex"])
    sealed = bytes.fromhex(case["ciphertext_hex"] + case["tag_hex"])
    assert cipher.encrypt(nonce, plaintext, aad) == sealed
    assert cipher.decrypt(nonce, sealed, aad) == plaintext


@pytest.mark.parametrize("case", params(load("published/rfc5869_hkdf.json")["cases"]))
def test_rfc5869(case):
    kdf = HKDF(
        algorithm=SHA256(),
        length=case["length"],
        salt=bytes.fromhex(case["salt_hex"]) or None,
        info=bytes.fromhex(case["info_hex"]),
    )
    assert kdf.derive(bytes.fromhex(case["ikm_hex"])).hex() == case["okm_hex"]
