-- The newest actions are looked up for every view: by this, what is not shown is not read.
CREATE INDEX actions_by_time ON actions (created_us, id);
