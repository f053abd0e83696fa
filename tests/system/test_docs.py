# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides show the playbooks that the tests run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.community.smspartner.tests.system.conftest import EXAMPLES, GUIDES, code_blocks

PAGES = sorted(GUIDES.glob("*.rst"))


def playbooks(pattern: str) -> dict[str, str]:
    """Return the examples without their license headers."""
    return {file.name: file.read_text(encoding="utf-8").partition("---\n")[2].strip() for file in EXAMPLES.glob(pattern)}


@pytest.mark.parametrize("guide", PAGES, ids=lambda guide: guide.stem)
def test_a_guide_shows_playbooks_word_for_word(guide: Path) -> None:
    shown = [block for block in code_blocks(guide) if re.search(r"^  hosts:", block, re.MULTILINE)]
    assert [block for block in shown if block not in playbooks("*.yml").values()] == []


@pytest.mark.parametrize("guide", PAGES, ids=lambda guide: guide.stem)
def test_the_playbooks_that_a_guide_names_exist(guide: Path) -> None:
    named = re.findall(r"ansible-playbook ([\w-]+\.yml)", guide.read_text(encoding="utf-8"))
    assert [name for name in named if not (EXAMPLES / name).exists()] == []


def test_every_example_is_shown_in_a_guide() -> None:
    shown = {block for guide in PAGES for block in code_blocks(guide)}
    assert [name for name, text in playbooks("**/*.yml").items() if text not in shown] == ["demo.yml"]
