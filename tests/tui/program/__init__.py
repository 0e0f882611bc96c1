"""The whole program in a real terminal, over a real engine."""
