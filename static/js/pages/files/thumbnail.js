/** A small picture of a picture, to be shown in a list before anybody fetches the whole one. */

import { HEAD_BYTES, pictureOf } from "../../chat/files/picture.js";

const SIDE = 256;
const QUALITY = 0.8;

/**
 * A JPEG of at most 256 pixels a side; null for what is no picture, or one that this browser can't read.
 *
 * @param {File} file
 * @returns {Promise<File|null>}
 */
export async function thumbnailOf(file) {
  try {
    if (!pictureOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))) {
      return null;
    }
    const picture = await createImageBitmap(file);
    const share = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * share)));
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext("2d");
    if (!pen) {
      return null;
    }
    pen.fillStyle = "#fff"; // JPEG knows no transparency
    pen.fillRect(0, 0, width, height);
    pen.drawImage(picture, 0, 0, width, height);
    picture.close();
    const bytes = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
    return new File([bytes], "small.jpg", { type: "image/jpeg" });
  } catch {
    return null; // the list gets along without it
  }
}
