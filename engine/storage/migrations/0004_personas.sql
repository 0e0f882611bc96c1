-- What a persona is like at the moment; who it is stands in the settings.
CREATE TABLE personas (
    id              TEXT PRIMARY KEY,
    mode            TEXT NOT NULL CHECK (mode IN ('off', 'sync', 'shadow', 'autonomous')),
    mood            TEXT NOT NULL CHECK (mood IN ('overwhelmed', 'tired', 'active', 'idle')),
    as_of_us        INTEGER NOT NULL,
    energy          INTEGER NOT NULL CHECK (energy BETWEEN 0 AND 10000),
    attention       INTEGER NOT NULL CHECK (attention BETWEEN 0 AND 10000),
    energy_rest     INTEGER NOT NULL,
    attention_rest  INTEGER NOT NULL,
    energy_work     INTEGER NOT NULL,
    budget_day      TEXT NOT NULL,
    spent_actions   INTEGER NOT NULL,
    spent_tokens    INTEGER NOT NULL,
    spent_cents     INTEGER NOT NULL,
    feelings        TEXT NOT NULL,
    left_alone_us   INTEGER NOT NULL,
    answered_us     INTEGER,
    turn            INTEGER NOT NULL,
    failures_in_row INTEGER NOT NULL,
    circuit_us      INTEGER,
    bookmark        TEXT NOT NULL,
    bookmark_us     INTEGER,
    accepted        INTEGER NOT NULL DEFAULT 0,
    merged          INTEGER NOT NULL DEFAULT 0,
    dropped         INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What was said, once, however many personas hear it.
CREATE TABLE posts (
    id          TEXT PRIMARY KEY,
    channel     TEXT NOT NULL,
    sender      TEXT NOT NULL,
    sender_kind TEXT NOT NULL CHECK (sender_kind IN ('human', 'persona', 'system')),
    text        TEXT NOT NULL,
    digest      TEXT NOT NULL,
    payload     TEXT,
    in_reply_to TEXT,
    sent_us     INTEGER NOT NULL,
    arrived_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX posts_by_channel ON posts (channel, arrived_us);
CREATE INDEX posts_by_question ON posts (in_reply_to, sender) WHERE in_reply_to IS NOT NULL;

-- A post in one persona's inbox.
CREATE TABLE messages (
    id             TEXT PRIMARY KEY,
    persona_id     TEXT NOT NULL REFERENCES personas (id),
    post_id        TEXT NOT NULL REFERENCES posts (id),
    sender_kind    TEXT NOT NULL,
    mentioned      INTEGER NOT NULL,
    priority       INTEGER NOT NULL,
    boost          INTEGER NOT NULL DEFAULT 0,
    pinned_us      INTEGER,
    dedupe_key     TEXT,
    arrived_us     INTEGER NOT NULL,
    changed_us     INTEGER NOT NULL,
    status         TEXT NOT NULL CHECK (
        status IN ('pending', 'in_progress', 'done', 'dead', 'dropped', 'merged', 'declined')
    ),
    attempts       INTEGER NOT NULL DEFAULT 0,
    not_before_us  INTEGER,
    last_error     TEXT NOT NULL DEFAULT '',
    merged         INTEGER NOT NULL DEFAULT 0,
    merged_into    TEXT,
    outcome        TEXT NOT NULL DEFAULT '',
    outcome_reason TEXT NOT NULL DEFAULT '',
    action_ids     TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX messages_waiting ON messages (persona_id, arrived_us) WHERE status = 'pending';
CREATE INDEX messages_at_hand ON messages (persona_id) WHERE status = 'in_progress';
CREATE INDEX messages_dead ON messages (persona_id) WHERE status = 'dead';
CREATE INDEX messages_by_change ON messages (changed_us);
CREATE INDEX messages_by_key ON messages (persona_id, dedupe_key) WHERE dedupe_key IS NOT NULL AND status = 'pending';
CREATE INDEX messages_by_post ON messages (post_id);
