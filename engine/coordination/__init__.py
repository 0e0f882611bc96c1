"""Work shared over Redis: the private server, the connection, the queue with its leases, and the engine's door."""
