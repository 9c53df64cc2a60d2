/** The history of this browser: its size, and as a sealed file. */

import { buttonPart, find, part } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";
import { askToPersist, storageState } from "../../vault/persistence.js";

/** @typedef {import("../../ui/app_state.js").App} App */

/** @param {HTMLElement} section @param {App} app */
export function mountHistory(section, app) {
  const file = find(section, '[data-part="file"]', HTMLInputElement);
  const error = part(section, "history-error");

  /** @param {HTMLButtonElement} button @param {() => Promise<void>} work */
  const busy = async (button, work) => {
    error.textContent = "";
    button.disabled = true;
    try {
      await work();
    } catch (problem) {
      error.textContent = sentence(problem);
    } finally {
      button.disabled = false;
    }
  };

  const exporting = buttonPart(section, "export");
  exporting.addEventListener("click", () =>
    busy(exporting, async () => {
      const blob = await app.session?.exportHistory();
      if (blob && app.identity) {
        save(blob, `kez-chat-${app.identity.handle.local}-${new Date().toISOString().slice(0, 10)}.kez`);
      }
    }),
  );
  const importing = buttonPart(section, "import");
  importing.addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (chosen) {
      busy(importing, async () => {
        const result = await app.session?.importHistory(chosen);
        if (result) {
          app.toast(counted(result), { kind: "ok" });
          await showState(section);
        }
      });
    }
  });
  buttonPart(section, "persist").addEventListener("click", async () => {
    if (!(await askToPersist())) {
      app.toast("The browser did not agree. Some agree once the page is bookmarked or installed.", { kind: "warn" });
    }
    await showState(section);
  });
  showState(section);
}

/** @param {HTMLElement} section */
async function showState(section) {
  const { persistent, usage } = await storageState();
  part(section, "usage").textContent = usage === null ? "the browser doesn't say" : sizeOf(usage);
  part(section, "persisted").textContent = persistent
    ? "until you delete it"
    : "unless the browser needs the space";
  buttonPart(section, "persist").hidden = persistent;
}

/** @param {{added: number, known: number}} result */
function counted({ added, known }) {
  return added === 0 ? "Everything in this file was here already." : `${added} added, ${known} were here already.`;
}

/** @param {number} bytes */
function sizeOf(bytes) {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes < 0.1 ? "under 0.1 MiB" : `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB`;
}

/** Hand a file to the person. @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
