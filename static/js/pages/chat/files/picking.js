/** The ways in which files come into a conversation: the paperclip, a drop, a paste. */

/**
 * @typedef {object} PickingParts
 * @property {HTMLElement} pane  where a drop counts
 * @property {HTMLElement} zone  shown while something is dragged over it
 * @property {HTMLButtonElement} button
 * @property {HTMLInputElement} input  of type file
 */

/**
 * @param {PickingParts} parts
 * @param {object} acts
 * @param {() => boolean} acts.mayTake  whether files can be sent here now
 * @param {(files: File[]) => void} acts.take
 * @param {(sentence: string) => void} acts.refused
 * @param {AbortSignal} signal
 */
export function picking({ pane, zone, button, input }, { mayTake, take, refused }, signal) {
  const give = (/** @type {File[]} */ files) => {
    if (files.length > 0 && mayTake()) {
      take(files);
    }
  };

  button.addEventListener("click", () => input.click(), { signal });
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // the same file may be picked again
    give(files);
  }, { signal });

  pane.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Copied from a document, a text often brings its picture along: then the text is meant.
    if (files.length > 0 && !event.clipboardData?.types.includes("text/plain")) {
      event.preventDefault();
      give(files);
    }
  }, { signal });

  // Anywhere in the window, else the browser leaves this page for the file, which locks it.
  for (const name of /** @type {const} */ (["dragover", "drop"])) {
    window.addEventListener(name, (event) => holdsFiles(event) && event.preventDefault(), { signal });
  }
  const show = (/** @type {boolean} */ yes) => {
    zone.hidden = !yes;
  };
  pane.addEventListener("dragover", (event) => {
    const wanted = holdsFiles(event) && mayTake();
    if (event.dataTransfer && holdsFiles(event)) {
      event.dataTransfer.dropEffect = wanted ? "copy" : "none";
    }
    show(wanted);
  }, { signal });
  pane.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && pane.contains(event.relatedTarget))) {
      show(false);
    }
  }, { signal });
  window.addEventListener("dragend", () => show(false), { signal });
  pane.addEventListener("drop", (event) => {
    show(false);
    const { files, folders } = dropped(event.dataTransfer);
    if (folders > 0) {
      refused("A folder can't be sent from the browser: pack it into one file first.");
    }
    give(files);
  }, { signal });
}

/** @param {DragEvent} event */
function holdsFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** @param {DataTransfer|null} data */
function dropped(data) {
  /** @type {File[]} */
  const files = [];
  let folders = 0;
  for (const item of data?.items ?? []) {
    const file = item.kind === "file" ? item.getAsFile() : null;
    if (item.webkitGetAsEntry?.()?.isDirectory) {
      folders += 1;
    } else if (file) {
      files.push(file);
    }
  }
  return { files, folders };
}
