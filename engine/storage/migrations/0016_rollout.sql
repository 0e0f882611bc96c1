-- The gradual rollout of autonomy: the plan and where it stands. The newest row is the one that counts.
CREATE TABLE rollouts (
    number     INTEGER PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN
        ('planned', 'soaking', 'ready', 'held', 'complete', 'rolled_back', 'aborted')),
    stage      TEXT NOT NULL CHECK (stage IN ('one', 'half', 'all')),
    began_us   INTEGER NOT NULL,
    soaked_us  INTEGER NOT NULL CHECK (soaked_us >= 0),
    as_of_us   INTEGER NOT NULL,
    why        TEXT NOT NULL DEFAULT '',
    changed_us INTEGER NOT NULL
) STRICT;

-- Whom it is about, in their order. A persona joined when its stage began; what it was before, it can be again.
CREATE TABLE rollout_members (
    rollout     INTEGER NOT NULL REFERENCES rollouts (number),
    place       INTEGER NOT NULL,
    persona_id  TEXT NOT NULL,
    before_mode TEXT,
    joined_us   INTEGER,
    since_us    INTEGER,
    PRIMARY KEY (rollout, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX rollout_members_once ON rollout_members (rollout, persona_id);

-- What happened to it, step by step; never changed.
CREATE TABLE rollout_steps (
    id         INTEGER PRIMARY KEY,
    rollout    INTEGER NOT NULL REFERENCES rollouts (number),
    at_us      INTEGER NOT NULL,
    step       TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    stage      TEXT NOT NULL,
    actor      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    gate       TEXT NOT NULL DEFAULT '',
    persona_id TEXT NOT NULL DEFAULT '',
    figures    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TRIGGER rollout_steps_never_change BEFORE UPDATE ON rollout_steps
BEGIN
    SELECT RAISE(ABORT, 'what happened to a rollout never changes');
END;

-- What a persona in shadow mode did about a message and what it would have done on its own; a bounded number is kept.
CREATE TABLE shadow_runs (
    message_id     TEXT PRIMARY KEY,
    persona_id     TEXT NOT NULL,
    arrived_us     INTEGER NOT NULL,
    attempts       INTEGER NOT NULL DEFAULT 0,
    sync_us        INTEGER,
    sync_outcome   TEXT NOT NULL DEFAULT '',
    sync_reason    TEXT NOT NULL DEFAULT '',
    sync_proposals TEXT NOT NULL DEFAULT '[]',
    auto_us        INTEGER,
    auto_outcome   TEXT NOT NULL DEFAULT '',
    auto_reason    TEXT NOT NULL DEFAULT '',
    auto_proposals TEXT NOT NULL DEFAULT '[]',
    verdict        TEXT NOT NULL DEFAULT 'open' CHECK (verdict IN
        ('open', 'equal', 'different', 'only_sync', 'only_auto', 'unfinished')),
    differs        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX shadow_runs_open ON shadow_runs (persona_id) WHERE auto_us IS NULL AND verdict = 'open';
CREATE INDEX shadow_runs_by_arrival ON shadow_runs (persona_id, arrived_us);
