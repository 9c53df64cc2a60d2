"""The identity in the browser: a seed under a passphrase, and nothing that opens it but that."""

from collections.abc import Callable

import pytest

from tests.browser.vaulting import CHEAP, PASSPHRASE, SEED, as_functions, run
from tests.browser.visitor import Visitor


def test_created_stored_and_unlocked_after_a_reload(visitor: Visitor):
    """At the real cost of the passphrase."""
    created = run(
        visitor,
        """async (kez) => {
          const progress = [];
          const before = await kez.storedIdentity();
          const persisted = Promise.withResolvers();
          const identity = await kez.create({ cost: undefined, onProgress: (done) => progress.push(done),
            onPersisted: persisted.resolve });
          const [record] = await kez.raw("identity");
          return { before, shown: JSON.stringify(identity), device: identity.device, cost: record.kdf,
            hex: identity.primary.hex, progress, persisted: await persisted.promise };
        }""",
    )
    visitor.page.reload()
    unlocked = run(
        visitor,
        """async (kez, passphrase) => {
          const stored = await kez.storedIdentity();
          const identity = await kez.unlock(passphrase);
          return { stored, seed: [...identity.key.seed], device: identity.device, handle: `${identity.handle}`,
            extractable: Object.values(identity.storeKeys).map((key) => key.extractable) };
        }""",
        PASSPHRASE,
    )
    assert created["before"] is None
    assert {"N": 2**17, "r": 8, "p": 1}.items() <= created["cost"].items()
    assert created["progress"] == sorted(created["progress"])
    assert 50 <= len(created["progress"]) <= 101
    assert created["progress"][-1] == 1
    assert created["persisted"] in (True, False)
    assert "seed" not in created["shown"]
    stored = unlocked["stored"]
    assert (stored["handle"], stored["primary"]) == (
        {"local": "alice", "server": "kez.lat"},
        created["hex"],
    )
    assert set(stored) == {"handle", "primary", "device", "createdAt"}
    assert unlocked["seed"] == SEED
    assert unlocked["device"] == stored["device"] == created["device"]
    assert len(created["device"]) == 16
    assert unlocked["handle"] == "alice@kez.lat"
    assert unlocked["extractable"] == [False, False]


def test_refusals_have_their_codes(visitor: Visitor):
    codes = run(
        visitor,
        """async (kez, passphrase) => {
          const { refusal } = kez;
          const codes = { nothing: await refusal(() => kez.unlock(passphrase)) };
          codes.short = await refusal(() => kez.create({ passphrase: "seven77" }));
          codes.blank = await refusal(() => kez.create({ passphrase: " ".repeat(12) }));
          codes.long = await refusal(() => kez.create({ passphrase: "x".repeat(1025) }));
          codes.seed = await refusal(() => kez.create({ seed: new Uint8Array(31) }));
          codes.stillNothing = await kez.storedIdentity();
          await kez.create();
          codes.again = await refusal(() => kez.create());
          codes.wrong = await refusal(() => kez.unlock(`${passphrase} `));
          codes.empty = await refusal(() => kez.unlock(""));
          codes.changeWrong = await refusal(() => kez.changePassphrase("not this one", "a fresh passphrase"));
          codes.changeWeak = await refusal(() => kez.changePassphrase(passphrase, "short"));
          codes.right = await refusal(() => kez.unlock(passphrase));
          return codes;
        }""",
        PASSPHRASE,
    )
    assert codes == {
        "nothing": "nothing_here",
        "short": "weak_passphrase",
        "blank": "weak_passphrase",
        "long": "weak_passphrase",
        "seed": "bad_key",
        "stillNothing": None,
        "again": "already_here",
        "wrong": "wrong_passphrase",
        "empty": "wrong_passphrase",
        "changeWrong": "wrong_passphrase",
        "changeWeak": "weak_passphrase",
        "right": None,
    }


def test_it_does_not_matter_how_a_keyboard_composes_letters(visitor: Visitor):
    assert (
        run(
            visitor,
            """async (kez) => {
              await kez.create({ passphrase: "cafe\\u0301 au lait" });
              return kez.refusal(() => kez.unlock("caf\\u00e9 au lait"));
            }""",
        )
        is None
    )


def test_of_two_tabs_that_create_at_once_one_wins(visitor: Visitor):
    outcomes = run(
        visitor,
        "(kez) => Promise.all([kez.create(), kez.create()].map((done) => kez.refusal(() => done)))",
    )
    assert sorted(outcomes, key=str) == [None, "already_here"]


def test_a_changed_passphrase_replaces_the_old_one(visitor: Visitor):
    seen = run(
        visitor,
        """async (kez, [old, cost]) => {
          const { device } = await kez.create();
          const progress = [];
          await kez.changePassphrase(old, "nine loud geese", { cost, onProgress: (done) => progress.push(done) });
          const identity = await kez.unlock("nine loud geese");
          return { old: await kez.refusal(() => kez.unlock(old)), same: identity.device === device,
            seed: [...identity.key.seed], ordered: progress.every((done, i) => i === 0 || done >= progress[i - 1]),
            end: progress.at(-1), records: (await kez.raw("identity")).length };
        }""",
        [PASSPHRASE, CHEAP],
    )
    assert seen == {
        "old": "wrong_passphrase",
        "same": True,
        "seed": SEED,
        "ordered": True,
        "end": 1,
        "records": 1,
    }


def test_the_words_replace_a_forgotten_passphrase_and_history_stays(visitor: Visitor):
    seen = run(
        visitor,
        """async (kez, [old, cost]) => {
          const identity = await kez.create();
          const store = await kez.openStore(identity);
          await store.write([{ collection: "drafts", key: "bob", value: "half a thought" }]);
          store.close();
          const seed = kez.phraseToSeed(kez.seedToPhrase(identity.key.seed));
          const passphrase = "nine loud geese";
          const foreign = await kez.refusal(() =>
            kez.resetPassphrase({ seed: new Uint8Array(32), passphrase, cost }));
          const reset = await kez.resetPassphrase({ seed, passphrase, cost });
          const again = await kez.openStore(await kez.unlock(passphrase));
          return { foreign, old: await kez.refusal(() => kez.unlock(old)), same: reset.device === identity.device,
            draft: await again.get("drafts", "bob") };
        }""",
        [PASSPHRASE, CHEAP],
    )
    assert seen == {
        "foreign": "other_identity",
        "old": "wrong_passphrase",
        "same": True,
        "draft": "half a thought",
    }


# What somebody with the disk does to the stored record, and what the owner is told.
MUTATIONS = {
    "nothing": ("", "null"),
    "version 0": ("record.version = 0", "vault_broken"),
    "version 2": ("record.version = 2", "vault_newer"),
    "version text": ("record.version = '1'", "vault_broken"),
    "unknown field": ("record.hint = 'otters'", "vault_broken"),
    "unknown field in kdf": ("record.kdf.pepper = 1", "vault_broken"),
    "missing field": ("delete record.device", "vault_broken"),
    "another handle": ("record.handle.local = 'bob'", "vault_broken"),
    "another server": ("record.handle.server = 'evil.example'", "vault_broken"),
    "no handle": ("record.handle.local = '<b>'", "vault_broken"),
    "another primary": ("record.primary = 'ab'.repeat(32)", "vault_broken"),
    "no primary": ("record.primary = 'x'", "vault_broken"),
    "another device": ("record.device = 'ab'.repeat(8)", "vault_broken"),
    "another date": ("record.createdAt = '2020-01-01T00:00:00Z'", "vault_broken"),
    "no date": ("record.createdAt = 'yesterday'", "vault_broken"),
    "another kdf": ("record.kdf.name = 'md5'", "vault_broken"),
    "a cheap kdf": ("record.kdf.N = 2", "vault_broken"),
    "an endless kdf": ("record.kdf.N = 2 ** 30", "vault_broken"),
    "many lanes": ("record.kdf.p = 2 ** 20", "vault_broken"),
    "wide blocks": ("record.kdf.r = 2 ** 20", "vault_broken"),
    "odd cost": ("record.kdf.N = 20000", "vault_broken"),
    "another cost": ("record.kdf.N = 2 ** 15", "wrong_passphrase"),
    "another salt": ("record.kdf.salt[0] ^= 1", "wrong_passphrase"),
    "short salt": ("record.kdf.salt = record.kdf.salt.slice(1)", "vault_broken"),
    "another check": ("record.check[0] ^= 1", "wrong_passphrase"),
    "another nonce": ("record.nonce[0] ^= 1", "vault_broken"),
    "another seed": ("record.sealed[0] ^= 1", "vault_broken"),
    "another tag": ("record.sealed[47] ^= 1", "vault_broken"),
    "short seed": ("record.sealed = record.sealed.slice(1)", "vault_broken"),
    "a number": ("record = 7", "vault_broken"),
    "a null": ("record = null", "vault_broken"),
}


def test_no_change_to_the_stored_record_goes_unnoticed(visitor: Visitor):
    told = run(
        visitor,
        """async (kez, passphrase) => {
          await kez.create();
          const [good] = await kez.raw("identity");
          const told = {};
          for (const [name, change] of Object.entries(CHANGES)) {
            await kez.putRaw("identity", change(structuredClone(good)), "self");
            told[name] = String(await kez.refusal(() => kez.unlock(passphrase)));
          }
          return told;
        }""".replace("CHANGES", as_functions(MUTATIONS)),
        PASSPHRASE,
    )
    assert told == {name: expected for name, (_, expected) in MUTATIONS.items()}


@pytest.mark.parametrize("cost", [{"N": 2**13, "r": 8, "p": 1}, {"N": 2**19, "r": 8, "p": 1}])
def test_a_cost_out_of_bounds_is_refused_when_sealing(visitor: Visitor, cost: dict[str, int]):
    refused = run(visitor, "(kez, cost) => kez.refusal(() => kez.create({ cost }))", cost)
    assert refused.startswith("RangeError")


def test_a_database_of_a_newer_version_is_left_alone(visitor: Visitor):
    told = run(
        visitor,
        """async (kez) => {
          await new Promise((done, failed) => {
            const request = indexedDB.open(kez.DATABASE, kez.VERSION + 1);
            request.onsuccess = () => done(request.result.close());
            request.onerror = failed;
          });
          return [await kez.refusal(() => kez.storedIdentity()), await kez.refusal(() => kez.storeOf())];
        }""",
    )
    assert told == ["vault_newer", "vault_newer"]


def test_a_new_identity_starts_with_an_empty_store(visitor: Visitor):
    """Records without their identity could never be opened again."""
    number = run(
        visitor,
        """async (kez) => {
          const store = await kez.storeOf();
          await store.write([{ collection: "drafts", key: "bob", value: "half a thought" }]);
          await kez.create({ seed: new Uint8Array(32) });
          return store.count("drafts");
        }""",
    )
    assert number == 0


def test_without_webcrypto_the_page_says_so(visitor_of: Callable[..., Visitor]):
    plain = visitor_of("plain")
    plain.altered.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    assert run(plain, "(kez) => kez.refusal(() => kez.storedIdentity())") == "storage_unavailable"
