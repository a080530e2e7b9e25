-- The archive of what was published: every snapshot that was ever live, its files by the hash of their bytes.

CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    data   BLOB NOT NULL                        -- zlib
) WITHOUT ROWID;

CREATE TABLE snapshots (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    hash        TEXT NOT NULL,                  -- of all its files, as console and log show it
    live_at     TEXT NOT NULL,
    editor      TEXT NOT NULL DEFAULT '',       -- '' where nobody is known
    commit_hash TEXT NOT NULL DEFAULT '',       -- short, when the folder was a clean git checkout
    diff        BLOB NOT NULL                   -- zlib; unified, to the one before
);
CREATE INDEX snapshots_live ON snapshots (live_at);

CREATE TABLE snapshot_files (
    snapshot_id INTEGER NOT NULL REFERENCES snapshots (id),
    name        TEXT NOT NULL,
    sha256      TEXT NOT NULL REFERENCES blobs (sha256),
    PRIMARY KEY (snapshot_id, name)
) WITHOUT ROWID;

-- Who wrote a file with these bytes through the desk itself; a snapshot that holds it is theirs.
CREATE TABLE signed_edits (
    name   TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    editor TEXT NOT NULL,
    at     TEXT NOT NULL,
    PRIMARY KEY (name, sha256)
) WITHOUT ROWID;

CREATE TRIGGER snapshots_no_update BEFORE UPDATE ON snapshots BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END;
CREATE TRIGGER snapshots_no_delete BEFORE DELETE ON snapshots BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END;
CREATE TRIGGER snapshot_files_no_update BEFORE UPDATE ON snapshot_files BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END;
CREATE TRIGGER snapshot_files_no_delete BEFORE DELETE ON snapshot_files BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END;
CREATE TRIGGER blobs_no_update BEFORE UPDATE ON blobs BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END;
CREATE TRIGGER blobs_no_delete BEFORE DELETE ON blobs BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END;
