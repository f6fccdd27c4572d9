"""Repeats until a time is settled, and reads this process's peak memory."""

import resource
import time

WARM_UP_LIMIT = 20.0  # Seconds after which one repetition must do.


def seconds(work):
    """How long one call of `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def shortest(work, budget):
    """The shortest repetition after a warm-up and their number: at least two, within about `budget` seconds.

    A warm-up of more than `WARM_UP_LIMIT` is followed by one repetition only.
    """
    warm_up = seconds(work)
    times = []
    needed = 1 if warm_up > WARM_UP_LIMIT else 2
    while len(times) < needed or sum(times) + min(times) <= budget:
        times.append(seconds(work))
    return min(times), len(times)


def peak_megabytes():
    """The most memory this process ever held in RAM, in units of 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
