"""saq with its Redis queue."""

from putting import run
from saq import Queue
from witness import URL, done_slowly

queue = Queue.from_url(URL)


async def task(ctx, *, number):
    await done_slowly()


settings = {"queue": queue, "functions": [task], "concurrency": 100}


async def put(number):
    await queue.enqueue("task", number=number)


if __name__ == "__main__":
    run(put, setup=queue.connect)
