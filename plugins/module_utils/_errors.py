# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""Exceptions, and what the API's codes mean."""

from __future__ import annotations

import importlib
import typing as t

# What a code means and what to do. Source: the API's pages on the stop list.
CODES = {
    1: "The API received no key. Set api_key or SMSPARTNER_API_KEY.",
    2: "The API received no phone number. Check phone_number.",
    3: "The ID is missing, or the number is already on the list. Check the ID or the number.",
    4: "The ID is not on the list. Run smspartner_stop_info to see which IDs are.",
    9: "The phone number is invalid. Check the number; the API may not accept short codes.",
    10: "Check api_key against the key shown in your SMS Partner account.",
    15: "The number is already on the list. Run smspartner_stop_info to see it.",
    20: "The account is disabled. Ask SMS Partner to enable it.",
    30: "The account is blocked. Ask SMS Partner for the reason.",
    40: "Access to the API is denied. Ask SMS Partner to open the API for your account.",
    90: "The JSON of the request is malformed. Report this to the collection's issue tracker.",
    96: "This IP address is not authorized. In your account, allow the address of the host that the task runs on.",
    429: "The request quota of this IP address is used up. Run the task again in a minute.",
    500: "The API has a problem. Run the task again later, and ask SMS Partner if it persists.",
}
# After these, no other call can succeed.
ENDS_RUN = frozenset({1, 10, 20, 30, 40, 96, 429})
UNDOCUMENTED = "This code is not documented. Ask SMS Partner what it means."

Error = t.TypeVar("Error", bound="SmsPartnerError")


class SmsPartnerError(Exception):
    """A failure: what went wrong and what to do, without any secret."""

    subject = ""  # what failed, such as "Could not remove entry 666"
    in_doubt = False  # whether the change may have been made all the same
    code: int | None = None
    http_status: int | None = None
    retry_after: str | None = None  # the header of that name
    response: t.Any = None
    body = ""  # the text of a response that could not be used
    results: t.Mapping[str, t.Any] = {}  # what was done before

    def __init__(self, problem: str, advice: str, **known: t.Any) -> None:
        """``known`` are values of the attributes above."""
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        vars(self).update(known)

    def __str__(self) -> str:
        message = f"{self.subject}: {self.problem}." if self.subject else f"{self.problem[:1].upper()}{self.problem[1:]}."
        doubt = " A request got no usable response; the change may already have been made." if self.in_doubt else ""
        return f"{message}{doubt} {self.advice}"

    def extended(self: Error, **known: t.Any) -> Error:
        """Return the same failure with what another layer knows of it."""
        error = type(self).__new__(type(self))
        vars(error).update(vars(self), **known)
        return error


class InputError(SmsPartnerError):
    """An option that cannot be used. Raised before any request."""

    def __init__(self, option: str, problem: str, advice: str) -> None:
        super().__init__(problem, advice, subject=option)


class MissingLibraryError(SmsPartnerError):
    """A Python library that the call needs and that cannot be imported."""

    def __init__(self, library: str, error: Exception) -> None:
        self.name = library
        self.reason = f"{type(error).__name__}: {error}"
        super().__init__(f"the Python library {library} cannot be imported ({self.reason})", "Install it for the Python that runs ansible-playbook.")


class NotDoneError(SmsPartnerError):
    """A request that was not carried out: not sent, or redirected."""


class NotConnectedError(NotDoneError):
    """No connection could be made."""


class UnusableResponseError(SmsPartnerError):
    """A response, or none, that does not tell whether the request was carried out."""


class UnreadableBodyError(UnusableResponseError):
    """A body that is not JSON (or XML)."""


class ConnectionLostError(UnusableResponseError):
    """No complete response on a connection that was made."""


class ApiError(SmsPartnerError):
    """The API responded with a code that the call did not expect."""

    def __init__(self, code: int, message: str, **known: t.Any) -> None:
        problem = f'the API said "{message}" (code {code})' if message else f"the API returned code {code}"
        super().__init__(problem, CODES.get(code, UNDOCUMENTED), code=code, **known)
        self.ends_run = code in ENDS_RUN


class RunEndedError(Exception):
    """A call that was not sent because the run had ended."""


def import_library(module: str, library: str) -> t.Any:
    """Return the module, which is part of the library.

    :raises MissingLibraryError: where it cannot be imported
    """
    try:
        return importlib.import_module(module)
    except Exception as error:  # noqa: BLE001  # a broken library raises anything
        raise MissingLibraryError(library, error) from None


def escaped(text: str) -> str:
    """Return the text with invisible and control characters escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
