-- Which stage an opportunity or account was in since when, and who said so. Numbers count from 1 for each of them.
CREATE TABLE stage_history (
    subject TEXT NOT NULL CHECK (subject IN ('account', 'opportunity')),
    id      TEXT NOT NULL,
    number  INTEGER NOT NULL CHECK (number > 0),
    stage   TEXT NOT NULL CHECK (stage IN
        ('prospecting', 'qualification', 'evaluation', 'negotiation', 'closed_won', 'closed_lost', 'unknown')),
    day     TEXT,
    at_us   INTEGER NOT NULL,
    source  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    PRIMARY KEY (subject, id, number)
) STRICT, WITHOUT ROWID;

-- What was known before there was a history: an engagement, and where it stands.
INSERT INTO stage_history (subject, id, number, stage, day, at_us, source, actor)
    SELECT 'opportunity', id, 1, 'qualification', engage_date, changed_us, 'import', 'engine' FROM opportunities
    WHERE stage IN ('closed_won', 'closed_lost') AND engage_date IS NOT NULL;
INSERT INTO stage_history (subject, id, number, stage, day, at_us, source, actor)
    SELECT 'opportunity', id, 1 + (stage IN ('closed_won', 'closed_lost') AND engage_date IS NOT NULL), stage,
        CASE WHEN stage IN ('closed_won', 'closed_lost') THEN close_date ELSE engage_date END,
        changed_us, 'import', 'engine'
    FROM opportunities;

-- A stage that somebody set by hand. It holds until the opportunities say something else than they did (basis) then.
CREATE TABLE account_stages (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    stage      TEXT NOT NULL CHECK (stage IN
        ('prospecting', 'qualification', 'evaluation', 'negotiation', 'closed_won', 'closed_lost')),
    basis      TEXT NOT NULL,
    actor      TEXT NOT NULL,
    at_us      INTEGER NOT NULL
) STRICT;

-- Open value on a day, and what was engaged on a day, without looking at the table itself.
CREATE INDEX opportunities_by_engage ON opportunities (engage_date, stage, close_date, value_cents);

-- A goal that nobody wants to see any more.
ALTER TABLE goals ADD COLUMN archived_us INTEGER;

-- How deep the gap was when it was last answered, in the steps of the settings.
ALTER TABLE goal_gaps ADD COLUMN depth INTEGER NOT NULL DEFAULT -1;
UPDATE goal_gaps SET depth = 100 WHERE action_id IS NOT NULL;
