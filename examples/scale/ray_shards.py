"""Shards of a run on a Ray cluster: ray_shards.py SCENARIO REPLICATIONS SHARDS. Parts come back as bytes, so that nodes share no folder."""

import subprocess
import sys
import tempfile
from pathlib import Path

import ray


@ray.remote(num_cpus=1, max_retries=3)
def shard(scenario, replications, number, of):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_text(scenario)
        command = ["mxsim", "run", "scenario.toml", "--replications", str(replications), "--shard", f"{number}/{of}", "--threads", "1", "-q", "-o", "part"]
        subprocess.run(command, check=True, cwd=folder)
        return (Path(folder) / "part").read_bytes()


def main():
    scenario, replications, of = Path(sys.argv[1]).read_text(), int(sys.argv[2]), int(sys.argv[3])
    ray.init()
    parts = []
    for number, part in enumerate(ray.get([shard.remote(scenario, replications, number, of) for number in range(1, of + 1)]), 1):
        parts.append(f"part-{number}")
        Path(parts[-1]).write_bytes(part)
    subprocess.run(["mxsim", "merge", *parts, "--exit-zero", "-q", "-o", "merged.json"], check=True)


if __name__ == "__main__":
    main()
