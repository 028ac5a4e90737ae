"""Shards of a run on a Dask cluster: dask_shards.py SCENARIO REPLICATIONS SHARDS [SCHEDULER | --lose-a-worker].

Without the address of a scheduler four local workers do it; with --lose-a-worker one of them is killed on purpose. A worker that is lost takes nothing with it: Dask gives its shard to another, which
writes the same bytes. Parts go to the current folder, which all workers have to see.
"""

import os
import signal
import subprocess
import sys
import time

from dask.distributed import Client, LocalCluster


def shard(scenario, replications, number, of):
    part = f"part-{number}"
    command = ["mxsim", "run", scenario, "--replications", str(replications), "--shard", f"{number}/{of}", "-q", "-o", part]
    subprocess.run(command, check=True)
    return part


def kill_a_worker(cluster):
    time.sleep(0.5)
    # A worker of a local cluster is a process that its nanny watches.
    pid = next(iter(cluster.workers.values())).pid
    os.kill(pid, signal.SIGKILL)
    print(f"killed the worker with the process id {pid}")


def main():
    scenario, replications, of = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    more = sys.argv[4] if len(sys.argv) > 4 else None
    is_local = more in (None, "--lose-a-worker")
    cluster = LocalCluster(n_workers=4, threads_per_worker=1, dashboard_address=None) if is_local else more
    with Client(cluster) as client:
        futures = [client.submit(shard, scenario, replications, number, of, pure=False) for number in range(1, of + 1)]
        if more == "--lose-a-worker":
            kill_a_worker(cluster)
        parts = client.gather(futures)
    subprocess.run(["mxsim", "merge", *parts, "--exit-zero", "-q", "-o", "merged.json"], check=True)


if __name__ == "__main__":
    main()
