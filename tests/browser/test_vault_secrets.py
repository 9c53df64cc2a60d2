"""The encrypted store before a thief of the disk: nothing to read, and no change that goes unnoticed."""

import base64

from tests.browser.vaulting import SEED, as_functions, run
from tests.browser.visitor import Visitor


def test_another_identity_reads_nothing(visitor: Visitor):
    told = run(
        visitor,
        """async (kez) => {
          const mine = await kez.storeOf();
          await mine.write([{ collection: "contacts", key: "bob", value: 1, group: "g" }]);
          const other = await kez.storeOf(new Array(32).fill(9));
          return [(await other.get("contacts", "bob")) === undefined, await other.count("contacts", "g"),
            await kez.refusal(() => other.all("contacts"))];
        }""",
    )
    assert told == [True, 0, "vault_broken"]


# Each changes the stored record of bob's message 1; `other` is the record of message 2, `carols` is in another group.
MUTATIONS = {
    "nothing": ("", "null"),
    "another format": ("record.sealed[0] = 2", "vault_newer"),
    "another nonce": ("record.sealed[1] ^= 1", "vault_broken"),
    "another byte": ("record.sealed[20] ^= 1", "vault_broken"),
    "another tag": ("record.sealed[record.sealed.length - 1] ^= 1", "vault_broken"),
    "cut": ("record.sealed = record.sealed.slice(0, -1)", "vault_broken"),
    "nearly empty": ("record.sealed = record.sealed.slice(0, 1)", "vault_broken"),
    "empty": ("record.sealed = new Uint8Array(0)", "vault_newer"),
    "content of another": ("record.sealed = other.sealed", "vault_broken"),
    "another place": ("record.order = 2", "vault_broken"),
    "no place": ("delete record.order; delete record.group", "vault_broken"),
    "group only": ("delete record.order", "vault_broken"),
    "another group": ("record.group = carols.group", "vault_broken"),
    "unknown field": ("record.note = 'hi'", "vault_broken"),
    "text for bytes": ("record.sealed = 'AAAA'", "vault_broken"),
}


def test_no_change_to_a_stored_record_goes_unnoticed(visitor: Visitor):
    told = run(
        visitor,
        """async (kez) => {
          const store = await kez.storeOf();
          await store.write(["bob", "bob", "carol"].map((group, i) =>
            ({ collection: "messages", key: `${i}`, group, order: i, value: `text ${i}` })));
          const raw = await kez.raw("messages");
          const keyed = await Promise.all(raw.map(async (record) =>
            [(await new kez.RecordSealer(await kez.deriveStoreKeys(SEED)).open("messages", record)).key, record]));
          const [good, other, carols] = ["0", "1", "2"].map((key) => bytesIn(Object.fromEntries(keyed)[key]));
          const told = {};
          for (const [name, change] of Object.entries(CHANGES)) {
            await kez.putRaw("messages", buffersIn(change(structuredClone(good))));
            told[name] = String(await kez.refusal(() => store.get("messages", "0")));
          }
          return told;

          function bytesIn(record) {
            return { ...record, sealed: new Uint8Array(record.sealed) };
          }

          function buffersIn(record) {
            const { sealed } = record;
            return { ...record, sealed: sealed instanceof Uint8Array ? sealed.slice().buffer : sealed };
          }
        }""".replace("CHANGES", as_functions(MUTATIONS)).replace("SEED", f"Uint8Array.from({SEED})"),
    )
    assert told == {name: expected for name, (_, expected) in MUTATIONS.items()}


SECRETS = {
    "a peer": "mallory_of_the_north",
    "a text": "meet me under the clock",
    "a group": "c0ffee" * 10,
    "a key": "01890a5d-ac96-774b-bcce-b302099a8057",
    "a setting": "only-the-owner-knows",
}


def test_a_thief_of_the_disk_finds_no_plaintext(visitor: Visitor):
    """Every record of every store, keys and values, bytes and texts; with the plain parts as a check of the search."""
    dump, phrase = run(
        visitor,
        """async (kez, secrets) => {
          const identity = await kez.create();
          const store = await kez.openStore(identity);
          await store.write([
            { collection: "messages", key: secrets["a key"], group: secrets["a group"], order: 1,
              value: { text: secrets["a text"], from: secrets["a peer"] } },
            { collection: "unopened", key: secrets["a peer"], value: new TextEncoder().encode(secrets["a text"]) },
            { collection: "settings", key: secrets["a setting"], value: secrets["a setting"] }]);
          const parts = [];
          const note = (value) => {
            if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
              const bytes = new Uint8Array(value.buffer ?? value);
              parts.push(String.fromCharCode(...bytes), bytes.toHex(), bytes.toBase64());
            } else if (typeof value === "object" && value !== null) {
              Object.entries(value).flat().forEach(note);
            } else {
              parts.push(String(value));
            }
          };
          await kez.withDatabase(async (database) => {
            for (const name of database.objectStoreNames) {
              const transaction = database.transaction(name);
              (await transaction.store.getAll()).forEach(note);
              (await transaction.store.getAllKeys()).forEach(note);
            }
          });
          return [parts.join("\\n"), kez.seedToPhrase(identity.key.seed)];
        }""",
        SECRETS,
    )
    seed = bytes(SEED)
    for plain in ("alice", "kez.lat", "scrypt"):
        assert plain in dump
    hidden = [*SECRETS.values(), seed.decode("latin1"), seed.hex(), base64.b64encode(seed).decode()]
    hidden += [" ".join(phrase.split()[:3]), "seven calm otters"]
    assert [secret for secret in hidden if secret in dump] == []
