// What the bridge says when it does not do something.

/** Why the bridge did not do something. `retry`: the same again may succeed; `retryAfter`: not before so many seconds. */
export class BridgeError extends Error {
  /**
   * @param {string} code
   * @param {string} message one sentence for people
   * @param {{retry?: boolean, retryAfter?: number}} [more]
   */
  constructor(code, message, { retry = false, retryAfter = 0 } = {}) {
    super(message);
    this.name = "BridgeError";
    this.code = code;
    this.retry = retry;
    this.retryAfter = retryAfter;
  }

  /** @param {{code: string, message: string, retry: boolean, retry_after?: number}} frame as in docs/websocket.md */
  static of({ code, message, retry, retry_after = 0 }) {
    return new BridgeError(code, message, { retry, retryAfter: retry_after });
  }
}

/** @returns {BridgeError} */
export function connectionLost() {
  return new BridgeError("connection_lost", "There is no connection to the server at the moment.", { retry: true });
}
