"""The chat engine at work in a page, without any of the app's own pages: what its tests drive."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Page

from tests.browser.vaulting import CHEAP, PASSPHRASE
from tests.browser.visitor import PATIENCE_MS, Visitor

Answer = TypeVar("Answer")

# `chat` is what scripts get: the session, what it has told so far, and helpers. It lives as long as the page.
_BEGIN = """async ([folder, defaults]) => {
  const paths = ["chat/session.js", "chat/types.js", "vault/identity.js", "vault/store.js", "api.js", "config.js",
    "proto/handles.js", "proto/phrase.js", "proto/registration.js", "proto/signed.js", "proto/keys.js",
    "proto/envelope.js", "proto/messages.js", "proto/bytes.js"];
  const kez = Object.assign({}, ...await Promise.all(paths.map((path) => import(`${folder}js/${path}`))));
  const config = kez.readConfig();
  const api = new kez.Api({ config });
  const chat = { kez, config, api, told: [], session: null };
  const names = ["connection", "conversations", "messages", "backlog", "typing", "presence", "warning", "incoming",
    "setting"];
  chat.open = async (identity) => {
    chat.identity = identity;
    chat.store = await kez.openStore(identity);
    chat.session = new kez.ChatSession({ identity, store: chat.store, config, api });
    for (const name of names) {
      chat.session.addEventListener(name, ({ detail }) => chat.told.push({ name, detail }));
    }
    await chat.session.start();
  };
  chat.join = async (name) => {
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const key = new kez.SigningKey(seed);
    const handle = new kez.Handle(name, config.server);
    const payload = kez.registrationPayload({ handle, primary: key.primary, createdAt: new Date() });
    await api.register(kez.sign("handle_registration", payload, key));
    await chat.settle(seed, handle);
    await chat.session.publishEndpoints();
  };
  chat.settle = async (seed, handle) => {
    const { passphrase, cost } = defaults;
    await chat.open(await kez.createIdentity({ seed, handle, passphrase, cost }));
  };
  chat.restore = (name, words) =>
    chat.settle(kez.phraseToSeed(words), new kez.Handle(name, config.server));
  chat.unlock = async () => chat.open(await kez.unlock(defaults.passphrase));
  chat.refusal = async (work) => {
    try { await work(); return null; } catch (error) { return error.code ?? String(error.stack); }
  };
  chat.peer = async (name) => {
    const full = `${name}@${config.server}`;
    const everybody = [...chat.session.conversations(), ...chat.session.contacts()];
    return everybody.find(({ handle }) => handle === full)?.peer;
  };
  chat.meet = async (name) => (await chat.peer(name)) ?? (await chat.session.meet(name)).peer;
  chat.all = async (peer) => {
    if (!peer) return [];
    const items = [];
    for (let before; ;) {
      const page = await chat.session.messages(peer, { limit: 200, ...(before ? { before } : {}) });
      items.unshift(...page.items);
      if (!page.more) return items;
      before = items[0].order;
    }
  };
  window.chat = chat;
}"""


class EnginePage:
    """One person's engine in a page of theirs. `run` and `wait` take JavaScript that sees `chat` and `arg`."""

    def __init__(self, person: Visitor) -> None:
        self.person = person
        self.page: Page = person.page
        self._load()

    def _load(self) -> None:
        self.page.goto(f"{self.person.base_url}/docs/cli", wait_until="load")
        folder = self.page.evaluate("document.documentElement.dataset.static")
        self.page.evaluate(_BEGIN, [folder, {"passphrase": PASSPHRASE, "cost": CHEAP}])

    def run(self, script: str, arg: Any = None) -> Any:
        """The answer of an expression, awaited."""
        return self.page.evaluate(f"async (arg) => {{ const {{ chat }} = window; return {script}; }}", arg)

    def wait(self, script: str, arg: Any = None, *, patience: int = 2 * PATIENCE_MS) -> Any:
        """Until the expression, awaited, is true; AssertionError, with what was told, if that takes too long."""
        waiting = f"""async ([arg, patience]) => {{
          const {{ chat }} = window;
          const until = performance.now() + patience;
          for (;;) {{
            const found = await ({script});
            if (found) return {{ found }};
            const left = until - performance.now();
            if (left <= 0) return {{ late: JSON.stringify(chat.told.slice(-12)).slice(0, 4000) }};
            await new Promise((resolve) => {{
              const names = ["messages", "conversations", "connection", "warning", "typing", "presence", "backlog"];
              const stop = new AbortController();
              const timer = setTimeout(done, Math.min(left, 1000));
              function done() {{ clearTimeout(timer); stop.abort(); resolve(); }}
              for (const name of names) chat.session.addEventListener(name, done, {{ signal: stop.signal }});
            }});
          }}
        }}"""
        answer = self.page.evaluate(waiting, [arg, patience])
        assert "found" in answer, f"not in time: {script}\n{answer.get('late')}"
        return answer["found"]

    def join(self, name: str) -> "EnginePage":
        self.name = name
        self.run("chat.join(arg)", name)
        return self

    def restore(self, name: str, words: str) -> "EnginePage":
        self.name = name
        self.run("chat.restore(...arg)", [name, words])
        return self

    def reopen(self) -> "EnginePage":
        """Close the page, whatever it is doing, and unlock in a new one."""
        old, self.page = self.page, self.person.new_page()
        old.close()
        self._load()
        self.run("chat.unlock()")
        return self

    def wait_online(self) -> "EnginePage":
        self.wait("chat.session.connection.state === 'online'")
        return self

    def send(self, who: str, *texts: str) -> list[str]:
        """Queue texts all at once; their ids."""
        script = """chat.meet(arg[0]).then((peer) =>
          Promise.all(arg[1].map((text) => chat.session.send(peer, text).then(({ id }) => id))))"""
        ids: list[str] = self.run(script, [who, list(texts)])
        return ids

    def lines(self, who: str) -> list[dict[str, Any]]:
        """The conversation with somebody, oldest first."""
        script = "chat.peer(arg).then((peer) => chat.all(peer))"
        found: list[dict[str, Any]] = self.run(script, who)
        return found

    def texts(self, who: str) -> list[str]:
        return [line["text"] for line in self.lines(who)]

    def states(self, who: str) -> list[str]:
        return [line["state"] for line in self.lines(who) if line["mine"]]

    def wait_texts(self, who: str, texts: list[str]) -> None:
        """Until the conversation holds exactly these texts, in this order."""
        script = """chat.peer(arg[0]).then((peer) => chat.all(peer)).then((lines) =>
          JSON.stringify(lines.map(({ text }) => text)) === JSON.stringify(arg[1]))"""
        try:
            self.wait(script, [who, texts])
        except AssertionError as error:
            raise AssertionError(f"{self.texts(who)} is not {texts}: {error}") from error

    def wait_states(self, who: str, states: list[str]) -> None:
        """Until what was sent to somebody has got so far."""
        script = """chat.peer(arg[0]).then((peer) => chat.all(peer)).then((lines) =>
          JSON.stringify(lines.filter(({ mine }) => mine).map(({ state }) => state)) === JSON.stringify(arg[1]))"""
        try:
            self.wait(script, [who, states])
        except AssertionError as error:
            raise AssertionError(f"{self.states(who)} is not {states}: {error}") from error

    def wait_summary(self, who: str, condition: str) -> dict[str, Any]:
        """Until `condition`, an expression over `it`, holds for the conversation's row."""
        script = f"""chat.peer(arg).then((peer) => chat.session.conversation(peer)).then((it) =>
          it && ({condition}) ? it : null)"""
        summary: dict[str, Any] = self.wait(script, who)
        return summary

    def told(self, name: str) -> list[dict[str, Any]]:
        """The details of the events of this name, so far."""
        details: list[dict[str, Any]] = self.run(
            "chat.told.filter(({ name }) => name === arg).map(({ detail }) => detail)", name
        )
        return details


def aside(work: Callable[[], Answer]) -> Answer:
    """Work that runs an event loop of its own: meanwhile Playwright does not mark its loop as the running one."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return work()
    finally:
        asyncio._set_running_loop(loop)
