/** "Publish a file": which one, for whom, and how far it is. */

import { openDialog } from "../../ui/dialogs.js";
import { el, freshId } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";
import { readersField } from "./readers_field.js";
import { thumbnailOf } from "./thumbnail.js";

/** @typedef {import("../../chat/lists/desk.js").ListDesk} ListDesk */
/** @typedef {import("./readers_field.js").Person} Person */

const NOTE_CHARACTERS = 280;

/**
 * Resolves with the name of what was published, or null if nothing was. Closing it while it goes on breaks it off.
 *
 * @param {{lists: ListDesk, people: Person[]}} options
 * @returns {Promise<string|null>}
 */
export async function publishDialog({ lists, people }) {
  const abort = new AbortController();
  /** @type {string|null} */
  let published = null;
  const { closed } = openDialog({
    title: "Publish a file",
    fill: (dialog) => {
      const form = new PublishForm(people);
      dialog.append(form.element);
      form.cancel.addEventListener("click", () => dialog.close(""));
      form.element.addEventListener("submit", async (event) => {
        event.preventDefault();
        const wanted = form.wanted();
        if (!wanted) {
          return;
        }
        form.begin();
        try {
          const thumbnail = await thumbnailOf(wanted.file);
          const progress = (/** @type {number} */ share) => form.show(share);
          await lists.publish({ ...wanted, thumbnail }, { progress, signal: abort.signal });
          published = wanted.file.name;
          dialog.close("done");
        } catch (error) {
          if (!abort.signal.aborted) {
            form.end(sentence(error));
          }
        }
      });
    },
  });
  await closed;
  abort.abort();
  return published;
}

class PublishForm {
  /** @param {Person[]} people */
  constructor(people) {
    const [fileId, noteId, errorId] = [freshId("file"), freshId("note"), freshId("error")];
    this.file = el("input", {
      class: "input",
      attrs: { type: "file", id: fileId, "aria-describedby": `${fileId}-hint` },
    });
    this.note = el("input", {
      class: "input",
      attrs: { type: "text", id: noteId, maxlength: String(NOTE_CHARACTERS), autocomplete: "off" },
    });
    this.readers = readersField(people, []);
    this.error = el("p", { class: "error", attrs: { id: errorId, role: "alert" } });
    this.bar = el("progress", { class: "progress", attrs: { max: "1", "aria-label": "How far it is" } });
    this.bar.hidden = true;
    this.cancel = el("button", { class: "button", text: "Cancel", attrs: { type: "button" } });
    this.submit = el("button", { class: "button primary", text: "Publish", attrs: { type: "submit" } });
    this.fields = el(
      "fieldset",
      { class: "plain-fields" },
      el(
        "div",
        { class: "field" },
        el("label", { text: "File", attrs: { for: fileId } }),
        this.file,
        el("p", {
          class: "hint",
          text: "Up to 10 MiB. The server keeps it sealed for some weeks; publish it again to renew it.",
          attrs: { id: `${fileId}-hint` },
        }),
      ),
      this.readers.element,
      el("div", { class: "field" }, el("label", { text: "Note (may be empty)", attrs: { for: noteId } }), this.note),
    );
    this.element = el(
      "form",
      { class: "publish", attrs: { novalidate: "" } },
      this.fields,
      this.bar,
      this.error,
      el("div", { class: "actions" }, this.cancel, this.submit),
    );
  }

  /** What is filled in; null, after saying what is missing, if that is not enough. */
  wanted() {
    const [file] = this.file.files ?? [];
    const peers = this.readers.chosen();
    if (!file) {
      this.error.textContent = "Choose a file.";
    } else if (peers.length === 0) {
      this.error.textContent = "Choose who may see it.";
    } else {
      return { file, peers, note: this.note.value.trim() };
    }
    return null;
  }

  begin() {
    this.error.textContent = "";
    this.fields.disabled = true;
    this.submit.disabled = true;
    this.bar.hidden = false;
    this.show(0);
  }

  /** @param {number} share 0 to 1; the list itself comes after the file */
  show(share) {
    if (share < 1) {
      this.bar.value = share;
    } else {
      this.bar.removeAttribute("value");
    }
  }

  /** @param {string} problem */
  end(problem) {
    this.fields.disabled = false;
    this.submit.disabled = false;
    this.bar.hidden = true;
    this.error.textContent = problem;
  }
}
