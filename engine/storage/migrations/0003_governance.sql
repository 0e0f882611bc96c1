-- Actions: what somebody wants to do, from the proposal to its end, under one id.
CREATE TABLE actions (
    id              TEXT PRIMARY KEY,
    revision        INTEGER NOT NULL CHECK (revision >= 1),
    kind            TEXT NOT NULL,
    tool            TEXT NOT NULL,
    binding         TEXT NOT NULL,
    arguments       TEXT NOT NULL,
    account_id      TEXT,
    stage           TEXT,
    tier            TEXT NOT NULL CHECK (tier IN ('autonomous', 'approval', 'hard_stop')),
    rule            TEXT NOT NULL,
    why             TEXT NOT NULL,
    policy          TEXT NOT NULL,
    risk            TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
    effect          TEXT NOT NULL,
    proposer        TEXT NOT NULL,
    reason          TEXT NOT NULL,
    origin          TEXT,
    dedupe_key      TEXT,
    fingerprint     TEXT NOT NULL,
    digest          TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('blocked', 'pending', 'approved', 'rejected', 'expired',
                                                    'withdrawn', 'executing', 'executed', 'failed', 'uncertain')),
    repeats         INTEGER NOT NULL DEFAULT 0,
    created_us      INTEGER NOT NULL,
    expires_us      INTEGER NOT NULL,
    decided_by      TEXT,
    decided_us      INTEGER,
    decision_reason TEXT,
    not_before_us   INTEGER,
    launch_by_us    INTEGER,
    ended_us        INTEGER,
    outcome         TEXT,
    outcome_data    TEXT
) STRICT;
-- At most one open question per proposer and content.
CREATE UNIQUE INDEX actions_one_pending ON actions (fingerprint) WHERE status = 'pending';
CREATE UNIQUE INDEX actions_one_per_key ON actions (proposer, dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX actions_pending_by_expiry ON actions (expires_us) WHERE status = 'pending';
CREATE INDEX actions_approved_by_start ON actions (not_before_us, id) WHERE status = 'approved';
CREATE INDEX actions_executing ON actions (id) WHERE status = 'executing';
CREATE INDEX actions_by_fingerprint ON actions (fingerprint, decided_us) WHERE status = 'rejected';
CREATE INDEX actions_by_proposer ON actions (proposer, created_us);
CREATE INDEX actions_by_account ON actions (account_id, created_us) WHERE account_id IS NOT NULL;
CREATE INDEX actions_by_status ON actions (status, created_us);
CREATE TRIGGER actions_keep_their_origin BEFORE UPDATE OF id, proposer, created_us, origin, dedupe_key ON actions
BEGIN
    SELECT RAISE(ABORT, 'where an action comes from never changes');
END;
CREATE TRIGGER actions_are_kept BEFORE DELETE ON actions
BEGIN
    SELECT RAISE(ABORT, 'actions are never deleted');
END;

-- Decisions: who said what to which exact bytes.
CREATE TABLE decisions (
    id        TEXT PRIMARY KEY,
    action_id TEXT NOT NULL REFERENCES actions (id),
    revision  INTEGER NOT NULL,
    digest    TEXT NOT NULL,
    verdict   TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected', 'undone', 'withdrawn', 'expired')),
    decider   TEXT NOT NULL,
    role      TEXT,
    reason    TEXT NOT NULL,
    policy    TEXT NOT NULL,
    at_us     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX decisions_once ON decisions (action_id, revision, verdict, decider);
CREATE INDEX decisions_by_decider ON decisions (decider, at_us);
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions never change');
END;
CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions are never deleted');
END;

-- Executions: the intent is written before the effect, the outcome after it.
CREATE TABLE executions (
    id         TEXT PRIMARY KEY,
    action_id  TEXT NOT NULL REFERENCES actions (id),
    attempt    INTEGER NOT NULL CHECK (attempt >= 1),
    revision   INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    started_us INTEGER NOT NULL,
    ended_us   INTEGER,
    outcome    TEXT CHECK (outcome IN ('executed', 'failed', 'uncertain', 'interrupted')),
    summary    TEXT
) STRICT;
CREATE UNIQUE INDEX executions_by_action ON executions (action_id, attempt);
CREATE INDEX executions_open ON executions (started_us) WHERE outcome IS NULL;
CREATE TRIGGER executions_end_once BEFORE UPDATE ON executions WHEN OLD.outcome IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'an execution ends once');
END;
CREATE TRIGGER executions_are_kept BEFORE DELETE ON executions
BEGIN
    SELECT RAISE(ABORT, 'executions are never deleted');
END;

-- What personas say in channels that the console shows.
CREATE TABLE chat_messages (
    id          INTEGER PRIMARY KEY,
    action_id   TEXT NOT NULL UNIQUE,
    channel     TEXT NOT NULL,
    sender      TEXT NOT NULL,
    text        TEXT NOT NULL,
    in_reply_to TEXT,
    at_us       INTEGER NOT NULL
) STRICT;
CREATE INDEX chat_messages_by_channel ON chat_messages (channel, id);
