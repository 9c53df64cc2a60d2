"""The keys of this machine's nodes. One node id cannot be online twice, so the devices of a person share none.

The first device that takes part uses the primary itself; a further one a key from its seed and device id. A `fetch`
beside a running `serve` of the same profile uses a third. All of them stand on the owner's sigchain, where the other
side finds whose they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kezclient import clock
from kezclient.errors import ClientError
from kezclient.iroh.people import IROH, names_node
from kezclient.own_chain import put_endpoint
from kezproto.chain_operations import Endpoint
from kezproto.keys import SigningKey

if TYPE_CHECKING:
    from kezclient.identity import Identity
    from kezclient.runtime import Runtime
    from kezproto.chain_state import ChainState

_NODE_INFO = b"kez/iroh/node\x00"
_BESIDE_INFO = b"kez/iroh/beside\x00"
_ROLE, _FIRST, _FURTHER = "iroh_role", "first", "further"
_BESIDE = "iroh_beside"


def device_node_key(identity: Identity) -> SigningKey:
    """The key of a further device."""
    return _derived(identity, _NODE_INFO)


def node_key_beside(identity: Identity) -> SigningKey:
    """The key of a node beside the one that serves."""
    return _derived(identity, _BESIDE_INFO)


def settle_node_key(runtime: Runtime) -> SigningKey:
    """The key of this device's node, on the sigchain from now on. Errors as `put_endpoint` until it once was."""
    identity, store = runtime.identity, runtime.store
    role = store.setting(_ROLE)
    if role is None:

        def choose(state: ChainState) -> Endpoint:
            is_taken = names_node(state, identity.primary)
            return _endpoint(device_node_key(identity) if is_taken else identity.key)

        _state, endpoint = put_endpoint(runtime, _own_chain_url(runtime), identity.key, choose)
        role = _FIRST if endpoint.node_id == identity.primary.hex else _FURTHER
        store.set_setting(_ROLE, role)
    return identity.key if role == _FIRST else device_node_key(identity)


def settle_fetching_key(runtime: Runtime, *, is_serving: bool) -> SigningKey:
    """The key to fetch with; `is_serving`: another process of this profile serves at the moment.

    With the sigchain out of reach the primary does: everybody knows whose it is.
    """
    identity, store = runtime.identity, runtime.store
    try:
        if not is_serving:
            return settle_node_key(runtime)
        key = node_key_beside(identity)
        if store.setting(_BESIDE) is None:
            put_endpoint(runtime, _own_chain_url(runtime), identity.key, lambda _state: _endpoint(key))
            store.set_setting(_BESIDE, "known")
    except ClientError as error:
        runtime.run.warn(f"{error} Fetching under your primary.")
        return identity.key
    return key


def _endpoint(key: SigningKey) -> Endpoint:
    return Endpoint(protocol=IROH, node_id=key.primary.hex)


def _own_chain_url(runtime: Runtime) -> str:
    url = runtime.directory.own_sigchain_url()
    return url if url is not None else runtime.directory.refresh_own(clock.now()).sigchain_url


def _derived(identity: Identity, info: bytes) -> SigningKey:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=info + identity.device.encode("ascii"))
    return SigningKey(kdf.derive(identity.key.seed))
