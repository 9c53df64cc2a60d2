"""The schema, one step after the other; `PRAGMA user_version` counts the steps a database has taken.

A released step is never changed. Timestamps are RFC 3339 text in UTC, keys 64 hex digits without prefix.
"""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE contact (
        handle TEXT PRIMARY KEY,
        primary_hex TEXT NOT NULL,            -- pinned: trusted on first use, changed only by accept-key
        sigchain_url TEXT NOT NULL,
        added_at TEXT NOT NULL,
        checked_at TEXT NOT NULL,             -- when the registry was last asked
        verified_at TEXT,                     -- when the safety number was compared
        offered_hex TEXT,                     -- another key that the registry gives now: sending is blocked
        offered_at TEXT
    ) STRICT;
    CREATE INDEX contact_by_key ON contact (primary_hex);

    CREATE TABLE former_key (
        handle TEXT NOT NULL,
        primary_hex TEXT NOT NULL,
        replaced_at TEXT NOT NULL,
        was_verified INTEGER NOT NULL,
        PRIMARY KEY (handle, primary_hex)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE chain_pin (
        primary_hex TEXT PRIMARY KEY,
        seq INTEGER NOT NULL,                 -- 0: the chain was empty
        head TEXT,
        checked_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE chain_event (
        primary_hex TEXT NOT NULL,
        seq INTEGER NOT NULL,
        hash TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (primary_hex, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE evidence (
        id INTEGER PRIMARY KEY,
        primary_hex TEXT NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        found_at TEXT NOT NULL,
        digest TEXT NOT NULL UNIQUE,          -- the same finding is kept once
        known TEXT NOT NULL,                  -- JSON: what was seen before
        served TEXT NOT NULL                  -- JSON: what contradicts it
    ) STRICT;

    CREATE TABLE message (
        id INTEGER PRIMARY KEY,               -- order of arrival on this device
        sender_hex TEXT NOT NULL,
        message_id TEXT NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        peer_hex TEXT NOT NULL,               -- the other side: sender of an 'in', recipient of an 'out'
        peer_handle TEXT,                     -- as pinned or as claimed; a self-copy to a stranger names none
        name_state TEXT NOT NULL CHECK (name_state IN ('pinned', 'unchecked', 'unverified')),
        device TEXT NOT NULL,
        seq INTEGER NOT NULL,
        body_type TEXT NOT NULL,
        body TEXT NOT NULL,                   -- JSON
        text TEXT NOT NULL,                   -- what a search looks at
        created_at TEXT NOT NULL,             -- the sender's clock
        stored_at TEXT NOT NULL,              -- this device's clock
        state TEXT NOT NULL CHECK (state IN ('received', 'queued', 'sent', 'delivered', 'read', 'failed')),
        cause TEXT,
        notices TEXT NOT NULL,                -- JSON list of objects with `code` and `text`
        shown_at TEXT,                        -- when the owner saw it, here or on another device
        receipt_at TEXT,                      -- when the last delivered receipt was queued
        UNIQUE (sender_hex, message_id)
    ) STRICT;
    CREATE INDEX message_by_peer ON message (peer_hex, id);

    CREATE TABLE unopened (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,          -- SHA-256 of the envelope: the same one is kept once
        envelope BLOB NOT NULL,
        code TEXT NOT NULL,
        cause TEXT NOT NULL,
        stored_at TEXT NOT NULL,
        shown_at TEXT
    ) STRICT;

    CREATE TABLE seen (                       -- kept for good: a replay is shown once, also years later
        sender_hex TEXT NOT NULL,
        message_id TEXT NOT NULL,
        device TEXT NOT NULL,
        recipient_hex TEXT NOT NULL,
        seq INTEGER NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (sender_hex, message_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX seen_by_seq ON seen (sender_hex, device, recipient_hex, seq);

    CREATE TABLE receipt (                    -- for messages of other devices: it may come before the self-copy
        peer_hex TEXT NOT NULL,
        message_id TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('delivered', 'read')),
        PRIMARY KEY (peer_hex, message_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE in_link (                    -- the last message of each device that writes to us
        sender_hex TEXT NOT NULL,
        device TEXT NOT NULL,
        seq INTEGER NOT NULL,
        hash TEXT NOT NULL,
        missing TEXT NOT NULL,                -- JSON list of [first, last]: numbers that have not come
        PRIMARY KEY (sender_hex, device)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE out_link (                   -- the last message that this device made for each recipient
        recipient_hex TEXT PRIMARY KEY,
        seq INTEGER NOT NULL,
        hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        purpose TEXT NOT NULL CHECK (purpose IN ('message', 'self_copy', 'receipt')),
        message_id TEXT NOT NULL,
        recipient_hex TEXT NOT NULL,
        recipient_handle TEXT NOT NULL,
        delivery_id TEXT NOT NULL UNIQUE,
        envelope BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
        cause_code TEXT,
        cause TEXT,
        queued_at TEXT NOT NULL,
        sent_at TEXT,
        resends INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX outbox_by_state ON outbox (state, id);
    CREATE INDEX outbox_by_message ON outbox (message_id);

    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE INDEX message_with_file ON message (id) WHERE body_type = 'kez-file-v1';

    CREATE TABLE upload (                     -- a file in sealed chunks, on its way to the server
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        file_id TEXT NOT NULL UNIQUE,         -- also the name of the file that keeps the sealed chunks
        peer_hex TEXT NOT NULL,
        peer_handle TEXT NOT NULL,
        body TEXT NOT NULL,                   -- JSON: the pointer, sent when the broker has every chunk
        source TEXT,                          -- the path that it was read from; none if it came by stdin
        state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'ready', 'failed')),
        announced INTEGER NOT NULL DEFAULT 0,
        message_id TEXT,                      -- of the pointer's message, once there is one
        received INTEGER NOT NULL DEFAULT 0,  -- chunks that the server is known to have
        cause_code TEXT,
        cause TEXT,
        queued_at TEXT NOT NULL,
        settled_at TEXT                       -- when it became ready or failed
    ) STRICT;
    CREATE INDEX upload_by_state ON upload (state, id);
    CREATE INDEX upload_by_message ON upload (message_id);

    CREATE TABLE upload_chunk (               -- what an upload still needs; gone when it is ready
        upload_id INTEGER NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        delivery_id TEXT NOT NULL,            -- the same for every try, until the broker has the chunk
        stored INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (upload_id, number)
    ) STRICT, WITHOUT ROWID;

    CREATE VIEW upload_with_count AS SELECT *,
        (SELECT count(*) FROM upload_chunk WHERE upload_id = upload.id AND stored) AS stored FROM upload;

    CREATE TABLE saved_file (                 -- where the file of a message was last written
        sender_hex TEXT NOT NULL,
        message_id TEXT NOT NULL,
        path TEXT NOT NULL,
        saved_at TEXT NOT NULL,
        PRIMARY KEY (sender_hex, message_id)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE shared_list_pin (            -- the newest list of shared files that was seen of each owner
        primary_hex TEXT PRIMARY KEY,
        version_no INTEGER NOT NULL,
        manifest TEXT NOT NULL,               -- its digest, as the owner's sigchain names it
        seen_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE own_list (                   -- own lists that the server has not confirmed
        manifest TEXT PRIMARY KEY,
        version_no INTEGER NOT NULL,
        document TEXT NOT NULL,               -- JSON: the signed object
        made_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- For the own list of shared files: no message points to it, and its peer is oneself.
    ALTER TABLE upload ADD COLUMN for_list INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE publication (                -- what is to go on the own list; gone when it is there
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        upload_id INTEGER UNIQUE REFERENCES upload (id),  -- has to be ready first; none if it goes by Iroh
        body TEXT NOT NULL,                   -- JSON: the way to the file
        readers TEXT NOT NULL,                -- JSON: full handle by key
        note TEXT,
        given_at TEXT NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE share (                      -- a file or folder that this machine serves to its readers
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL UNIQUE,         -- the content id that the ticket names
        key_hex TEXT NOT NULL,                -- the ticket's key
        kind TEXT NOT NULL CHECK (kind IN ('file', 'folder')),
        name TEXT NOT NULL,
        size INTEGER NOT NULL,                -- of all its files
        path TEXT NOT NULL,                   -- where it lies; nothing of it is copied
        shared_at TEXT NOT NULL,
        unshared_at TEXT                      -- since then it is gone for its readers
    ) STRICT;

    CREATE TABLE share_reader (               -- who may fetch it
        share_id INTEGER NOT NULL REFERENCES share (id) ON DELETE CASCADE,
        reader_hex TEXT NOT NULL,
        reader_handle TEXT NOT NULL,
        message_id TEXT,                      -- of the message that points to it
        fetched_at TEXT,                      -- when the reader first said that it has all of it
        PRIMARY KEY (share_id, reader_hex)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX share_by_message ON share_reader (message_id);

    CREATE TABLE share_blob (                 -- the file itself; of a folder its listing and each file
        content TEXT PRIMARY KEY,
        share_id INTEGER NOT NULL REFERENCES share (id) ON DELETE CASCADE,
        number INTEGER,                       -- place in the listing; none for the file itself and the listing
        path TEXT NOT NULL,                   -- below the folder; empty for the file itself and the listing
        data BLOB,                            -- the listing
        manifest BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX share_blob_by_share ON share_blob (share_id);
    """,
    """
    -- Of what came: the signed object without its body, so that the owner can show it to others. None: came earlier.
    ALTER TABLE message ADD COLUMN proof TEXT;
    """,
    """
    -- For the own list of shared files: that says who may fetch it.
    ALTER TABLE share ADD COLUMN for_list INTEGER NOT NULL DEFAULT 0;
    """,
)
