/** Icons are symbols of templates/icons.html, used by name. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An icon that screen readers pass over; the words stand beside it.
 *
 * @param {string} name of a symbol, e.g. "check"
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Show another symbol in an icon that is there. @param {SVGElement|null} svg @param {string} name */
export function changeIcon(svg, name) {
  svg?.querySelector("use")?.setAttribute("href", `#icon-${name}`);
}
