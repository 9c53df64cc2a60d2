// Every way in which input can be refused: the same classes and codes as kezproto/errors.py.

/** The root of all refusals. `code` never changes once released; the sentence (`message`) may. */
export class ProtocolError extends Error {
  static code = "protocol_error";
  static sentence = "This breaks a rule of the protocol.";

  /**
   * @param {string} [sentence] What to tell people, if not the class's own sentence.
   * @param {ErrorOptions} [options] `cause`
   */
  constructor(sentence, options) {
    super(sentence ?? new.target.sentence, options);
    this.name = new.target.name;
    /** @type {string} */
    this.code = new.target.code;
  }
}

export class Malformed extends ProtocolError {
  static code = "malformed";
  static sentence = "This is not in the form that the protocol asks for.";
}

export class UnknownField extends ProtocolError {
  static code = "unknown_field";
  static sentence = "There is a field here that this type and version do not have.";
}

export class WrongTag extends ProtocolError {
  static code = "wrong_tag";
  static sentence = "This signed object carries another tag than the one expected here.";
}

export class WrongType extends ProtocolError {
  static code = "wrong_type";
  static sentence = "This payload is of another type or version than the one expected here.";
}

export class BadSignature extends ProtocolError {
  static code = "bad_signature";
  static sentence = "The signature does not hold.";
}

export class BadKey extends ProtocolError {
  static code = "bad_key";
  static sentence = "This is not a usable ed25519 public key.";
}

export class KeyMismatch extends ProtocolError {
  static code = "key_mismatch";
  static sentence = "The object is signed by another key than the one that it names.";
}

export class WrongServer extends ProtocolError {
  static code = "wrong_server";
  static sentence = "This was signed for another server.";
}

export class Stale extends ProtocolError {
  static code = "stale";
  static sentence = "This was signed too long ago, or with a clock that is wrong.";
}

export class BadHandle extends ProtocolError {
  static code = "bad_handle";
  static sentence = "A handle is 3 to 32 of a-z, 0-9, _ and -, and starts with a letter or a digit.";
}

export class BadPhrase extends ProtocolError {
  static code = "bad_phrase";
  static sentence = "This is not a recovery phrase.";
}

export class BadNkey extends ProtocolError {
  static code = "bad_nkey";
  static sentence = "This is not an nkey of the kind expected here.";
}

export class BadSubject extends ProtocolError {
  static code = "bad_subject";
  static sentence = "This name cannot be used on the broker.";
}

/** An envelope that could not be opened; keep the envelope and show the sentence. */
export class CannotOpen extends ProtocolError {
  static code = "cannot_open";
  static sentence = "This envelope could not be opened.";
}

export class UnknownEnvelopeVersion extends CannotOpen {
  static code = "unknown_envelope_version";
  static sentence = "This envelope is of a version that needs another client.";
}

export class CannotDecrypt extends CannotOpen {
  static code = "cannot_decrypt";
  static sentence = "This envelope is sealed for another key, or was changed on its way.";
}

export class BadPadding extends CannotOpen {
  static code = "bad_padding";
  static sentence = "What was sealed in this envelope is not framed as the protocol says.";
}

export class EnvelopeTooLarge extends CannotOpen {
  static code = "envelope_too_large";
  static sentence = "This is larger than an envelope may be.";
}

export class NotForThisReader extends CannotOpen {
  static code = "not_for_this_reader";
  static sentence = "This message was signed for someone else.";
}

/**
 * A sigchain that breaks a rule. `index` is the place of the first bad event in the list that was replayed
 * (from 0), or null where a single event was looked at.
 */
export class ChainError extends ProtocolError {
  static code = "chain_error";
  static sentence = "This sigchain breaks a rule.";

  /**
   * @param {string} [sentence]
   * @param {ErrorOptions & {index?: number}} [options]
   */
  constructor(sentence, options) {
    super(sentence, options);
    /** @type {number | null} */
    this.index = options?.index ?? null;
  }
}

export class WrongSeq extends ChainError {
  static code = "chain_wrong_seq";
  static sentence = "The event does not carry the next sequence number of its chain.";
}

export class WrongPrev extends ChainError {
  static code = "chain_wrong_prev";
  static sentence = "The event does not link to the one before it.";
}

export class ForeignKey extends ChainError {
  static code = "chain_foreign_key";
  static sentence = "The event belongs to another key's chain.";
}

export class ChainBadSignature extends ChainError {
  static code = "chain_bad_signature";
  static sentence = "The signature of the event does not hold.";
}

export class ChainMalformed extends ChainError {
  static code = "chain_malformed";
  static sentence = "The event is not in the form that the protocol asks for.";
}

export class TimeBackwards extends ChainError {
  static code = "chain_time_backwards";
  static sentence = "The event says that it is more than 300 seconds older than the one before it.";
}

/** A report holds a message that is not what it should be. `index` is its place in the report, from 0. */
export class BadReportedMessage extends ProtocolError {
  static code = "bad_reported_message";
  static sentence = "A message of the report can't be checked.";

  /**
   * @param {string} [sentence]
   * @param {ErrorOptions & {index?: number}} [options]
   */
  constructor(sentence, options) {
    super(sentence, options);
    this.index = options?.index ?? 0;
  }
}

/** A server's public log does not hold together. `seq` is the number of the first bad entry. */
export class TransparencyBroken extends ProtocolError {
  static code = "transparency_broken";
  static sentence = "The public log of this server does not hold together.";

  /**
   * @param {string} [sentence]
   * @param {ErrorOptions & {seq?: number}} [options]
   */
  constructor(sentence, options) {
    super(sentence, options);
    this.seq = options?.seq ?? 0;
  }
}

export class PinMismatch extends ProtocolError {
  static code = "pin_mismatch";
  static sentence = "This sigchain is shorter than the one seen before, or differs from it.";
}
