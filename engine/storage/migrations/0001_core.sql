-- The journal: append-only, each row carries the hash of the one before it.
CREATE TABLE journal (
    seq       INTEGER PRIMARY KEY,
    at_us     INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    actor     TEXT NOT NULL,
    data      TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash      TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_subject ON journal (subject, seq);
CREATE INDEX journal_by_kind ON journal (kind, seq);
CREATE TRIGGER journal_is_append_only_on_update BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_is_append_only_on_delete BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

-- Operators' commands by their id: a command that is sent twice is carried out once and answered twice.
CREATE TABLE commands (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    operator TEXT NOT NULL,
    at_us    INTEGER NOT NULL,
    reply    TEXT NOT NULL
) STRICT;
CREATE INDEX commands_by_time ON commands (at_us);

-- Small durable facts of the engine: fencing epoch, halt epoch, pauses.
CREATE TABLE engine_facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE pauses (
    scope    TEXT NOT NULL,
    target   TEXT NOT NULL,
    operator TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (scope, target)
) STRICT;
