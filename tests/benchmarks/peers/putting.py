"""Enqueues for a peer: ``one N`` one after the other, ``bulk N`` as it does best, ``latency N PAUSE`` one by one, idle.

``one N WARM`` and ``bulk N WARM`` enqueue so many before the clock starts.
"""

import asyncio
import inspect
import os
import sys
import time


def run(put, bulk=None, setup=None):
    """Do what the command line says; prints seconds, or the moments of each call in nanoseconds."""
    asyncio.run(obey(put, bulk, setup))


async def obey(put, bulk, setup):
    """The same within an event loop."""
    if setup is not None:
        await setup()
    what, number = sys.argv[1], int(sys.argv[2])

    async def call(function, *arguments):
        found = function(*arguments)
        if inspect.isawaitable(found):
            await found

    if what == "latency":
        path = os.environ["BENCH_WITNESS"]
        for each in range(number):
            before = os.path.getsize(path)
            print(time.time_ns(), flush=True)
            await call(put, each)
            limit = time.monotonic() + 10
            while os.path.getsize(path) == before and time.monotonic() < limit:
                time.sleep(0.001)
            time.sleep(float(sys.argv[3]))
        return
    warm = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for each in range(warm):
        await call(put, each)
    began = time.perf_counter()
    if what == "bulk" and bulk is not None:
        await call(bulk, number)
    else:
        for each in range(number):
            await call(put, each)
    print(time.perf_counter() - began)
