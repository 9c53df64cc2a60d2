/** A picture as large as the window. */

import { el as plain, freshId } from "../../../ui/dom.js";
import { icon } from "../../../ui/icons.js";
import { oneLine, sizeText } from "../clean_text.js";
import { el } from "../dom.js";

/**
 * Resolves when it is closed: by its button, Escape, or a click beside the picture.
 *
 * @param {{name: string, size: number, url: string, save: () => void}} picture
 */
export function showPicture({ name, size, url, save }) {
  const id = freshId("viewer-title");
  const dialog = plain("dialog", { class: "viewer", attrs: { "aria-labelledby": id } });
  const close = button("cross", "Close", () => dialog.close());
  close.autofocus = true;
  const image = el("img", { attrs: { src: url, alt: oneLine(name, 200) } });
  const stage = el("div", { class: "viewer-stage" }, image);
  stage.addEventListener("click", (event) => {
    if (event.target !== image) {
      dialog.close();
    }
  });
  dialog.append(
    el(
      "header",
      {},
      el("h2", { text: oneLine(name, 120), attrs: { id, dir: "auto" } }),
      el("span", { class: "viewer-size", text: sizeText(size) }),
      button("download", "Save this picture", save),
      close,
    ),
    stage,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(undefined);
    });
  });
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => void} act
 */
function button(sign, label, act) {
  const made = el(
    "button",
    { class: "icon-button", attrs: { type: "button", "aria-label": label, title: label } },
    icon(sign),
  );
  made.addEventListener("click", act);
  return made;
}
