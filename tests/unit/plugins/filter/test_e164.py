# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.smspartner.plugins.filter.e164 import FilterModule
from jinja2 import StrictUndefined, UndefinedError

e164 = FilterModule().filters()["e164"]


def test_a_number_is_converted_as_in_the_modules() -> None:
    assert [e164(number) for number in ("06 12 34 56 78", 33612345678, "36111")] == ["+33612345678", "+33612345678", "36111"]


def test_what_is_not_a_number_is_a_filter_error_with_the_same_message() -> None:
    with pytest.raises(AnsibleFilterError, match=r'^e164: "\\u200b" is not a phone number\. Write it in international form '):
        e164("\u200b")


def test_an_undefined_variable_is_named() -> None:
    with pytest.raises(UndefinedError, match="'customer_number' is undefined"):
        e164(StrictUndefined(name="customer_number"))


def test_a_missing_library_is_a_filter_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(AnsibleFilterError, match="The Python library phonenumbers cannot be imported"):
        e164("06 12 34 56 78")
