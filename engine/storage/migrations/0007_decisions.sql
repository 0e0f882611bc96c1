-- Decisions whole: several yeses, edits, settlements; who an operator is besides the name, and how long they read.
CREATE TABLE decisions_whole (
    id         TEXT PRIMARY KEY,
    action_id  TEXT NOT NULL REFERENCES actions (id),
    revision   INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    verdict    TEXT NOT NULL CHECK (verdict IN
        ('approved', 'rejected', 'undone', 'withdrawn', 'expired', 'edited', 'settled')),
    decider    TEXT NOT NULL,
    role       TEXT,
    reason     TEXT NOT NULL,
    policy     TEXT NOT NULL,
    at_us      INTEGER NOT NULL,
    seat       TEXT NOT NULL DEFAULT '',
    reading_us INTEGER CHECK (reading_us >= 0)
) STRICT;
INSERT INTO decisions_whole (id, action_id, revision, digest, verdict, decider, role, reason, policy, at_us)
    SELECT id, action_id, revision, digest, verdict, decider, role, reason, policy, at_us FROM decisions;
DROP TABLE decisions;
ALTER TABLE decisions_whole RENAME TO decisions;
-- A yes that was taken back can be given again; everything else is said once.
CREATE UNIQUE INDEX decisions_once ON decisions (action_id, revision, verdict, decider)
    WHERE verdict NOT IN ('approved', 'undone');
CREATE INDEX decisions_by_action ON decisions (action_id, revision);
CREATE INDEX decisions_by_decider ON decisions (decider, at_us);
CREATE INDEX decisions_by_time ON decisions (at_us);
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions never change');
END;
CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions are never deleted');
END;

-- How many distinct operators have to say yes, when this revision was asked, and whose arguments it carries.
ALTER TABLE actions ADD COLUMN quorum INTEGER NOT NULL DEFAULT 1 CHECK (quorum >= 1);
ALTER TABLE actions ADD COLUMN asked_us INTEGER;
ALTER TABLE actions ADD COLUMN edited_by TEXT;
-- The revision whose half time went by unanswered and was told of; no decision rests on it.
ALTER TABLE actions ADD COLUMN escalated_revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX actions_pending_by_half ON actions ((coalesce(asked_us, created_us) + expires_us) / 2)
    WHERE status = 'pending' AND escalated_revision < revision;
CREATE INDEX actions_pending_by_proposer ON actions (proposer) WHERE status = 'pending';
CREATE INDEX actions_edited ON actions (proposer) WHERE status = 'pending' AND edited_by IS NOT NULL;

-- Where operators look, and what they put out of sight: hints, on which no decision rests.
CREATE TABLE snoozes (
    action_id TEXT PRIMARY KEY REFERENCES actions (id),
    operator  TEXT NOT NULL,
    until_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX snoozes_by_end ON snoozes (until_us);
CREATE TABLE claims (
    action_id TEXT NOT NULL REFERENCES actions (id),
    operator  TEXT NOT NULL,
    since_us  INTEGER NOT NULL,
    until_us  INTEGER NOT NULL,
    PRIMARY KEY (action_id, operator)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_end ON claims (until_us);
