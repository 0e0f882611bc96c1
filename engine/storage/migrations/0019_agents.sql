-- Goals that were split into tasks: which plan each came from, what each of its tasks is in it, what operators are
-- asked in its middle, and what running tasks wrote.
CREATE TABLE task_graphs (
    id         TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    origin     TEXT NOT NULL,
    parameters TEXT NOT NULL,
    actor      TEXT NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX task_graphs_by_time ON task_graphs (created_us);

CREATE TABLE graph_tasks (
    task_id    TEXT PRIMARY KEY,
    graph_id   TEXT NOT NULL REFERENCES task_graphs (id),
    step       TEXT NOT NULL,
    place      INTEGER NOT NULL,
    on_failure TEXT NOT NULL CHECK (on_failure IN ('fail', 'skip', 'wait')),
    -- What an approval step asks, as JSON; null for agents' work.
    asks       TEXT,
    -- The action that asks it now; null before it was asked.
    action_id  TEXT,
    -- How often it was asked before.
    rounds     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (graph_id, step)
) STRICT;
CREATE INDEX graph_tasks_by_action ON graph_tasks (action_id) WHERE action_id IS NOT NULL;

CREATE TABLE task_output (
    task_id TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    token   INTEGER NOT NULL,
    source  TEXT NOT NULL,
    text    TEXT NOT NULL,
    at_us   INTEGER NOT NULL,
    PRIMARY KEY (task_id, seq)
) STRICT;
CREATE INDEX task_output_by_time ON task_output (at_us);
