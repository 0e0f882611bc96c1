"""rq's task, which its worker has to import by name."""

from witness import done, sleep


def task(number):
    done()
    sleep()
