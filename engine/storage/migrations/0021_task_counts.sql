-- How many tasks there are by what they ask for and by state, kept with every change: what is on the screen must not
-- cost more because a hundred thousand tasks wait. A number of 0 has no row.
CREATE TABLE task_counts (
    type         TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    state        TEXT NOT NULL,
    number       INTEGER NOT NULL,
    PRIMARY KEY (type, capabilities, state)
) STRICT, WITHOUT ROWID;

-- How many were done in each ten seconds since the epoch, by what they asked for; after half an hour it is forgotten.
CREATE TABLE task_done (
    slot         INTEGER NOT NULL,
    type         TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    number       INTEGER NOT NULL,
    PRIMARY KEY (slot, type, capabilities)
) STRICT, WITHOUT ROWID;

-- Whether Redis must still be told of a task; without it the reconciler looks through all of the outbox for each.
CREATE INDEX task_outbox_by_task ON task_outbox (task_id);

-- What Redis ought to know, in the order in which the reconciler goes through it.
CREATE INDEX tasks_open ON tasks (id) WHERE state IN ('pending', 'assigned', 'active');

-- The first of those that wait for the same.
CREATE INDEX tasks_waiting ON tasks (type, capabilities, queued_us) WHERE state = 'pending';

INSERT INTO task_counts (type, capabilities, state, number)
    SELECT type, capabilities, state, count(*) FROM tasks GROUP BY type, capabilities, state;
INSERT INTO task_done (slot, type, capabilities, number)
    SELECT ended_us / 10000000, type, capabilities, count(*) FROM tasks WHERE state = 'done'
        AND ended_us > (SELECT max(ended_us) FROM tasks) - 1800000000 GROUP BY 1, 2, 3;

CREATE TRIGGER tasks_counted_new AFTER INSERT ON tasks
BEGIN
    INSERT INTO task_counts (type, capabilities, state, number) VALUES (NEW.type, NEW.capabilities, NEW.state, 1)
        ON CONFLICT (type, capabilities, state) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER tasks_counted_changed AFTER UPDATE OF type, capabilities, state ON tasks
WHEN NEW.state <> OLD.state OR NEW.type <> OLD.type OR NEW.capabilities <> OLD.capabilities
BEGIN
    UPDATE task_counts SET number = number - 1
        WHERE type = OLD.type AND capabilities = OLD.capabilities AND state = OLD.state;
    INSERT INTO task_counts (type, capabilities, state, number) VALUES (NEW.type, NEW.capabilities, NEW.state, 1)
        ON CONFLICT (type, capabilities, state) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER tasks_counted_gone AFTER DELETE ON tasks
BEGIN
    UPDATE task_counts SET number = number - 1
        WHERE type = OLD.type AND capabilities = OLD.capabilities AND state = OLD.state;
END;

CREATE TRIGGER task_counts_nought AFTER UPDATE ON task_counts WHEN NEW.number <= 0
BEGIN
    DELETE FROM task_counts
        WHERE type = NEW.type AND capabilities = NEW.capabilities AND state = NEW.state;
END;

CREATE TRIGGER tasks_done_now AFTER UPDATE OF state ON tasks
WHEN NEW.state = 'done' AND OLD.state <> 'done' AND NEW.ended_us IS NOT NULL
BEGIN
    DELETE FROM task_done WHERE slot < NEW.ended_us / 10000000 - 180;
    INSERT INTO task_done (slot, type, capabilities, number)
        VALUES (NEW.ended_us / 10000000, NEW.type, NEW.capabilities, 1)
        ON CONFLICT (slot, type, capabilities) DO UPDATE SET number = number + 1;
END;

-- Taken over from elsewhere as it stands there.
CREATE TRIGGER tasks_done_before AFTER INSERT ON tasks
WHEN NEW.state = 'done' AND NEW.ended_us > coalesce((SELECT max(slot) FROM task_done), 0) * 10000000 - 1800000000
BEGIN
    INSERT INTO task_done (slot, type, capabilities, number)
        VALUES (NEW.ended_us / 10000000, NEW.type, NEW.capabilities, 1)
        ON CONFLICT (slot, type, capabilities) DO UPDATE SET number = number + 1;
    DELETE FROM task_done WHERE slot < (SELECT max(slot) FROM task_done) - 180;
END;
