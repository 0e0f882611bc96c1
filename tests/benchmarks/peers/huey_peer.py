"""huey with its Redis queue."""

from huey import RedisHuey
from putting import run
from witness import URL, done, sleep

huey = RedisHuey("bench", url=URL)


@huey.task()
def task(number):
    done()
    sleep()


if __name__ == "__main__":
    run(task)
