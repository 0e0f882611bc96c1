-- What a task is in the graph of a goal, with the graph itself, as JSON; null for a task that is in none.
ALTER TABLE tasks ADD COLUMN graph text;

-- Tasks that are submitted again and again by a cron entry: each entry's record as JSON.
CREATE TABLE task_crons (
    name   text COLLATE "C" PRIMARY KEY,
    record text NOT NULL
);
