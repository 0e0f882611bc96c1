-- Notifications on their way: one row for each target, written with the action that asked for them and delivered
-- later; what could not be delivered stays, so that it is seen.
CREATE TABLE notifications (
    id            TEXT PRIMARY KEY,
    source        TEXT NOT NULL,
    target        TEXT NOT NULL,
    level         TEXT NOT NULL CHECK (level IN ('info', 'success', 'warning', 'failure')),
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'given_up')),
    attempts      INTEGER NOT NULL DEFAULT 0,
    not_before_us INTEGER NOT NULL,
    created_us    INTEGER NOT NULL,
    ended_us      INTEGER,
    last_error    TEXT NOT NULL DEFAULT '',
    UNIQUE (source, target)
) STRICT;
CREATE INDEX notifications_due ON notifications (not_before_us) WHERE status = 'waiting';
CREATE INDEX notifications_ended ON notifications (ended_us) WHERE status <> 'waiting';

-- How far a source of messages outside was read; moved in the transaction that takes the messages in.
CREATE TABLE poll_offsets (
    source  TEXT PRIMARY KEY,
    offset  INTEGER NOT NULL,
    seen_us INTEGER NOT NULL
) STRICT;

-- The tools of MCP servers as they were last listed, so that what was proposed can still be judged while one is away.
CREATE TABLE mcp_tools (
    server      TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    schema      TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    seen_us     INTEGER NOT NULL,
    PRIMARY KEY (server, name)
) STRICT;
