"""celery with its Redis transport, results left out, late acknowledgement."""

from celery import Celery
from putting import run
from witness import URL, done, sleep

app = Celery("celery_peer", broker=URL)
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=16, worker_concurrency=1)


@app.task
def task(number):
    done()
    sleep()


if __name__ == "__main__":
    run(task.delay)
