/** DOM from text only. Nothing here reads HTML. */

/**
 * A new element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{class?: string, text?: string, attrs?: Record<string, string>}} [looks]
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, looks = {}, ...children) {
  const element = document.createElement(tag);
  if (looks.class) {
    element.className = looks.class;
  }
  if (looks.text !== undefined) {
    element.textContent = looks.text;
  }
  for (const [name, value] of Object.entries(looks.attrs ?? {})) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * The first element below `root` for a selector; a page without it is a bug, so it throws.
 *
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) {
    throw new TypeError(`The page has no ${type.name} at ${selector}.`);
  }
  return found;
}

/**
 * The one element below `root` with this `data-part`.
 *
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement}
 */
export function part(root, name) {
  return find(root, `[data-part="${name}"]`, HTMLElement);
}

/** @param {ParentNode} root @param {string} name @returns {HTMLButtonElement} */
export function buttonPart(root, name) {
  return find(root, `[data-part="${name}"]`, HTMLButtonElement);
}

/**
 * The markup of a `<template>` of the page, ready to be inserted.
 *
 * @param {string} id
 * @returns {DocumentFragment}
 */
export function fromTemplate(id) {
  const { content } = find(document, `#${id}`, HTMLTemplateElement);
  return document.importNode(content, true);
}

let made = 0;

/** An id that is used once, to tie a label or a hint to its control. @param {string} prefix */
export function freshId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}
