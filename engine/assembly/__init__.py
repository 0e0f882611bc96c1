"""Puts the engine together: every room, the door, the window, and the services that keep them running."""
