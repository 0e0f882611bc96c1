"""arq."""

from arq import create_pool
from arq.connections import RedisSettings
from putting import run
from witness import URL, done_slowly

REDIS = RedisSettings.from_dsn(URL)
pool = None


async def task(ctx, number):
    await done_slowly()


class WorkerSettings:
    functions = [task]
    redis_settings = REDIS
    max_jobs = 100


async def setup():
    global pool
    pool = await create_pool(REDIS)


async def put(number):
    await pool.enqueue_job("task", number)


if __name__ == "__main__":
    run(put, setup=setup)
