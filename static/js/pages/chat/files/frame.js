/**
 * How large a picture stands in a conversation. All have one height, so a picture that comes later moves nothing; small
 * ones are not blown up.
 */

const HEIGHT = 220;
const LEAST = 72;
const MOST_WIDTH = 360;
const UNKNOWN = { width: 293, height: HEIGHT };

/**
 * @param {{width: number, height: number}|null} picture in pixels, 0 where unknown
 * @returns {{width: number, height: number}} in CSS pixels; what is wider or narrower is cut at the edges
 */
export function frameOf(picture) {
  if (!picture || picture.width <= 0 || picture.height <= 0) {
    return UNKNOWN;
  }
  const height = Math.max(LEAST, Math.min(HEIGHT, picture.height));
  const width = Math.round((height * picture.width) / picture.height);
  return { width: Math.max(LEAST, Math.min(MOST_WIDTH, width)), height };
}
