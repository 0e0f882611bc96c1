"""The whole engine, as a process, under faults: what was acknowledged stays, and nothing happens twice."""
