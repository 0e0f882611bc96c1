"""The commands of each room, as handlers for the dispatcher."""
