"""The screens of agents, queues, tasks and goals in steps."""
