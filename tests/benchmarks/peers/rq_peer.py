"""rq; each job in a process of its own, as by default."""

from putting import run
from redis import Redis
from rq import Queue
from rq_task import task
from witness import URL

queue = Queue(connection=Redis.from_url(URL))


def put(number):
    queue.enqueue(task, number)


def bulk(number):
    queue.enqueue_many([Queue.prepare_data(task, args=(each,)) for each in range(number)])


if __name__ == "__main__":
    run(put, bulk)
