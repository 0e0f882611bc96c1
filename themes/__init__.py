"""Colour themes (TOML) and style sheets, read as package data."""
