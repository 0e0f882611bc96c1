"""huey with its Redis queue."""

from huey import RedisHuey
from witness import URL, done, sleep

huey = RedisHuey("bench", url=URL)


@huey.task()
def task(number):
    done()
    sleep()


if __name__ == "__main__":
    # Tasks are known by the module's name, which is another one here.
    import huey_peer
    from putting import run

    run(huey_peer.task)
