# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides say what is so: they show the playbooks that are run, and each row of the table of faults is a test."""

from __future__ import annotations

import re
import textwrap
import typing as t

import pytest
from conftest import ROOT

if t.TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "docs" / "examples"
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
MODULES = ROOT / "tests" / "unit" / "plugins" / "modules"

# The beginning of each row of the table, and the tests that show it.
TESTS_OF_FAULTS = {
    "Connection refused": ["test_a_refused_connection_surely_changed_nothing"],
    "Connection lost after the request has left": ["the connection is closed before the answer", "the connection is closed after the work is done"],
    "Connection lost within an answer": ["the answer is cut off", "an answer in chunks is cut off", "the answer is cut off within its headers"],
    "No whole answer within": ["the answer never comes", "the body drips without end"],
    "HTTP 429 without a usable answer, or code 429": ["HTTP 429", "the answer has code 429"],
    "HTTP 500, 502, 503 or 504 without a usable answer": ["for status in (500, 502, 503, 504)"],
    "HTTP 429 or 5xx with a usable answer": ["and the answer all the same"],
    "``Retry-After`` of up to 60 s": ["test_retry_after_is_honoured"],
    "``Retry-After`` of more than 60 s": ["test_a_long_retry_after_fails"],
    "Redirect": ["test_redirects_are_not_followed"],
    "TLS failure": ["test_a_wrong_certificate_is_refused"],
    "Answer to an addition or removal of more than 1 MiB": ["test_a_long_answer_is_refused", "test_a_bomb_is_refused_before_it_goes_off"],
    "Answer with broken compression": ["test_broken_compression_is_a_failure"],
    "Answer that is no JSON": ["test_what_is_no_answer_is_a_failure"],
    "Answer that gives one name twice": ["the answer gives its code twice"],
    "Answer without a code": ["test_a_code_that_is_no_whole_number_is_a_failure"],
    "Code 200 without ``success``": ["test_code_200_without_success_is_a_failure"],
    "Code 4 to a removal": ["test_not_found_is_no_change", "test_not_found_after_a_lost_answer_is_a_change"],
    "Code 3 or 15 to an addition": ["test_listed_already_is_no_change", "test_refused_as_listed_but_not_on_the_list_is_a_failure"],
    "Account refused": ["test_a_refusal_of_the_account_ends_the_run"],
    "Another documented code": ["test_any_other_code_is_a_failure", "test_what_is_refused_is_recorded_and_the_rest_goes_on"],
    "Unknown code": ["test_any_other_code_is_a_failure"],
    "List whose length is not what the answer says": ["test_half_a_list_is_a_failure"],
    "Option that cannot be used": ["test_bad_input_is_told_before_any_request"],
    "Missing Python library": ["test_a_missing_library_is_told"],
    "Run broken off": ["test_a_run_that_was_broken_off_carries_on"],
}


def blocks(guide: Path) -> list[str]:
    """The code blocks of a guide."""
    text = guide.read_text(encoding="utf-8")
    return [textwrap.dedent(block).strip() for block in re.findall(r"^\.\. code-block:: \S+\n\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_the_playbooks_in_a_guide_are_those_that_are_run(guide: Path) -> None:
    run = [playbook.read_text(encoding="utf-8").partition("---\n")[2].strip() for playbook in EXAMPLES.glob("*.yml")]
    shown = [block for block in blocks(guide) if re.search(r"^  hosts:", block, re.MULTILINE)]
    assert [block for block in shown if block not in run] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_the_files_that_a_guide_names_are_there(guide: Path) -> None:
    named = re.findall(r"ansible-playbook ([\w-]+\.yml)", guide.read_text(encoding="utf-8"))
    assert [name for name in named if not (EXAMPLES / name).exists()] == []


def test_each_row_of_the_table_of_faults_is_a_test() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "faults_and_security.rst").read_text(encoding="utf-8")
    rows = re.findall(r"^    \* - (.*)", guide, re.MULTILINE)[1:]
    assert [row for row in rows if not row.startswith(tuple(TESTS_OF_FAULTS))] == []
    assert len(rows) == len(TESTS_OF_FAULTS)
    tests = "".join(path.read_text(encoding="utf-8") for path in MODULES.glob("test_*.py"))
    assert [name for names in TESTS_OF_FAULTS.values() for name in names if name not in tests] == []


def test_every_example_is_shown_in_a_guide() -> None:
    shown = {block for guide in GUIDES for block in blocks(guide)}
    files = {file.name: file.read_text(encoding="utf-8").partition("---\n")[2].strip() for file in EXAMPLES.rglob("*.yml")}
    assert [name for name, text in files.items() if text not in shown] == ["demo.yml"]
