# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints what mutmut found in the folder where it ran; fails below the score to reach."""

from __future__ import annotations

import re
import subprocess
import sys

MINIMUM_SCORE = 95.0
# What mutmut calls a mutant for which the tests failed or hung; any other mutant survived.
KILLED = ("killed", "timeout")


def mutmut(*arguments: str) -> str:
    return subprocess.run(["mutmut", *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    results = [line.strip().rpartition(": ") for line in mutmut("results", "--all", "true").splitlines() if ": " in line]
    survivors = [name for name, _separator, status in results if status not in KILLED]
    for name in survivors:
        changed = re.findall(r"^[-+](?![-+]{2})(.*)", mutmut("show", name), re.MULTILINE)
        print(f"{name}: {' -> '.join(line.strip() for line in changed)}")
    score = 100.0 * (len(results) - len(survivors)) / len(results)
    print(f"make mutants: {len(results) - len(survivors)} of {len(results)} mutants killed, {score:.1f} %; {len(survivors)} survived")
    if score < MINIMUM_SCORE:
        sys.exit(1)


if __name__ == "__main__":
    main()
