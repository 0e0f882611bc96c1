"""The autonomy engine. It never imports ``tui`` or Textual."""
