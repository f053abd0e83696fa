# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failure says, word for word, to the person who reads a failed play at night."""

from __future__ import annotations

import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

if t.TYPE_CHECKING:
    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules

REMOVE, ADD, STOPS = "smspartner_stop_remove", "smspartner_stop_add", "smspartner_stops"
MESSAGES = yaml.safe_load(Path(__file__).with_name("messages.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row["message"])
def test_failure(modules: Modules, emulator: Emulator, waits: list[float], row: dict[str, t.Any]) -> None:
    if "fault" in row:
        emulator.fault(**row["fault"])
    result = modules.run(row["module"], **row.get("options", {}))
    assert result["failed"]
    assert result["msg"] == row["message"].replace("API_HOST", urlsplit(emulator.api_url).netloc)


def test_an_entry_that_is_refused_among_others(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="add", code=9, message="Invalid")
    (error,) = modules.run(STOPS, phone_numbers=["0699999999"], requests_per_minute=100_000)["errors"]
    assert error == {
        "phone_number": "+33699999999",
        "code": 9,
        "msg": 'Could not put +33699999999 on the stop list. The reason: the API said "Invalid" (code 9: the phone number is invalid). '
        "Check the phone number; write it in international form, such as +33612345678.",
    }


@pytest.mark.parametrize(
    ("module", "options", "warning"),
    [
        (
            REMOVE,
            {"id": 19},
            "The API no longer knows the entry 19, after an earlier try of this run was left without an answer: "
            "that try is taken to have removed it, and the task reports changed.",
        ),
        (
            ADD,
            {"phone_number": "0699999999"},
            "The API refused +33699999999 with code 15, after an earlier try of this run was left without an answer: "
            "that try is taken to have put the number on the list, and the task reports changed.",
        ),
    ],
)
@pytest.mark.usefixtures("waits")
def test_warning(modules: Modules, emulator: Emulator, module: str, options: dict[str, t.Any], warning: str) -> None:
    emulator.fault(call="delete" if module == REMOVE else "add", drop="after")
    result = modules.run(module, retries=1, **options)
    assert result["changed"] is True
    assert warning in str(result["warnings"])
