// Makes this page, or this process, one that has no Ed25519 and X25519 of its own, as older browsers.

const MISSING = ["Ed25519", "X25519"];

/** Call it before anything of static/js/proto was used. There is no way back. */
export function withoutNative() {
  for (const method of /** @type {const} */ (["importKey", "generateKey", "deriveBits", "verify", "sign"])) {
    const original = /** @type {(...parts: any[]) => Promise<any>} */ (SubtleCrypto.prototype[method]);
    /** @type {any} */ (SubtleCrypto.prototype)[method] = async function replaced(
      /** @type {any[]} */ ...parts
    ) {
      const names = parts.map((part) => (typeof part === "object" && part !== null ? part.name : part));
      if (names.some((name) => MISSING.includes(name))) {
        throw new DOMException("Unrecognized name.", "NotSupportedError");
      }
      return original.apply(this, parts);
    };
  }
}
