-- Jobs by plan: slots of an interval or of a cron entry, retries and runs by hand that survive a restart, and a history.

-- plan is what the slots depend on; slot_us is the first slot that no run was for yet.
CREATE TABLE planned_jobs (
    name          TEXT PRIMARY KEY,
    plan          TEXT NOT NULL,
    slot_us       INTEGER NOT NULL,
    seed          INTEGER NOT NULL,
    retry_us      INTEGER,
    asked         INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
    last_began_us INTEGER,
    last_ended_us INTEGER,
    last_outcome  TEXT CHECK (last_outcome IN ('ok', 'failed', 'timeout', 'cut_off')),
    last_count    INTEGER NOT NULL DEFAULT 0,
    last_note     TEXT NOT NULL DEFAULT '',
    runs          INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    merged        INTEGER NOT NULL DEFAULT 0,
    skipped       INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO planned_jobs (name, plan, slot_us, seed, retry_us, last_began_us, last_ended_us, last_outcome, last_count,
    last_note, runs, failures)
SELECT name, 'every ' || interval_us,
    CASE WHEN next_due_us > slot_us
        THEN slot_us + (next_due_us - slot_us + interval_us - 1) / interval_us * interval_us ELSE slot_us END,
    abs(random() % 4294967296), CASE WHEN failures > 0 THEN next_due_us END, last_run_us, last_run_us,
    CASE last_ok WHEN 1 THEN 'ok' WHEN 0 THEN 'failed' END, last_count, last_note, runs, failures
FROM jobs;
DROP TABLE jobs;
ALTER TABLE planned_jobs RENAME TO jobs;

-- A row without an end is a run in progress, or one that died with its process.
CREATE TABLE job_runs (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    cause    TEXT NOT NULL CHECK (cause IN ('slot', 'retry', 'hand')),
    slot_us  INTEGER NOT NULL,
    began_us INTEGER NOT NULL,
    ended_us INTEGER,
    outcome  TEXT CHECK (outcome IN ('ok', 'failed', 'timeout', 'cut_off')),
    count    INTEGER NOT NULL DEFAULT 0,
    note     TEXT NOT NULL DEFAULT '',
    merged   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX job_runs_by_name ON job_runs (name, id);
CREATE INDEX job_runs_open ON job_runs (name) WHERE ended_us IS NULL;
