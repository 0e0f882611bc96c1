-- What starts work by itself: emotional triggers, talks that personas begin, wake-ups, and why they did not happen.

-- A trigger without a row is armed.
CREATE TABLE triggers (
    persona_id TEXT NOT NULL REFERENCES personas (id),
    emotion    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('armed', 'queued', 'backing_off', 'spent', 'disarmed')),
    since_us   INTEGER NOT NULL,
    fired_us   INTEGER,
    fired      INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    retry_us   INTEGER,
    note       TEXT NOT NULL,
    PRIMARY KEY (persona_id, emotion)
) STRICT;

CREATE TABLE initiations (
    id         TEXT PRIMARY KEY,
    persona_id TEXT NOT NULL REFERENCES personas (id),
    source     TEXT NOT NULL,
    topic      TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    platform   TEXT NOT NULL,
    place      TEXT NOT NULL,
    text       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'failed', 'expired', 'refused', 'cancelled')),
    attempts   INTEGER NOT NULL,
    queued_us  INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    retry_us   INTEGER,
    ended_us   INTEGER,
    action_id  TEXT NOT NULL,
    error      TEXT NOT NULL,
    manual     INTEGER NOT NULL CHECK (manual IN (0, 1))
) STRICT;
CREATE INDEX initiations_under_way ON initiations (recipient) WHERE state = 'queued';
CREATE INDEX initiations_by_end ON initiations (persona_id, ended_us) WHERE ended_us IS NOT NULL;
CREATE UNIQUE INDEX initiations_once_a_topic ON initiations (persona_id, topic) WHERE topic <> '';

-- Who was written to last, and when it arrived: outlives the history.
CREATE TABLE contacts (
    recipient    TEXT PRIMARY KEY,
    delivered_us INTEGER NOT NULL,
    persona_id   TEXT NOT NULL,
    platform     TEXT NOT NULL
) STRICT;

CREATE TABLE wakes (
    persona_id TEXT NOT NULL,
    source     TEXT NOT NULL,
    at_us      INTEGER NOT NULL
) STRICT;
CREATE INDEX wakes_by_persona ON wakes (persona_id, at_us);

-- The same reason again is counted in its row.
CREATE TABLE wake_skips (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    persona_id TEXT NOT NULL,
    source     TEXT NOT NULL,
    code       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    times      INTEGER NOT NULL,
    first_us   INTEGER NOT NULL,
    last_us    INTEGER NOT NULL
) STRICT;
CREATE INDEX wake_skips_by_persona ON wake_skips (persona_id, source, id);
CREATE INDEX wake_skips_by_time ON wake_skips (last_us);

-- Findings: whose own work it is, and who was told how it was.
ALTER TABLE findings ADD COLUMN caused_by TEXT NOT NULL DEFAULT '';
CREATE TABLE tellings (
    fingerprint TEXT NOT NULL REFERENCES findings (fingerprint),
    persona_id  TEXT NOT NULL,
    content     TEXT NOT NULL,
    told_us     INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, persona_id)
) STRICT;
INSERT INTO tellings (fingerprint, persona_id, content, told_us)
SELECT findings.fingerprint, personas.id, findings.told, findings.told_us
FROM findings CROSS JOIN personas WHERE findings.told IS NOT NULL;

-- Whom a persona last talked to.
CREATE INDEX messages_of_people ON messages (persona_id, arrived_us) WHERE sender_kind = 'human';
