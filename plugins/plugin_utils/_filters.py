# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""What the filters share: their errors, and the checks of a text and of its numbers."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, SmsPartnerError

# A surrogate stands for a byte that is not UTF-8, and a replacement character for one that is lost.
NOT_UTF8 = re.compile("[\ud800-\udfff\ufffd]")

Result = t.TypeVar("Result")


def as_filter(function: t.Callable[..., Result]) -> t.Callable[..., Result]:
    """Wrap the function of a filter: its failures become filter errors."""

    @functools.wraps(function)
    def filtered(given: t.Any, *args: t.Any, **options: t.Any) -> Result:
        # Up to ansible-core 2.18, an encrypted variable is not a str, and an undefined one only fails when it is used.
        if not isinstance(given, (str, int, float, list, dict, type(None))):
            given = str(given)
        try:
            return function(given, *args, **options)
        except SmsPartnerError as error:
            raise AnsibleFilterError(str(error)) from None

    return filtered


def checked_text(given: t.Any, option: str) -> str:
    """Return the text without a byte order mark.

    :raises InputError: for what is not text, or was not UTF-8
    """
    if not isinstance(given, str):
        raise InputError(option, f"the input is not text ({type(given).__name__})", "Give the contents of a file.")
    lines = [str(number) for number, line in enumerate(given.split("\n"), start=1) if NOT_UTF8.search(line)]
    if lines:
        raise InputError(option, f"the text is not UTF-8 (line {', '.join(lines)})", "Save the file as UTF-8.")
    return given.lstrip("\ufeff")


def checked_numbers(numbers: list[str], required: bool, option: str, problem: str, advice: str) -> list[str]:
    """Return the numbers.

    :raises InputError: with the problem and the advice, if there are none although they are required
    """
    if required and not numbers:
        raise InputError(option, problem, advice)
    return numbers
