"""taskiq with its stream broker, which delivers again."""

from putting import run
from taskiq_redis import RedisStreamBroker
from witness import URL, done_slowly

broker = RedisStreamBroker(url=URL)


@broker.task
async def task(number):
    await done_slowly()


if __name__ == "__main__":
    run(task.kiq, setup=broker.startup)
