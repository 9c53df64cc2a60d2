/**
 * Helpers for lists that change often; what builds single elements stands in ui/dom.js.
 */

import { el as plainElement } from "../../ui/dom.js";

/**
 * @typedef {Node|string|null|undefined|false} Child
 * @typedef {{class?: string, text?: string, hidden?: boolean, attrs?: Record<string, string|number|boolean>}} Looks
 */

/**
 * A new element. An attribute set to `true` is written empty; one set to `false` is left out, and so is a child that
 * is none.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Looks} [looks]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, { hidden = false, attrs = {}, ...looks } = {}, ...children) {
  const written = Object.entries(attrs)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => [name, value === true ? "" : String(value)]);
  const there = children.filter((child) => child instanceof Node || (typeof child === "string" && child !== ""));
  const element = plainElement(
    tag,
    { ...looks, attrs: Object.fromEntries(written) },
    .../** @type {(Node|string)[]} */ (there),
  );
  element.hidden = hidden;
  return element;
}

/**
 * Text that only screen readers get.
 *
 * @param {string} text
 */
export function spoken(text) {
  return el("span", { class: "visually-hidden", text });
}

/**
 * Replace all children of `parent` without touching it when nothing changed.
 *
 * @param {Element} parent
 * @param {Node[]} children
 */
export function setChildren(parent, children) {
  const same = parent.childNodes.length === children.length
    && children.every((child, index) => parent.childNodes[index] === child);
  if (!same) {
    parent.replaceChildren(...children);
  }
}

/**
 * Brings the children of `parent` into the order of `wanted`, moving only what is out of place: elements that stay
 * keep their focus, selection and scroll position.
 *
 * @param {Element} parent
 * @param {Element[]} wanted
 */
export function reconcile(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) {
    if (!keep.has(child)) {
      child.remove();
    }
  }
  let next = parent.firstElementChild;
  for (const element of wanted) {
    if (element === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(element, next);
    }
  }
}

/**
 * Collects many calls into one at the next frame, or soon where the page is hidden and draws no frames.
 *
 * @param {() => void} run
 * @returns {(() => void) & {cancel: () => void}}
 */
export function oncePerFrame(run) {
  let frame = 0;
  let timer = 0;
  const fire = () => {
    cancel();
    run();
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = timer = 0;
  };
  const ask = () => {
    if (!timer) {
      frame = requestAnimationFrame(fire);
      timer = window.setTimeout(fire, 150);
    }
  };
  return Object.assign(ask, { cancel });
}

/** Whether somebody is looking at this page now. */
export function isWatched() {
  return document.visibilityState === "visible" && document.hasFocus();
}
