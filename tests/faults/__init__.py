"""The whole engine, as a process, under faults: what was acknowledged stays, and nothing happens twice.

``programme.toml`` says where each promise is tested, and ``mutants.toml`` without which lines of code the tests fail:
``python -m tests.faults.mutants``.
"""
