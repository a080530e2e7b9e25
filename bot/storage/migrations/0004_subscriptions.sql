-- What people asked to be told of, and the announcements that tell them.

CREATE TABLE subscriptions (
    person_id  INTEGER NOT NULL REFERENCES people (id),
    kind       TEXT NOT NULL,                   -- topic | school | table | round | entry | figure
    target     TEXT NOT NULL,
    title      TEXT NOT NULL,                   -- what it was called when it was asked for
    created_at TEXT NOT NULL,
    PRIMARY KEY (person_id, kind, target)
) WITHOUT ROWID;
CREATE INDEX subscriptions_subject ON subscriptions (kind, target, person_id);

-- The figures that people were shown who want to hear of corrections.
CREATE TABLE shown_figures (
    person_id INTEGER NOT NULL REFERENCES people (id),
    table_id  TEXT NOT NULL,
    key       TEXT NOT NULL,
    heading   TEXT NOT NULL,
    value     TEXT NOT NULL,
    subject   TEXT NOT NULL,                    -- target of the subscription it belongs to
    shown_at  TEXT NOT NULL,
    PRIMARY KEY (table_id, key, heading, person_id)
) WITHOUT ROWID;
CREATE INDEX shown_figures_person ON shown_figures (person_id, subject);

-- What was published when changes were last looked for: one row.
CREATE TABLE published (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    hash TEXT NOT NULL,
    body BLOB NOT NULL                          -- compressed JSON
);

CREATE TABLE announcements (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,                 -- of the subject
    target       TEXT NOT NULL,
    title        TEXT NOT NULL,                 -- of the subject
    headline     TEXT NOT NULL,                 -- the first line, which an editor may change
    changes      TEXT NOT NULL,                 -- JSON
    more         INTEGER NOT NULL DEFAULT 0,    -- changes beyond those that are kept
    version      TEXT NOT NULL,                 -- hash of the content that is announced
    state        TEXT NOT NULL,                 -- draft | submitted | sending | done | stopped | dropped
    revision     INTEGER NOT NULL DEFAULT 1,    -- goes up with every change of text or state
    created_at   TEXT NOT NULL,
    changed_at   TEXT NOT NULL,                 -- when its changes last became public
    submitted_by INTEGER REFERENCES staff (id),
    submitted_at TEXT,
    confirmed_by INTEGER REFERENCES staff (id),
    confirmed_at TEXT,
    ended_by     INTEGER REFERENCES staff (id), -- who stopped or dropped it
    ended_at     TEXT
);
-- One that is not confirmed yet takes up what changes meanwhile: there is never a second for its subject.
CREATE UNIQUE INDEX announcements_open ON announcements (kind, target) WHERE state IN ('draft', 'submitted');
CREATE INDEX announcements_confirmed ON announcements (confirmed_at) WHERE confirmed_at IS NOT NULL;

-- One row a person, made with the draft. It is told once: `waiting` becomes `queued` in the transaction of its
-- outbox row, and what happens to that row is copied here by the trigger below.
CREATE TABLE announcement_recipients (
    announcement_id INTEGER NOT NULL REFERENCES announcements (id),
    person_id       INTEGER NOT NULL REFERENCES people (id),
    state           TEXT NOT NULL DEFAULT 'waiting', -- waiting | queued | sending | sent | failed | unknown
                                                     -- | unsubscribed | blocked | told | withdrawn
    reason          TEXT NOT NULL DEFAULT '',
    outbox_id       INTEGER,
    PRIMARY KEY (announcement_id, person_id)
) WITHOUT ROWID;
CREATE INDEX announcement_recipients_state ON announcement_recipients (announcement_id, state);
CREATE INDEX announcement_recipients_outbox ON announcement_recipients (outbox_id) WHERE outbox_id IS NOT NULL;
CREATE INDEX announcement_recipients_person ON announcement_recipients (person_id);

-- A broadcast row is `sending` before it is sent: found so at a start, nobody knows whether it arrived.
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';

CREATE TRIGGER announcement_row AFTER UPDATE OF state ON outbox WHEN new.priority = 4
BEGIN
    UPDATE announcement_recipients
       SET reason = new.reason,
           state = CASE  -- what would be tried again after the stop button was pressed is not
               WHEN new.state = 'queued'
                AND (SELECT state FROM announcements WHERE id = announcement_id) = 'stopped' THEN 'withdrawn'
               ELSE new.state END
     WHERE outbox_id = new.id;
    UPDATE outbox SET state = 'withdrawn', lease_until = NULL
     WHERE id = new.id AND state = 'queued' AND EXISTS
           (SELECT 1 FROM announcement_recipients WHERE outbox_id = new.id AND state = 'withdrawn');
END;
