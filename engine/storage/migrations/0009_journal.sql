-- Seals: what stands in place of journal rows that were pruned, so that the rest of the chain still holds.
CREATE TABLE journal_seals (
    number         INTEGER PRIMARY KEY CHECK (number >= 1),
    first_seq      INTEGER NOT NULL,
    last_seq       INTEGER NOT NULL,
    rows           INTEGER NOT NULL CHECK (rows = last_seq - first_seq + 1 AND rows >= 1),
    before_hash    TEXT NOT NULL,
    last_hash      TEXT NOT NULL,
    digest         TEXT NOT NULL,
    states         INTEGER NOT NULL,
    states_digest  TEXT NOT NULL,
    archive        TEXT NOT NULL,
    archive_sha256 TEXT NOT NULL,
    at_us          INTEGER NOT NULL,
    actor          TEXT NOT NULL,
    reason         TEXT NOT NULL,
    previous_seal  TEXT NOT NULL,
    hash           TEXT NOT NULL
) STRICT;
CREATE TRIGGER journal_seals_never_change BEFORE UPDATE ON journal_seals
BEGIN
    SELECT RAISE(ABORT, 'seals never change');
END;
CREATE TRIGGER journal_seals_are_kept BEFORE DELETE ON journal_seals
BEGIN
    SELECT RAISE(ABORT, 'seals are never deleted');
END;

-- What a thing was when the last row about it went: its own row is still proven by that.
CREATE TABLE journal_sealed_states (
    subject TEXT PRIMARY KEY,
    sort    TEXT NOT NULL,
    seal    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    state   TEXT NOT NULL
) STRICT;
CREATE INDEX journal_sealed_states_by_seal ON journal_sealed_states (seal, subject);
CREATE TRIGGER journal_sealed_states_never_change BEFORE UPDATE ON journal_sealed_states
BEGIN
    SELECT RAISE(ABORT, 'sealed states never change');
END;
CREATE TRIGGER journal_sealed_states_are_kept BEFORE DELETE ON journal_sealed_states
BEGIN
    SELECT RAISE(ABORT, 'sealed states are never deleted');
END;

-- A journal row may go only after it was sealed.
DROP TRIGGER journal_is_append_only_on_delete;
CREATE TRIGGER journal_is_append_only_on_delete BEFORE DELETE ON journal
WHEN NOT EXISTS (SELECT 1 FROM journal_seals WHERE OLD.seq BETWEEN first_seq AND last_seq)
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

-- How far each operator has seen the journal, for "while you were away".
CREATE TABLE operators_seen (
    operator TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL,
    at_us    INTEGER NOT NULL
) STRICT;
