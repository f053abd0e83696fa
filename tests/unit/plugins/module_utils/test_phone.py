# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone number without its library, and one that cannot be read; test_properties.py has those that can."""

from __future__ import annotations

import sys

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164


def test_a_phone_number_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(MissingLibrary) as failure:
        to_e164("0612345678", "phone_number")
    assert failure.value.library == "phonenumbers"


@pytest.mark.parametrize("text", ["hello", "", "0692 12 34 56", "+999 1", "12+34"])
def test_a_number_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InputError) as failure:
        to_e164(text, "phone_numbers")
    assert str(failure.value) == (
        f'phone_numbers: "{text}" cannot be read as a phone number. Write it in French national form (0612345678) or, '
        "for any number, in international form (+33612345678), in quotes."
    )


@pytest.mark.parametrize("text", ["06.12.34.56.78", "(06)12/34-56 78", "+33\u00a06\u202f12\u200934 56 78", "06\u201312\u201434\u201056-78"])
def test_usual_spellings_are_read(text: str) -> None:
    assert to_e164(text, "phone_number") == "+33612345678"
