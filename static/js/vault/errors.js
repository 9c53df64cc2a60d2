/**
 * Every way in which the vault can refuse. `code` is for programs and never changes once released; `message`
 * is one sentence for people.
 */

/** The root of all refusals of the vault. */
export class VaultError extends Error {
  static code = "vault_error";
  static sentence = "This browser's storage refused.";

  /** @param {string} [sentence] @param {ErrorOptions} [options] */
  constructor(sentence, options) {
    super(sentence ?? new.target.sentence, options);
    this.name = new.target.name;
    /** @type {string} */
    this.code = new.target.code;
  }
}

/** An identity is stored in this browser already. */
export class AlreadyHere extends VaultError {
  static code = "already_here";
  static sentence = "This browser holds a key already; log out first to use another one.";
}

/** No identity is stored in this browser. */
export class NothingHere extends VaultError {
  static code = "nothing_here";
  static sentence = "This browser holds no key; join, or restore one with its 24 words.";
}

/** The seed belongs to another primary than the stored one. */
export class OtherIdentity extends VaultError {
  static code = "other_identity";
  static sentence = "These words belong to another key than the one in this browser.";
}

export class WrongPassphrase extends VaultError {
  static code = "wrong_passphrase";
  static sentence = "This is not the passphrase.";
}

export class WeakPassphrase extends VaultError {
  static code = "weak_passphrase";
  static sentence = "A passphrase has at least 8 characters.";
}

/** What is stored was damaged or changed by somebody. */
export class VaultBroken extends VaultError {
  static code = "vault_broken";
  static sentence = "What this browser stored is damaged; restore your key with its 24 words.";
}

/** What is stored was written by a later version of these modules. */
export class VaultNewer extends VaultError {
  static code = "vault_newer";
  static sentence = "A newer version of this page wrote what is stored here; reload the page.";
}

/** The browser gives this site no more space; nothing of the refused write was stored. */
export class StorageFull extends VaultError {
  static code = "storage_full";
  static sentence = "There is no space left for this site in this browser; make room, then try again.";
}

/** Another tab, of another version, keeps the database open. */
export class StorageBlocked extends VaultError {
  static code = "storage_blocked";
  static sentence = "Another tab of this site is in the way; close it, then try again.";
}

/** The connection is gone: closed here, wiped by another tab, or ended by the browser. */
export class StorageClosed extends VaultError {
  static code = "storage_closed";
  static sentence = "The storage was closed; unlock again.";
}

/** Another tab writes now; nothing of the refused write was stored. */
export class TakenOver extends VaultError {
  static code = "taken_over";
  static sentence = "Another tab of this site has taken over.";
}

/** No IndexedDB or no WebCrypto: private windows of some browsers, pages without HTTPS. */
export class StorageUnavailable extends VaultError {
  static code = "storage_unavailable";
  static sentence = "This browser does not let this page store or encrypt anything; is it a page over https?";
}

/** Not an archive, damaged, changed, or with something behind its end. */
export class ArchiveBroken extends VaultError {
  static code = "archive_broken";
  static sentence = "This is not an intact archive of kez-chat; nothing was imported.";
}

export class ArchiveTruncated extends ArchiveBroken {
  static code = "archive_truncated";
  static sentence = "The end of this archive is missing; nothing was imported.";
}

export class ArchiveNewer extends ArchiveBroken {
  static code = "archive_newer";
  static sentence = "A newer version of kez-chat made this archive; nothing was imported.";
}

export class ForeignArchive extends ArchiveBroken {
  static code = "foreign_archive";
  static sentence = "This archive belongs to another key; nothing was imported.";
}
