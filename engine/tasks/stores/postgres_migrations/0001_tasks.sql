-- Tasks as the engine decided them. It writes each row whole and seals it: whoever else changes one breaks its seal,
-- and the next comparison puts the changed row aside and the decided one back.
CREATE TABLE tasks (
    id           text COLLATE "C" PRIMARY KEY,
    title        text NOT NULL,
    description  text NOT NULL,
    type         text NOT NULL,
    payload      text NOT NULL,
    priority     integer NOT NULL,
    capabilities text[] NOT NULL,
    depends_on   text[] NOT NULL,
    timeout_ms   bigint,
    max_attempts integer NOT NULL,
    parent_goal  text,
    state        text NOT NULL,
    attempts     integer NOT NULL,
    token        bigint NOT NULL,
    agent        text NOT NULL,
    result       text NOT NULL,
    error        text NOT NULL,
    usage        text NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    queued_at    timestamptz,
    started_at   timestamptz,
    ended_at     timestamptz,
    due_at       timestamptz,
    queue_ms     bigint NOT NULL,
    run_ms       bigint NOT NULL,
    unique_key   text NOT NULL,
    on_failure   text NOT NULL,
    revision     bigint NOT NULL,
    seal         text NOT NULL
);
CREATE INDEX tasks_by_state ON tasks (state, id);
CREATE INDEX tasks_by_goal ON tasks (parent_goal, id) WHERE parent_goal IS NOT NULL;

-- Rows that somebody else changed, as they were found.
CREATE TABLE tasks_set_aside (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    why     text NOT NULL,
    was     jsonb NOT NULL
);
