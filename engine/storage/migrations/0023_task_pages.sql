-- Pages of tasks in the order of their ids, newest first, by what is asked for: each page costs the same, however many
-- tasks there are. The type stands beside the state, so that both together are read from the index alone.
CREATE INDEX tasks_paged_by_state ON tasks (state, id, type);
CREATE INDEX tasks_paged_by_type ON tasks (type, id);
CREATE INDEX tasks_paged_by_goal ON tasks (parent_goal, id) WHERE parent_goal IS NOT NULL;
CREATE INDEX tasks_paged_by_agent ON tasks (agent, id) WHERE agent <> '';
