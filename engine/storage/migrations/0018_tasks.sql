-- How often a task changed: what a store elsewhere has is older, the same or newer. How long it waited and was worked on
-- over all of its attempts, and what that took (a JSON object, or empty).
ALTER TABLE tasks ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN queue_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN run_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN usage TEXT NOT NULL DEFAULT '';

-- Which store besides this database holds the tasks, no row where there is none; and whether all that it held when it
-- was chosen has been taken over. From then on nothing is taken over any more: the store only follows.
CREATE TABLE task_mirror (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    target  TEXT NOT NULL,
    adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1))
) STRICT;

-- What that store does not have yet: the newest revision of each task that changed; 0 where the task is gone.
CREATE TABLE task_unkept (
    task_id  TEXT PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT;

-- Whoever changes a task raises its revision, whether they think of it or not.
CREATE TRIGGER tasks_revised AFTER UPDATE ON tasks WHEN NEW.revision = OLD.revision
BEGIN
    UPDATE tasks SET revision = OLD.revision + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER tasks_unkept_new AFTER INSERT ON tasks WHEN EXISTS (SELECT 1 FROM task_mirror)
BEGIN
    INSERT INTO task_unkept (task_id, revision) VALUES (NEW.id, NEW.revision)
        ON CONFLICT (task_id) DO UPDATE SET revision = excluded.revision;
END;

CREATE TRIGGER tasks_unkept_changed AFTER UPDATE ON tasks
WHEN NEW.revision > OLD.revision AND EXISTS (SELECT 1 FROM task_mirror)
BEGIN
    INSERT INTO task_unkept (task_id, revision) VALUES (NEW.id, NEW.revision)
        ON CONFLICT (task_id) DO UPDATE SET revision = excluded.revision;
END;

CREATE TRIGGER tasks_unkept_gone AFTER DELETE ON tasks WHEN EXISTS (SELECT 1 FROM task_mirror)
BEGIN
    INSERT INTO task_unkept (task_id, revision) VALUES (OLD.id, 0)
        ON CONFLICT (task_id) DO UPDATE SET revision = 0;
END;
