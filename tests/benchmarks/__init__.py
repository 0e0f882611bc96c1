"""Measurements, run on request: ``uv run python -m tests.benchmarks.console``. They assert nothing about time."""
