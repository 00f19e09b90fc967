#!/usr/bin/env python3
"""Start time and peak memory of the built distribution: start_time.py [RUNS] [ARGUMENT...], by default 20 runs of --version.

The variants run in turn in random order, so that a disturbance of the machine hits all of them alike.
"""
import os
import random
import statistics
import subprocess
import sys
import time

home = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../target/holdfast"))
program = os.path.join(home, "bin/holdfast")
runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
arguments = sys.argv[2:] or ["--version"]
variants = {
    "as shipped": "",
    "without AOT cache": "-XX:AOTMode=off",
    "as shipped, C1 only": "-XX:TieredStopAtLevel=1",
}


def one(options):
    environment = {"HOLDFAST_JAVA_OPTS": options} if options else {}
    start = time.perf_counter()
    process = subprocess.Popen([program] + arguments, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{arguments} ended with {process.returncode}")
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


results = {name: [] for name in variants}
for run in range(runs + 1):
    names = list(variants)
    random.shuffle(names)
    for name in names:
        result = one(variants[name])
        if run > 0:  # the first one reads the disk
            results[name].append(result)

print(f"{'variant':<22} {'median ms':>9} {'min..max ms':>14} {'CPU ms':>7} {'peak MiB':>8}")
for name, rows in results.items():
    wall, cpu, memory = zip(*rows)
    print(f"{name:<22} {statistics.median(wall):>9.0f} {f'{min(wall):.0f}..{max(wall):.0f}':>14} {statistics.median(cpu):>7.0f} {max(memory):>8.0f}")
