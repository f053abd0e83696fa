# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What mutmut found, in the folder where it ran: fails below the score to reach, and where equivalent.yml is not the list of the survivors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

LEAST_SCORE = 95.0
EQUIVALENT = Path(__file__).with_name("equivalent.yml")
# What mutmut says of a mutant for which the tests failed or hung; any other word, such as "not checked", is that of a survivor.
NOTICED = ("killed", "timeout")


class Survivor(t.NamedTuple):
    """A mutant that no test noticed: the function, and the line that it was given."""

    function: str
    becomes: str


def mutmut(*arguments: str) -> str:
    return subprocess.run(["mutmut", *arguments], check=True, capture_output=True, text=True).stdout


def survivors() -> list[Survivor]:
    rows = [line.strip().rpartition(": ") for line in mutmut("results").splitlines()]
    return [Survivor(readable(name), changed_line(mutmut("show", name))) for name, _separator, status in rows if status not in NOTICED]


def readable(name: str) -> str:
    """``_api.Api.call`` for mutmut's name of a mutant of it."""
    module, _separator, function = name.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module.rpartition('.')[2]}.{function.removeprefix('x').removeprefix('_').replace('ǁ', '.').strip('.')}"


def changed_line(diff: str) -> str:
    added = re.findall(r"^\+(?!\+\+)(.*)", diff, re.MULTILINE)
    return " ".join(line.strip() for line in added)


def main() -> None:
    mutmut("export-cicd-stats")
    total = json.loads(Path("mutants/mutmut-cicd-stats.json").read_text(encoding="utf-8"))["total"]
    found = survivors()
    known = {Survivor(row["function"], row["becomes"]): row["because"] for row in yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))}
    wrong = [f"survived, and is not explained: {of.function}: {of.becomes}" for of in found if of not in known]
    wrong += [f"explained, and did not survive: {of.function}: {of.becomes}" for of in known if of not in found]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    score = 100.0 * (total - len(found)) / total
    print(f"make mutants: {total - len(found)} of {total} mutants killed, {score:.1f} %; {len(found)} survived")
    if wrong or score < LEAST_SCORE:
        sys.exit(1)


if __name__ == "__main__":
    main()
