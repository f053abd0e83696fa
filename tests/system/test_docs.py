# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides show what exists, and what the tests run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.community.smspartner.tests.system.conftest import EXAMPLES, GUIDES, PLAYBOOKS, ROOT, code_blocks

PAGES = sorted(GUIDES.glob("*.rst"))
# Without their license headers
EXAMPLE_TEXTS = {file: file.read_text(encoding="utf-8").rpartition("---\n")[2].strip() for file in EXAMPLES.glob("**/*.*")}
TEXT = "".join(guide.read_text(encoding="utf-8") for guide in PAGES)


@pytest.mark.parametrize("guide", PAGES, ids=lambda guide: guide.stem)
def test_a_guide_shows_playbooks_word_for_word(guide: Path) -> None:
    shown = [block for block in code_blocks(guide) if re.search(r"^  hosts:", block, re.MULTILINE)]
    assert [block for block in shown if block not in EXAMPLE_TEXTS.values()] == []


def test_the_files_that_the_guides_link_to_exist() -> None:
    linked = re.findall(r"community\.smspartner/blob/main/([^>`]+)>", TEXT)
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_the_guides_name_every_playbook_and_every_example() -> None:
    assert set(re.findall(r"ansible-playbook community\.smspartner\.(\w+)", TEXT)) == {playbook.stem for playbook in PLAYBOOKS}
    shown = {block for guide in PAGES for block in code_blocks(guide)}
    assert [file.name for file, text in EXAMPLE_TEXTS.items() if file.name not in TEXT and text not in shown] == ["demo.yml"]


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.stem)
def test_the_guide_of_a_playbook_has_all_its_variables(playbook: Path) -> None:
    (guide,) = (guide.read_text(encoding="utf-8") for guide in PAGES if f"This is `{playbook.name} <" in guide.read_text(encoding="utf-8"))
    (comment,) = re.findall(r"^---\n((?:# .*\n)+)", playbook.read_text(encoding="utf-8"), re.MULTILINE)
    variables = ", ".join(re.findall(r"(?:^# |; )([a-z_, ]+):", comment, re.MULTILINE)).split(", ")
    assert re.findall(r"^    \* - ``(\w+)``", guide, re.MULTILINE) == variables
