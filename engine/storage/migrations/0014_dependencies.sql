-- What operators declared or withdrew about who waits for whom; what the settings declare stands in the settings.
CREATE TABLE persona_dependencies (
    persona_id TEXT NOT NULL,
    waits_for  TEXT NOT NULL,
    declared   INTEGER NOT NULL CHECK (declared IN (0, 1)),
    actor      TEXT NOT NULL,
    at_us      INTEGER NOT NULL,
    PRIMARY KEY (persona_id, waits_for)
) STRICT;

-- A message that its persona does not take up before another persona is done with the same one.
CREATE TABLE holds (
    message_id TEXT NOT NULL REFERENCES messages (id),
    waits_for  TEXT NOT NULL,
    persona_id TEXT NOT NULL,
    since_us   INTEGER NOT NULL,
    until_us   INTEGER NOT NULL,
    ended_us   INTEGER,
    why        TEXT NOT NULL DEFAULT '',
    raised     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, waits_for)
) STRICT;
CREATE INDEX holds_open ON holds (persona_id) WHERE ended_us IS NULL;

-- The conversation that a post belongs to: the first post of those that answer each other.
ALTER TABLE posts ADD COLUMN root TEXT NOT NULL DEFAULT '';
UPDATE posts SET root = id;
CREATE INDEX posts_by_root ON posts (root) WHERE root <> id;
