"""streaq."""

import asyncio

from putting import obey
from streaq import Worker
from witness import URL, done_slowly

worker = Worker(redis_url=URL, concurrency=100)


@worker.task()
async def task(number: int) -> None:
    await done_slowly()


async def bulk(number):
    await worker.enqueue_many([task.enqueue(each) for each in range(number)])


async def main():
    async with worker:
        await obey(task.enqueue, bulk, None)


if __name__ == "__main__":
    asyncio.run(main())
