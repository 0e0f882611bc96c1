-- Tasks: the truth about the agents' work; Redis only carries it.
CREATE TABLE tasks (
    id              TEXT PRIMARY KEY,
    title           TEXT NOT NULL,
    description     TEXT NOT NULL,
    type            TEXT NOT NULL,
    payload         TEXT NOT NULL,
    priority        INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 10),
    capabilities    TEXT NOT NULL,
    timeout_seconds REAL,
    max_attempts    INTEGER NOT NULL CHECK (max_attempts >= 1),
    parent_goal     TEXT,
    state           TEXT NOT NULL CHECK (state IN (
        'backlog', 'pending', 'assigned', 'active', 'paused', 'done', 'failed', 'cancelled', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    token           INTEGER NOT NULL DEFAULT 0,
    agent           TEXT NOT NULL DEFAULT '',
    result          TEXT NOT NULL DEFAULT '',
    error           TEXT NOT NULL DEFAULT '',
    created_us      INTEGER NOT NULL,
    updated_us      INTEGER NOT NULL,
    queued_us       INTEGER,
    started_us      INTEGER,
    ended_us        INTEGER
) STRICT;
CREATE INDEX tasks_by_state ON tasks (state, priority, created_us);
CREATE INDEX tasks_by_update ON tasks (updated_us);
CREATE INDEX tasks_by_end ON tasks (ended_us) WHERE ended_us IS NOT NULL;

CREATE TABLE task_dependencies (
    task_id    TEXT NOT NULL REFERENCES tasks (id),
    depends_on TEXT NOT NULL REFERENCES tasks (id),
    PRIMARY KEY (task_id, depends_on)
) STRICT;
CREATE INDEX task_dependencies_by_target ON task_dependencies (depends_on);

-- What Redis must still be told, in order; written with the change that it announces.
CREATE TABLE task_outbox (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    op      TEXT NOT NULL CHECK (op IN ('enqueue', 'cancel', 'reprioritise', 'pause', 'resume'))
) STRICT;

-- How far the stream of results has been applied; moves in the transaction that applies it.
CREATE TABLE task_projection (
    name     TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT;
