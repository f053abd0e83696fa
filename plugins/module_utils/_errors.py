# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""Every way in which a call can fail, and what the API's codes mean."""

from __future__ import annotations

import typing as t

# What each code means and what the reader of a failed play can do about it.
# Sources: the API's pages on the stop list; they give no meaning to any other code.
MEANINGS: dict[int, tuple[str, str]] = {
    1: ("the API key is required", "Set api_key, or SMSPARTNER_API_KEY in the environment."),
    2: ("the phone number is required", "Check the phone number that the task gives."),
    3: ("the id is required, or the number is already on the list", "Check the id or the number that the task gives."),
    4: ("the id is not found", "Read the list with smspartner_stop_info to see which ids there are."),
    9: ("the phone number is invalid", "Check the phone number; write it in international form, such as +33612345678."),
    10: ("the API key is incorrect", "Check api_key against the key shown in the SMS Partner account."),
    15: ("the number is already on the list", "Read the list with smspartner_stop_info; the entry can take up to 48 hours to show."),
    20: ("the account is disabled", "Ask SMS Partner to enable the account."),
    30: ("the account is blocked", "Ask SMS Partner why the account is blocked."),
    40: ("access to the API is denied", "Ask SMS Partner to open the API for the account."),
    90: ("the JSON of the request is malformed", "Report it to the collection's issue tracker."),
    96: ("this IP address is not authorised", "Add the address that the play's target calls from to those allowed in the account."),
    429: ("too many requests", "Wait a minute, or run fewer jobs side by side; the quota is 2,000 requests a minute for one IP address."),
    500: ("trouble on the server's side", "Try again later; if it lasts, ask SMS Partner."),
}

ACCOUNT_CODES = frozenset({1, 10, 20, 30, 40, 96})


class SmsPartnerError(Exception):
    """A call that failed: what was wrong and what to do, without the secret parts of any request.

    ``body`` is the text of an answer that could not be used, to quote its beginning from. ``tried`` is filled in by the
    layer that knows what the call was for, ``results`` by the one that knows what had been done before the failure.
    """

    def __init__(
        self,
        problem: str,
        advice: str,
        *,
        code: int | None = None,
        http_status: int | None = None,
        response: dict[str, t.Any] | None = None,
        body: str = "",
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        self.code = code
        self.http_status = http_status
        self.response = response
        self.body = body
        self.tried = ""
        self.results: dict[str, t.Any] = {}

    def __str__(self) -> str:
        return " ".join(self.sentences())

    def sentences(self) -> list[str]:
        """What was tried, what was wrong, and what to do now, as far as it is known."""
        return [part for part in (self.tried, f"{self.problem}.", self.advice) if part]

    def details(self) -> dict[str, t.Any]:
        """The failure as a module's result: ``msg``, and what is known of ``code``, ``http_status`` and ``response``."""
        known = {"code": self.code, "http_status": self.http_status, "response": self.response}
        return {**self.results, "msg": str(self), **{name: value for name, value in known.items() if value is not None}}


class InputError(SmsPartnerError):
    """An option that cannot be used; raised before any request."""

    def __init__(self, option: str, problem: str, advice: str) -> None:
        super().__init__(f"{option}: {problem}", advice)


class MissingLibrary(SmsPartnerError):
    """A Python library that the call needs is not installed on the target."""

    def __init__(self, library: str) -> None:
        super().__init__(f"the Python library {library} is missing", "Install it on the target.")
        self.name = library


class NoUsableAnswer(SmsPartnerError):
    """The server gave nothing from which to tell whether the call was carried out; not to be tried again."""


class CutOff(NoUsableAnswer):
    """An answer that breaks off. If it had no length of its own, the connection may have been lost, and another try may help."""


class TransientFailure(NoUsableAnswer):
    """A failure that another try may get over.

    ``perhaps_done`` tells whether the server may have carried the request out all the same,
    ``retry_after`` how many seconds the server asked to wait, if it did.
    """

    def __init__(self, problem: str, advice: str, *, perhaps_done: bool, retry_after: float | None = None, **details: t.Any) -> None:
        super().__init__(problem, advice, **details)
        self.perhaps_done = perhaps_done
        self.retry_after = retry_after


class Ended(Exception):
    """A call that was not begun, since the run had come to its end before its turn; nobody reads of it."""


class Refusal(SmsPartnerError):
    """The API answered with a code that the call did not expect."""

    def __init__(self, code: int, message: str, **details: t.Any) -> None:
        meaning, advice = MEANINGS.get(code, ("not among the documented codes", "Look the code up on SMS Partner's pages, or ask their support."))
        said = f'the API said "{message}"' if message else "the API refused it"
        super().__init__(f"{said} (code {code}: {meaning})", advice, code=code, **details)

    @property
    def of_account(self) -> bool:
        """Whether the API refuses the account as such, so that no further call can succeed."""
        return self.code in ACCOUNT_CODES
