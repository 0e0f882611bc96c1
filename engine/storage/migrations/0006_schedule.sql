-- Work that begins by itself: background jobs, findings of the scanners, and the lines of HEARTBEAT.md.

-- slot_us is one moment of the job's regular beat; every slot is that plus a multiple of the interval.
CREATE TABLE jobs (
    name        TEXT PRIMARY KEY,
    interval_us INTEGER NOT NULL CHECK (interval_us > 0),
    slot_us     INTEGER NOT NULL,
    next_due_us INTEGER NOT NULL,
    last_run_us INTEGER,
    last_ok     INTEGER CHECK (last_ok IN (0, 1)),
    last_count  INTEGER NOT NULL DEFAULT 0,
    last_note   TEXT NOT NULL DEFAULT '',
    runs        INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row per thing that can be wrong; content is a digest of how it is wrong now, told of how it was when last told.
CREATE TABLE findings (
    fingerprint TEXT PRIMARY KEY,
    scanner     TEXT NOT NULL,
    place       TEXT NOT NULL,
    category    TEXT NOT NULL,
    summary     TEXT NOT NULL,
    details     TEXT NOT NULL,
    content     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    opened_us   INTEGER NOT NULL,
    changed_us  INTEGER NOT NULL,
    told        TEXT,
    told_us     INTEGER
) STRICT;
CREATE INDEX findings_open ON findings (scanner, place) WHERE state = 'open';

-- Tasks of HEARTBEAT.md by their content. served_us keeps the rounds fair.
CREATE TABLE heartbeat_tasks (
    key        TEXT PRIMARY KEY,
    line       INTEGER NOT NULL,
    section    TEXT NOT NULL,
    text       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('idle', 'asked', 'done', 'refused', 'stopped')),
    action_id  TEXT,
    attempts   INTEGER NOT NULL DEFAULT 0,
    retry_us   INTEGER,
    served_us  INTEGER,
    note       TEXT NOT NULL DEFAULT '',
    changed_us INTEGER NOT NULL
) STRICT;
CREATE INDEX heartbeat_asked ON heartbeat_tasks (action_id) WHERE state = 'asked';
