"""dramatiq, as its guide sets it up."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from putting import run
from witness import URL, done, sleep

broker = RedisBroker(url=URL)
dramatiq.set_broker(broker)


@dramatiq.actor
def task(number):
    done()
    sleep()


if __name__ == "__main__":
    run(task.send)
