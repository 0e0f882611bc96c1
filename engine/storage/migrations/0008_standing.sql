-- Standing rules: what operators always allow or always deny, each made from one example.
CREATE TABLE standing_rules (
    id             TEXT PRIMARY KEY,
    effect         TEXT NOT NULL CHECK (effect IN ('allow', 'deny')),
    kind           TEXT NOT NULL,
    tool           TEXT NOT NULL,
    proposer       TEXT,
    same_account   INTEGER NOT NULL CHECK (same_account IN (0, 1)),
    account_id     TEXT,
    stage          TEXT,
    arguments      TEXT NOT NULL,
    guardrails     TEXT NOT NULL,
    binding        TEXT,
    made_by        TEXT NOT NULL,
    role           TEXT NOT NULL,
    made_us        INTEGER NOT NULL,
    example        TEXT NOT NULL,
    example_digest TEXT NOT NULL,
    expires_us     INTEGER NOT NULL,
    most           INTEGER NOT NULL CHECK (most >= 1),
    reason         TEXT NOT NULL,
    digest         TEXT NOT NULL,
    uses           INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND most),
    last_us        INTEGER,
    ended          TEXT CHECK (ended IN ('revoked', 'expired', 'used up')),
    ended_us       INTEGER CHECK ((ended_us IS NULL) = (ended IS NULL))
) STRICT;
CREATE INDEX standing_rules_live ON standing_rules (kind, tool) WHERE ended IS NULL;
CREATE INDEX standing_rules_by_expiry ON standing_rules (expires_us) WHERE ended IS NULL;
CREATE INDEX standing_rules_by_time ON standing_rules (made_us, id);
CREATE TRIGGER standing_rules_keep_their_scope BEFORE UPDATE OF id, effect, kind, tool, proposer, same_account,
    account_id, stage, arguments, guardrails, binding, made_by, role, made_us, example, example_digest, expires_us, most,
    reason, digest ON standing_rules
BEGIN
    SELECT RAISE(ABORT, 'what a standing rule covers never changes');
END;
CREATE TRIGGER standing_rules_only_count_up BEFORE UPDATE OF uses ON standing_rules WHEN NEW.uses < OLD.uses
BEGIN
    SELECT RAISE(ABORT, 'uses are only counted up');
END;
CREATE TRIGGER standing_rules_end_once BEFORE UPDATE ON standing_rules WHEN OLD.ended IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a standing rule ends once');
END;
CREATE TRIGGER standing_rules_are_kept BEFORE DELETE ON standing_rules
BEGIN
    SELECT RAISE(ABORT, 'standing rules are never deleted');
END;
-- For the backtest: what was asked of one kind, by time.
CREATE INDEX actions_by_kind ON actions (kind, created_us);
-- What a revoked rule allowed and has not started.
CREATE INDEX actions_approved_by ON actions (decided_by) WHERE status = 'approved';

-- What was started, once for each subject that a limit can bind: everything, the proposer, the kind. Each row carries
-- its number and the money spent so far, so that a window is known from its first and its last row alone.
CREATE TABLE usage_ledger (
    subject     TEXT NOT NULL,
    number      INTEGER NOT NULL,
    at_us       INTEGER NOT NULL,
    action_id   TEXT NOT NULL,
    cents       INTEGER NOT NULL CHECK (cents >= 0),
    cents_total INTEGER NOT NULL,
    PRIMARY KEY (subject, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_ledger_by_time ON usage_ledger (subject, at_us);
-- Whom each subject last reached, and when.
CREATE TABLE usage_recipients (
    subject TEXT NOT NULL,
    address TEXT NOT NULL,
    last_us INTEGER NOT NULL,
    PRIMARY KEY (subject, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_recipients_by_time ON usage_recipients (subject, last_us);
