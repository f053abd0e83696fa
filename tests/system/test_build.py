# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user installs."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import REMOVE, Ansible

FILES = {"CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md"}
FOLDERS = {"LICENSES", "changelogs", "docs", "extensions", "meta", "playbooks", "plugins"}


def test_the_build_holds_what_a_user_needs_and_no_more(build: Path) -> None:
    with tarfile.open(build) as archive:
        names = archive.getnames()
    assert {name.split("/")[0] for name in names} == FILES | FOLDERS
    assert not [name for name in names if "__pycache__" in name]


def test_plugins_and_meta_alone_are_enough(ansible: Ansible, emulator: Client, collections: Path, tmp_path: Path) -> None:
    whole = collections / "ansible_collections" / "community" / "smspartner"
    bare = tmp_path / "bare" / "ansible_collections" / "community" / "smspartner"
    for folder in ("plugins", "meta"):
        shutil.copytree(whole / folder, bare / folder)
    task = {"name": "Remove", REMOVE: {"id": 1}}
    play = {"module_defaults": {"group/community.smspartner.smspartner": {"api_key": "demo-key"}}, "block": [task]}
    output = ansible.tasks([play], ANSIBLE_COLLECTIONS_PATH=str(tmp_path / "bare"), SMSPARTNER_API_KEY="")
    assert "changed=1" in output
    assert emulator.numbers == []
