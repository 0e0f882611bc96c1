-- What was asked for a task besides the work itself: when it may begin, under which name it is the only unfinished one,
-- and what becomes of it where something that it waits for did not succeed. No row where all of that is the default.
CREATE TABLE task_rules (
    task_id    TEXT PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    due_us     INTEGER,
    unique_key TEXT,
    on_failure TEXT NOT NULL DEFAULT 'fail' CHECK (on_failure IN ('fail', 'skip', 'wait'))
) STRICT;
CREATE INDEX task_rules_by_key ON task_rules (unique_key) WHERE unique_key IS NOT NULL;

-- Tasks that are submitted again and again by a cron entry; next_us is the next planned moment, moved in the unit of
-- work that submits for it.
CREATE TABLE task_crons (
    name       TEXT PRIMARY KEY,
    entry      TEXT NOT NULL,
    zone       TEXT NOT NULL,
    task       TEXT NOT NULL,
    next_us    INTEGER NOT NULL,
    runs       INTEGER NOT NULL DEFAULT 0,
    missed     INTEGER NOT NULL DEFAULT 0,
    last_us    INTEGER,
    last_task  TEXT,
    actor      TEXT NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX task_crons_by_next ON task_crons (next_us);
