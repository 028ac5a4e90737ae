#!/usr/bin/env python3
"""bench-1 in SimPy, to run beside mxsim: `pip install simpy`, then `python3 benches/simpy/bench_1.py --days 1`.

The job is the one of benches/reference: three equal MX hosts, 1,000 sites after Zipf's law, Poisson with 10 messages per second for a
day, node 1 silent from 06:00 to 12:00, lognormal sessions, 421 from a full node, retries, one cache with a TTL of 300 s per site.
Prints one line of JSON. Written as SimPy's own examples are: one process per message.
"""

import argparse
import bisect
import itertools
import json
import random
import time

import simpy

DAY = 86_400.0
HOUR = 3_600.0
SITES = 1_000
TTL = 300.0
CONNECT_TIMEOUT = 30.0
LIFETIME = 5 * DAY
SIGMA = 0.5


class Day:
    """One day: its world, and what is counted in it."""

    def __init__(self, seed, messages_per_day, sessions):
        self.random = random.Random(seed)
        self.env = simpy.Environment()
        self.rate = messages_per_day / DAY
        self.sessions = sessions
        self.busy = [0, 0, 0]
        self.expires = [0.0] * SITES
        self.sites = list(itertools.accumulate(1.0 / k for k in range(1, SITES + 1)))
        self.messages = self.attempts = self.lookups = self.retries = self.bounced = 0
        self.accepted = [0, 0, 0]
        self.accepted_by_hour = [[0] * 25 for _ in range(3)]
        self.peak_sessions = [0, 0, 0]
        self.delays = []

    def run(self):
        self.env.process(self.arrivals())
        self.env.run()
        return self

    def arrivals(self):
        while True:
            yield self.env.timeout(self.random.expovariate(self.rate))
            if self.env.now >= DAY:
                return
            self.messages += 1
            point = self.random.random() * self.sites[-1]
            self.env.process(self.message(bisect.bisect_left(self.sites, point)))

    def message(self, site):
        arrived = self.env.now
        wait = 300.0
        while True:
            if self.expires[site] <= self.env.now:
                self.expires[site] = self.env.now + TTL
                self.lookups += 1
            order = [0, 1, 2]
            self.random.shuffle(order)
            for node in order:
                self.attempts += 1
                if node == 0 and 6 * HOUR <= self.env.now < 12 * HOUR:
                    yield self.env.timeout(CONNECT_TIMEOUT)
                elif self.busy[node] < self.sessions:
                    yield from self.session(node, arrived)
                    return
            if self.env.now - arrived >= LIFETIME:
                self.bounced += 1
                return
            self.retries += 1
            yield self.env.timeout(min(wait, 4_000.0))
            wait *= 2

    def session(self, node, arrived):
        self.busy[node] += 1
        self.peak_sessions[node] = max(self.peak_sessions[node], self.busy[node])
        yield self.env.timeout(self.random.lognormvariate(-SIGMA * SIGMA / 2, SIGMA))
        self.busy[node] -= 1
        self.accepted[node] += 1
        self.accepted_by_hour[node][min(int(self.env.now / HOUR), 24)] += 1
        self.delays.append(self.env.now - arrived)


def quantile(ordered, p):
    return ordered[min(int(p * len(ordered)), len(ordered) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--messages-per-day", type=float, default=864_000.0)
    args = parser.parse_args()

    start = time.process_time()
    days = [Day(seed, args.messages_per_day, args.sessions).run() for seed in range(args.days)]
    delays = sorted(delay for day in days for delay in day.delays)
    cpu_s = time.process_time() - start

    messages = sum(day.messages for day in days)
    print(json.dumps({
        "messages": messages,
        "cpu_s": round(cpu_s, 3),
        "messages_per_cpu_s": round(messages / cpu_s),
        "delay_mean": sum(delays) / len(delays),
        "delay_p50": quantile(delays, 0.5),
        "delay_p95": quantile(delays, 0.95),
        "delay_p99": quantile(delays, 0.99),
        "delay_max": delays[-1],
        "lookups_per_1000": 1_000 * sum(day.lookups for day in days) / messages,
        "retries_per_message": sum(day.retries for day in days) / messages,
        "bounced": sum(day.bounced for day in days),
        "attempts": sum(day.attempts for day in days),
        "peak_sessions": [max(day.peak_sessions[node] for day in days) for node in range(3)],
        "accepted": [sum(day.accepted[node] for day in days) for node in range(3)],
        "accepted_by_hour": [[sum(day.accepted_by_hour[node][hour] for day in days) for hour in range(25)]
                             for node in range(3)],
    }))


if __name__ == "__main__":
    main()
