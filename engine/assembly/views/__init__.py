"""What each room shows of itself in a view."""
