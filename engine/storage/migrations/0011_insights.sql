-- What the engine read out of the CRM tables. Days are ISO dates.
CREATE TABLE patterns (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL,
    family      TEXT NOT NULL CHECK (family IN ('buying', 'risk', 'engagement')),
    type        TEXT NOT NULL CHECK (type IN
        ('buying_signal', 'critical_risk', 'high_risk', 'medium_risk', 'engagement_change')),
    fingerprint TEXT NOT NULL,
    confidence  INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
    evidence    TEXT NOT NULL,
    found_us    INTEGER NOT NULL,
    seen_us     INTEGER NOT NULL,
    closed_us   INTEGER,
    action_id   TEXT,
    answered_us INTEGER
) STRICT;
-- An account shows one pattern of a sort at a time.
CREATE UNIQUE INDEX patterns_one_open ON patterns (account_id, family) WHERE closed_us IS NULL;
CREATE INDEX patterns_unanswered ON patterns (confidence) WHERE closed_us IS NULL AND action_id IS NULL;
CREATE INDEX patterns_by_account ON patterns (account_id, family, answered_us);
CREATE INDEX patterns_by_fingerprint ON patterns (fingerprint, seen_us);
CREATE INDEX patterns_by_time ON patterns (found_us);

-- What is known about an account, in a few sentences; the newest replaces the one before.
CREATE TABLE account_contexts (
    account_id TEXT PRIMARY KEY,
    text       TEXT NOT NULL,
    method     TEXT NOT NULL,
    action_id  TEXT NOT NULL,
    made_us    INTEGER NOT NULL
) STRICT;

-- When a summary was last asked for, so that one that waits for an operator is not asked for again and again.
CREATE TABLE context_requests (
    account_id TEXT PRIMARY KEY,
    action_id  TEXT NOT NULL,
    asked_us   INTEGER NOT NULL
) STRICT;
