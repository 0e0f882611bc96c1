"""The yardstick of task queues: claim and complete with leases, scripted and batched, and nothing else."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from redis.asyncio import Redis

CLAIM = """
local popped = redis.call('ZPOPMIN', KEYS[1], ARGV[1])
local ids, leases = {}, {}
for i = 1, #popped, 2 do
  ids[#ids + 1] = popped[i]
  leases[#leases + 1] = ARGV[2]
  leases[#leases + 1] = popped[i]
end
if #ids == 0 then return {} end
redis.call('ZADD', KEYS[2], unpack(leases))
return {ids, redis.call('HMGET', KEYS[3], unpack(ids))}
"""
DONE = """
local mine = {}
for i, score in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(ARGV))) do
  if score then mine[#mine + 1] = ARGV[i] end
end
redis.call('ZREM', KEYS[1], unpack(mine))
redis.call('HDEL', KEYS[2], unpack(mine))
redis.call('XADD', KEYS[3], '*', 'done', table.concat(mine, ' '))
return #mine
"""


def bare_rate(url: str, tasks: int = 50_000, batch: int = 100) -> float:
    """Tasks a second of one process that does one batch after the other."""
    return asyncio.run(_rate(url, tasks, batch))


async def _rate(url: str, tasks: int, batch: int) -> float:
    redis = Redis.from_url(url, protocol=3, legacy_responses=False)
    await redis.flushall()
    claim, done = await redis.script_load(CLAIM), await redis.script_load(DONE)
    for start in range(0, tasks, 500):
        names = [f"01a1fee4-task-{number:08d}" for number in range(start, min(tasks, start + 500))]
        await redis.zadd("q", {name: number for number, name in enumerate(names, start)})
        bodies = {name: json.dumps({"id": name, "title": "noop", "type": "noop", "payload": "{}"}) for name in names}
        await redis.hset("b", mapping=bodies)  # type: ignore[arg-type]  # redis-py wants a wider mapping
    began, ended = time.perf_counter(), 0
    while True:
        got: Any = await redis.evalsha(claim, 3, "q", "l", "b", batch, int(time.time()) + 30)
        if not got:
            break
        ids = [name for name, body in zip(*got, strict=True) if json.loads(body)]
        answer: Any = await redis.evalsha(done, 3, "l", "b", "s", *ids)
        ended += int(answer)
    seconds = time.perf_counter() - began
    assert ended == tasks
    await redis.flushall()
    await redis.aclose()
    return tasks / seconds
