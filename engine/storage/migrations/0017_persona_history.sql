-- How personas were over time, and what became of every message that was meant for them.

-- A row holds from its moment until the persona's next one, as long as somebody looked: only changes are kept.
CREATE TABLE persona_samples (
    persona_id TEXT NOT NULL,
    at_us      INTEGER NOT NULL,
    coarse     INTEGER NOT NULL DEFAULT 0 CHECK (coarse IN (0, 1)),
    energy     INTEGER NOT NULL,
    attention  INTEGER NOT NULL,
    budget     INTEGER NOT NULL,
    mood       TEXT NOT NULL,
    waiting    INTEGER NOT NULL,
    emotions   TEXT NOT NULL,
    PRIMARY KEY (persona_id, at_us)
) STRICT, WITHOUT ROWID;

-- When somebody looked; what no row covers is a gap.
CREATE TABLE persona_watches (
    began_us INTEGER PRIMARY KEY,
    ended_us INTEGER NOT NULL
) STRICT;

-- Messages that no inbox took in.
CREATE TABLE turned_away (
    message_id TEXT PRIMARY KEY,
    persona_id TEXT NOT NULL,
    post_id    TEXT NOT NULL,
    at_us      INTEGER NOT NULL,
    priority   INTEGER NOT NULL,
    reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX turned_away_by_persona ON turned_away (persona_id, at_us);

-- When the last attempt began.
ALTER TABLE messages ADD COLUMN taken_us INTEGER;
CREATE INDEX messages_taken ON messages (persona_id, arrived_us) WHERE status <> 'pending';

-- Among messages of one rank the oldest is always the most urgent: a page is merged from the heads of the ranks.
CREATE INDEX messages_ranked ON messages (min(10000, max(0, priority + boost)), arrived_us, id)
    WHERE status = 'pending' AND pinned_us IS NULL;
CREATE INDEX messages_pinned ON messages (pinned_us, arrived_us, id) WHERE status = 'pending' AND pinned_us IS NOT NULL;
