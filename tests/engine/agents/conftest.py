"""Agents against the same real server as the queue's own tests."""

from __future__ import annotations

from ..coordination.conftest import prefix, redis, server_url

__all__ = ["prefix", "redis", "server_url"]
