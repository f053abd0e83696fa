# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What mutmut found, in the folder where it ran: fails below the score to reach, and for a survivor that equivalent.yml does not explain."""

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


class Survivor(t.NamedTuple):
    """A mutant that no test noticed: the function, and the line that it was given."""

    function: str
    becomes: str


def mutmut(*arguments: str) -> str:
    return subprocess.run(["mutmut", *arguments], check=True, capture_output=True, text=True).stdout


def survivors() -> list[Survivor]:
    names = [line.split(":")[0].strip() for line in mutmut("results").splitlines() if line.rstrip().endswith(("survived", "no tests", "suspicious"))]
    return [Survivor(readable(name), changed_line(mutmut("show", name))) for name in names]


def readable(name: str) -> str:
    """``_api.Api.call`` for mutmut's name of a mutant of it."""
    module, _separator, function = name.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module.rpartition('.')[2]}.{function.removeprefix('x').removeprefix('_').replace('ǁ', '.').strip('.')}"


def changed_line(diff: str) -> str:
    added = re.findall(r"^\+(?!\+\+)(.*)", diff, re.MULTILINE)
    return " ".join(line.strip() for line in added)


def main() -> None:
    mutmut("export-cicd-stats")
    counts = json.loads(Path("mutants/mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    found = survivors()
    known = {Survivor(row["function"], row["becomes"]): row["because"] for row in yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))}
    unknown = [survivor for survivor in found if survivor not in known]
    for survivor in unknown:
        print(f"survived, and is not explained: {survivor.function}: {survivor.becomes}")
    score = 100.0 * (counts["total"] - len(found)) / counts["total"]
    print(f"make mutants: {score:.1f} % of {counts['total']} mutants killed; {len(found)} survived, {len(found) - len(unknown)} of them explained")
    if unknown or score < LEAST_SCORE:
        sys.exit(1)


if __name__ == "__main__":
    main()
