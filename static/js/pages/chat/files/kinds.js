/** What kind of file something seems to be: for the icon beside its name, and for nothing else. */

/** @type {[RegExp, string][]} */
const BY_ENDING = [
  [/\.(?:png|jpe?g|gif|webp|avif|heic|heif|svg|bmp|tiff?|ico|psd|raw|dng)$/i, "picture"],
  [/\.(?:mp4|m4v|mov|mkv|webm|avi|mpe?g|ogv)$/i, "film"],
  [/\.(?:mp3|m4a|aac|ogg|oga|opus|flac|wav|aiff?|mid)$/i, "sound"],
  [/\.(?:zip|gz|tgz|bz2|xz|zst|7z|rar|tar|iso|dmg|jar|apk|deb|rpm)$/i, "archive"],
  [/\.(?:txt|md|rst|pdf|docx?|odt|rtf|epub|tex|csv|xlsx?|ods|pptx?|odp|html?|json|xml|ya?ml)$/i, "document"],
];

/** @type {[RegExp, string][]} */
const BY_TYPE = [
  [/^image\//i, "picture"],
  [/^video\//i, "film"],
  [/^audio\//i, "sound"],
  [/^text\/|pdf|document|sheet|presentation/i, "document"],
  [/zip|tar|compressed/i, "archive"],
];

/**
 * The icon of a file.
 *
 * @param {string} name
 * @param {string} mime what the sender says
 * @returns {string}
 */
export function kindOf(name, mime) {
  return (BY_ENDING.find(([ending]) => ending.test(name)) ?? BY_TYPE.find(([type]) => type.test(mime)))?.[1] ?? "file";
}

/** Whether the sender says that it is a picture; whether it is one, only its bytes tell. @param {string} mime */
export function claimsPicture(mime) {
  return /^image\/(?:png|jpeg|gif|webp|avif)$/i.test(mime);
}
