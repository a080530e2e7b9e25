-- Upkeep of the content: who wrote what into which file, what is owed once, and lists that editors asked for.

-- Every change that the program wrote into a content file for somebody; append-only, see the triggers below.
CREATE TABLE edits (
    id            INTEGER PRIMARY KEY,
    at            TEXT NOT NULL,
    staff_id      INTEGER NOT NULL REFERENCES staff (id),
    who           TEXT NOT NULL,                -- the name as it was then
    file          TEXT NOT NULL,                -- relative to the content folder
    entry_id      TEXT NOT NULL,
    diff          TEXT NOT NULL,
    sha256_before TEXT NOT NULL,
    sha256_after  TEXT NOT NULL
);
CREATE INDEX edits_after ON edits (sha256_after);
CREATE TRIGGER edits_no_update BEFORE UPDATE ON edits BEGIN SELECT RAISE(ABORT, 'edits are append-only'); END;
CREATE TRIGGER edits_no_delete BEFORE DELETE ON edits BEGIN SELECT RAISE(ABORT, 'edits are append-only'); END;

-- What is done once and never again, however often the program starts: review:2026-12:7.
CREATE TABLE done_once (
    what TEXT PRIMARY KEY,
    at   TEXT NOT NULL
) WITHOUT ROWID;

-- Lists an editor asked for in a chat: made outside the transaction that asked, since that takes a while.
CREATE TABLE list_requests (
    id       INTEGER PRIMARY KEY,
    at       TEXT NOT NULL,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    channel  TEXT NOT NULL,
    chat     TEXT NOT NULL,
    thread   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX asked_entry ON asked (entry_id, at);
CREATE INDEX asked_person ON asked (person_id, id);
