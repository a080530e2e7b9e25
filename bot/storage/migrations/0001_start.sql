-- The whole schema of the first release. Times are UTC text of fixed width (2026-11-22T04:00:00.000000Z).

-- Every update ever seen, keyed with the bot: a set, never a high-water mark.
CREATE TABLE updates (
    bot       TEXT NOT NULL,
    update_id TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (bot, update_id)
) WITHOUT ROWID;

-- Dead letters: updates whose handling raised. `incoming` is replayed by an admin.
CREATE TABLE failures (
    id          INTEGER PRIMARY KEY,
    reference   TEXT NOT NULL UNIQUE,           -- what the parent was told
    bot         TEXT NOT NULL,
    update_id   TEXT NOT NULL,
    channel     TEXT NOT NULL,
    chat        TEXT NOT NULL,
    at          TEXT NOT NULL,
    error       TEXT NOT NULL,                  -- class and place only, never a message's text
    incoming    TEXT NOT NULL,
    replayed_at TEXT
);

-- A conversation; no name is kept.
CREATE TABLE people (
    id         INTEGER PRIMARY KEY,
    channel    TEXT NOT NULL,
    chat       TEXT NOT NULL,
    language   TEXT NOT NULL DEFAULT 'zh',
    reachable  INTEGER NOT NULL DEFAULT 1,
    dialogue   TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    UNIQUE (channel, chat)
);

-- What is still to be sent, and what was. Order within a lane is the order of ids.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    channel     TEXT NOT NULL,
    chat        TEXT NOT NULL,
    thread      TEXT NOT NULL DEFAULT '',
    lane        TEXT NOT NULL,
    kind        TEXT NOT NULL DEFAULT 'message',
    priority    INTEGER NOT NULL,
    body        TEXT NOT NULL,                  -- JSON of the message: html, buttons, files
    slot        TEXT NOT NULL DEFAULT '',
    case_id     INTEGER REFERENCES cases (id),
    event_id    INTEGER REFERENCES events (id),
    created_at  TEXT NOT NULL,
    not_before  TEXT NOT NULL,
    lease_until TEXT,
    attempts    INTEGER NOT NULL DEFAULT 0,
    state       TEXT NOT NULL DEFAULT 'queued', -- queued | sent | failed
    sent_at     TEXT,
    message_id  TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT ''        -- why it failed, in the words of failures.Reason
);
CREATE INDEX outbox_queued ON outbox (not_before) WHERE state = 'queued';
CREATE INDEX outbox_slot ON outbox (channel, chat, slot) WHERE state = 'queued' AND slot <> '';
CREATE INDEX outbox_event ON outbox (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX outbox_case ON outbox (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE staff (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    role        TEXT NOT NULL,
    departments TEXT NOT NULL DEFAULT '[]',
    telegram    TEXT UNIQUE,
    active      INTEGER NOT NULL DEFAULT 1,
    created_at  TEXT NOT NULL
);

CREATE TABLE cases (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    code_hash    TEXT NOT NULL,
    person_id    INTEGER NOT NULL REFERENCES people (id),
    draft        TEXT UNIQUE,                   -- one draft makes one case, however often it is submitted
    kind         TEXT NOT NULL,
    category     TEXT NOT NULL,
    department   TEXT NOT NULL DEFAULT '',
    assignee_id  INTEGER REFERENCES staff (id),
    status       TEXT NOT NULL,
    subject      TEXT NOT NULL DEFAULT '',
    subject_name TEXT NOT NULL DEFAULT '',
    title        TEXT NOT NULL DEFAULT '',
    contact      TEXT NOT NULL DEFAULT '',
    anonymous    INTEGER NOT NULL DEFAULT 0,
    urgent       INTEGER NOT NULL DEFAULT 0,
    emergency    TEXT NOT NULL DEFAULT '',
    entry_id     TEXT NOT NULL DEFAULT '',
    received_at  TEXT NOT NULL,
    due_at       TEXT NOT NULL,
    due_how      TEXT NOT NULL,                 -- JSON: how the date was computed
    provisional  INTEGER NOT NULL DEFAULT 0,
    answered_at  TEXT,
    closed_at    TEXT,
    redone       INTEGER NOT NULL DEFAULT 0,
    rating       TEXT,
    seen_by_staff_at TEXT,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX cases_person ON cases (person_id, id);
CREATE INDEX cases_open ON cases (status, due_at);

-- The history of a case: append-only, see the triggers below.
CREATE TABLE events (
    id      INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,                      -- parent | staff | system
    staff_id INTEGER REFERENCES staff (id),
    kind    TEXT NOT NULL,
    text    TEXT NOT NULL DEFAULT '',
    data    TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX events_case ON events (case_id, id);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- Which of a parent's messages went into which case: an edit of one becomes a new version there.
CREATE TABLE case_messages (
    person_id INTEGER NOT NULL REFERENCES people (id),
    message   TEXT NOT NULL,
    case_id   INTEGER NOT NULL REFERENCES cases (id),
    PRIMARY KEY (person_id, message)
) WITHOUT ROWID;

-- Files that parents sent. A row exists from the moment the update is confirmed; the bytes follow.
CREATE TABLE attachments (
    id         INTEGER PRIMARY KEY,
    token      TEXT NOT NULL UNIQUE,            -- random; the only name that leaves
    person_id  INTEGER NOT NULL REFERENCES people (id),
    draft      TEXT NOT NULL DEFAULT '',
    case_id    INTEGER REFERENCES cases (id),
    event_id   INTEGER REFERENCES events (id),
    channel    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    file_id    TEXT NOT NULL,
    name       TEXT NOT NULL DEFAULT '',
    mime       TEXT NOT NULL DEFAULT '',
    size       INTEGER,
    sha256     TEXT NOT NULL DEFAULT '',
    state      TEXT NOT NULL DEFAULT 'pending', -- pending | stored | refused
    reason     TEXT NOT NULL DEFAULT '',
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX attachments_pending ON attachments (not_before) WHERE state = 'pending';
CREATE INDEX attachments_draft ON attachments (person_id, draft) WHERE case_id IS NULL;
CREATE INDEX attachments_case ON attachments (case_id) WHERE case_id IS NOT NULL;

-- The staff chat's view of a case: its topic, its card. The case never lives in Telegram.
CREATE TABLE topics (
    case_id   INTEGER PRIMARY KEY REFERENCES cases (id),
    chat      TEXT NOT NULL,
    thread    TEXT NOT NULL DEFAULT '',
    card      TEXT NOT NULL DEFAULT '',         -- message id of the card
    recap_due INTEGER NOT NULL DEFAULT 0,       -- recreated: a recap is owed before anything else
    closed    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX topics_thread ON topics (chat, thread) WHERE thread <> '';

-- Which message in the staff chat is about which case: replies are routed by this, never by text.
CREATE TABLE staff_messages (
    chat    TEXT NOT NULL,
    message TEXT NOT NULL,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    PRIMARY KEY (chat, message)
) WITHOUT ROWID;

-- What staff wrote in the staff chat, until they say whether it goes to the parent.
CREATE TABLE reply_drafts (
    id         INTEGER PRIMARY KEY,
    case_id    INTEGER NOT NULL REFERENCES cases (id),
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    message    TEXT NOT NULL,                   -- the staff member's message
    text       TEXT NOT NULL,
    version    INTEGER NOT NULL,                -- of the case when it was written
    state      TEXT NOT NULL DEFAULT 'open',    -- open | sent | note
    created_at TEXT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    csrf       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL
);

CREATE TABLE sign_in_links (
    token_hash TEXT PRIMARY KEY,
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    expires_at TEXT NOT NULL,
    used_at    TEXT
);

-- The web chat page: what both sides said, in order; the id is the event id of the stream.
CREATE TABLE transcript (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES people (id),
    side      TEXT NOT NULL,                    -- parent | desk
    body      TEXT NOT NULL,
    outbox_id INTEGER UNIQUE,                   -- no reference: a slot may take an unsent row away
    at        TEXT NOT NULL
);
CREATE INDEX transcript_person ON transcript (person_id, id);

-- What was asked and what it led to, for the list of gaps.
CREATE TABLE asked (
    id        INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    question  TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    entry_id  TEXT NOT NULL DEFAULT '',
    score     REAL NOT NULL DEFAULT 0
);
CREATE INDEX asked_outcome ON asked (outcome, at);

CREATE TABLE feedback (
    id        INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    entry_id  TEXT NOT NULL,
    question  TEXT NOT NULL,
    helpful   INTEGER NOT NULL,
    UNIQUE (person_id, entry_id, question)
);

-- Wrong tries (look-up codes, sign-ins), counted per key.
CREATE TABLE tries (
    key TEXT NOT NULL,
    at  TEXT NOT NULL
);
CREATE INDEX tries_key ON tries (key, at);

-- Facts the desk learned and must not forget: the staff chat's present id, the last poll.
CREATE TABLE facts (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
