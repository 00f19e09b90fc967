#!/usr/bin/env python3
"""Checks the protocol of gc_model.py: it is safe as it is, and each of its rules is needed.

  python3 gc_check.py             a minute at most
  python3 gc_check.py --thorough  up to a million states for each configuration, about 3 GB of memory

Prints one line for each check; the exit status is 0 when all of them came out as expected.
"""
import sys
import time

from gc_model import SMALL, Model

# What each rule says when it is broken.
RULES = {
    "register-late": "a writer registers after it read the state (W1 before W2)",
    "list-early": "maintenance lists sessions before it publishes the condemnation (G2 before G3)",
    "no-remark": "maintenance does not mark again after the grace (G4)",
    "plain-commit": "a commit overwrites instead of put-if-absent (W7)",
    "use-condemned": "a writer refers to condemned packs (W5)",
    "count-condemned": "copies inside condemned packs count as copies (G4)",
    "no-grace": "maintenance neither waits for nor kills open sessions (G3)",
    "bury-blindly": "burying does not compare and set (G5)",
    "index-buried": "readers and writers do not leave out buried packs",
    "mark-no-patch": "marking does not follow the patch chunk of an extent (G4)",
    "mark-no-prefix": "marking does not follow the prefix of a delta frame (G4)",
    "trust-second": "a writer takes patch chunk and prefix for granted, in whatever pack (W5)",
    "delete-slots-early": "slots are deleted although the session is not sealed (G6)",
    "no-second-look": "a writer reports success without reading maint again (W7b)",
    "count-sealed": "slots of sealed sessions count",
    "seal-unannounced": "the floor rises without having been announced by the condemnation before (G2)",
    "begin-below": "a session begins although its id is below the announced floor (W2)",
    "seal-live": "a session is sealed although it has a live snapshot (G5)",
    "use-closing": "a writer uses deltas of sessions below the announced floor (W4)",
    "believe-forged": "maint objects without a valid MAC count",
    "believe-replayed": "the MAC of a maint object does not cover its number",
    "skip-numbers": "maintenance takes the number after the largest it saw, not the first free one",
    "believe-tombstones": "tombstones without a valid MAC count",
}

# Which configuration shows that a rule is needed: the cheapest one found.
NEEDED = {
    "register-late": dict(writers=1, maintainers=1),
    "list-early": dict(writers=1, maintainers=1),
    "no-remark": dict(writers=1, maintainers=1),
    "plain-commit": dict(writers=1, maintainers=1),
    "use-condemned": dict(writers=1, maintainers=1),
    "count-condemned": dict(writers=1, maintainers=1),
    "no-grace": dict(writers=1, maintainers=1),
    "bury-blindly": dict(writers=1, maintainers=2),
    "index-buried": dict(writers=2, maintainers=1, forget=(1,), packs=SMALL),
    "mark-no-patch": dict(writers=1, maintainers=1),
    "mark-no-prefix": dict(writers=2, maintainers=1),
    "trust-second": dict(writers=1, maintainers=1),
    "delete-slots-early": dict(writers=1, maintainers=1),
    "no-second-look": dict(writers=1, maintainers=1, floor=2),
    "count-sealed": dict(writers=1, maintainers=1, floor=2),
    "seal-unannounced": dict(writers=1, maintainers=1, floor=2),
    "begin-below": dict(writers=1, maintainers=1, floor=2),
    "seal-live": dict(writers=1, maintainers=1, floor=2),
    "use-closing": dict(writers=2, maintainers=1, floor=2),
    "believe-forged": dict(writers=1, maintainers=1, forger="invented"),
    "believe-replayed": dict(writers=1, maintainers=1, forger="replayed"),
    "skip-numbers": dict(writers=1, maintainers=2, forger="gap"),
    "believe-tombstones": dict(writers=1, maintainers=1, forger="tombstone"),
}

# (configuration, states at most in quick mode, in thorough mode)
SAFE = [
    (dict(writers=1, maintainers=1), 10_000, 10**6),
    (dict(writers=1, maintainers=1, floor=2), 10_000, 10**6),
    (dict(writers=1, maintainers=1, floor=2, late=True, forget=(0, 1)), 50_000, 10**6),
    (dict(writers=1, maintainers=1, kill=False), 10_000, 10**6),
    (dict(writers=1, maintainers=1, floor=2, forger="invented"), 20_000, 10**6),
    (dict(writers=1, maintainers=1, floor=2, forger="replayed"), 20_000, 10**6),
    (dict(writers=1, maintainers=1, floor=2, forger="tombstone"), 20_000, 10**6),
    (dict(writers=2, maintainers=1), 100_000, 10**6),
    (dict(writers=2, maintainers=1, floor=2), 50_000, 10**6),
    (dict(writers=2, maintainers=1, floor=3, late=True), 20_000, 10**6),
    (dict(writers=2, maintainers=1, floor=3, late=True, forget=(1,), packs=SMALL), 20_000, 10**6),
    (dict(writers=1, maintainers=2), 50_000, 10**6),
    (dict(writers=1, maintainers=2, floor=2), 20_000, 10**6),
    (dict(writers=1, maintainers=2, forger="gap"), 20_000, 10**6),
    (dict(writers=2, maintainers=2, floor=2), 20_000, 10**6),
]


def describe(configuration):
    return " ".join(f"{key}={value}" for key, value in configuration.items())


def report(expected, good, what, states, begun):
    seconds = time.monotonic() - begun
    print(f"{expected if good else 'WRONG'}: {what}; {states} states, {seconds:.1f} s", flush=True)


def main(arguments):
    thorough = arguments == ["--thorough"]
    if arguments and not thorough:
        print(__doc__.strip())
        return 2
    wrong = 0
    for configuration, quick_max, thorough_max in SAFE:
        begun = time.monotonic()
        states_max = thorough_max if thorough else quick_max
        outcome, states, facts, history = Model(**configuration).search(states_max)
        good = outcome in ("OK", "LIMIT")
        seen = "seen: " + ", ".join(sorted(facts)) if good else facts
        report("safe", good, f"{describe(configuration)}: {outcome}; {seen}", states, begun)
        wrong += not good
        for line in history:
            print("    " + line)
    for rule, configuration in NEEDED.items():
        begun = time.monotonic()
        model = Model(off=(rule,), **configuration)
        outcome, states, problem, history = model.search(1_000_000 if thorough else 300_000)
        good = outcome == "VIOLATION"
        found = f"{problem} after {len(history)} steps" if good else outcome
        report("caught", good, f"{rule}: {RULES[rule]}: {found}", states, begun)
        wrong += not good
    missing = sorted(set(RULES) ^ set(NEEDED))
    if missing:
        print(f"WRONG: rules without a check: {missing}")
        wrong += 1
    print(f"{len(SAFE)} configurations, {len(NEEDED)} rules removed, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
