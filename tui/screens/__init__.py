"""Screens and dialogs, one for each file."""
