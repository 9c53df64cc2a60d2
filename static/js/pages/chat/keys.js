/**
 * The keys that work anywhere in the chat.
 */

/**
 * @param {HTMLElement} root
 * @param {{search: () => void, leave: () => void, neighbour: (step: 1|-1) => void}} acts
 * @param {AbortSignal} signal
 */
export function chatKeys(root, acts, signal) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) {
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      acts.search();
    } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      acts.neighbour(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !root.querySelector(":popover-open")) {
      acts.leave();
    }
  }, { signal });
}
