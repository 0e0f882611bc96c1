-- What the CRM says about the world, and the goals that are measured by it. Days are ISO dates, money is whole cents.
CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    sector        TEXT NOT NULL,
    location      TEXT NOT NULL,
    parent        TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    changed_us    INTEGER NOT NULL
) STRICT;

CREATE TABLE opportunities (
    id           TEXT PRIMARY KEY,
    account_id   TEXT REFERENCES accounts (id),
    product      TEXT NOT NULL,
    agent        TEXT NOT NULL,
    stage        TEXT NOT NULL CHECK (stage IN
        ('prospecting', 'qualification', 'evaluation', 'negotiation', 'closed_won', 'closed_lost')),
    source_stage TEXT NOT NULL,
    engage_date  TEXT,
    close_date   TEXT,
    value_cents  INTEGER CHECK (value_cents >= 0),
    changed_us   INTEGER NOT NULL,
    CHECK (stage NOT IN ('closed_won', 'closed_lost') OR close_date IS NOT NULL),
    CHECK (stage <> 'closed_won' OR value_cents IS NOT NULL)
) STRICT;
CREATE INDEX opportunities_by_account ON opportunities (account_id, stage, close_date);
CREATE INDEX opportunities_by_close ON opportunities (close_date, stage, value_cents);

-- account_id is what the interaction was about, also where the CRM does not know that account (yet).
CREATE TABLE interactions (
    id         TEXT PRIMARY KEY,
    account_id TEXT,
    kind       TEXT NOT NULL,
    summary    TEXT NOT NULL,
    at_us      INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    action_id  TEXT UNIQUE
) STRICT;
CREATE INDEX interactions_by_time ON interactions (at_us);
CREATE INDEX interactions_by_account ON interactions (account_id, at_us);

-- Targets are in the unit of the type: cents, a count, or hundredths of a percent.
CREATE TABLE goals (
    id         TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    type       TEXT NOT NULL CHECK (type IN ('pipeline', 'activity', 'quality', 'revenue')),
    target     INTEGER NOT NULL CHECK (target > 0),
    start_day  TEXT NOT NULL,
    end_day    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('active', 'completed', 'missed', 'paused')),
    created_us INTEGER NOT NULL,
    changed_us INTEGER NOT NULL,
    CHECK (end_day > start_day)
) STRICT;
CREATE INDEX goals_by_state ON goals (state, end_day);

-- The last measurement of each day; value is rounded down to the goal's unit.
CREATE TABLE goal_progress (
    goal_id  TEXT NOT NULL REFERENCES goals (id),
    day      TEXT NOT NULL,
    value    INTEGER NOT NULL,
    on_track INTEGER NOT NULL CHECK (on_track IN (0, 1)),
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (goal_id, day)
) STRICT;

-- A gap is one unbroken time in which a goal lags; it is answered by one proposed action.
CREATE TABLE goal_gaps (
    goal_id   TEXT NOT NULL REFERENCES goals (id),
    number    INTEGER NOT NULL,
    opened_us INTEGER NOT NULL,
    closed_us INTEGER,
    action_id TEXT,
    PRIMARY KEY (goal_id, number)
) STRICT;
CREATE INDEX goal_gaps_unanswered ON goal_gaps (goal_id) WHERE closed_us IS NULL AND action_id IS NULL;
