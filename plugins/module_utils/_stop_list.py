# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""The stop list: its entries, and how one is added or removed."""

from __future__ import annotations

import contextlib
import gc
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer, require_xml_library, whole_number
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import NoUsableAnswer, Refusal, SmsPartnerError

NOT_FOUND = 4
# The API's pages disagree on 3: an older one has "message id is required", a newer one "already in the stop list".
ALREADY_LISTED = (3, 15)
# The types of an id and a phone number as the API sends them.
PLAIN = (int, str)


class Stop(t.NamedTuple):
    """One entry. ``phone_number`` and ``created_at`` are as the API writes them."""

    id: int
    phone_number: str
    created_at: str | None

    def as_result(self) -> dict[str, t.Any]:
        return self._asdict()


class Entries(t.NamedTuple):
    """The entries that were asked for, in the API's order, and the length of the whole list."""

    stops: list[Stop]
    total: int


class Change(t.NamedTuple):
    """What a call did to the list, with the answer that says so. ``warning`` tells why ``changed`` is not as the answer alone would have it."""

    changed: bool
    id: int | None
    answer: Answer
    warning: str | None = None


class StopList:
    """The stop list of one account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def entries(self, *, numbers: t.Container[str] | None = None, ids: t.Container[int] | None = None) -> Entries:
        """Return the entries that bear one of ``numbers`` (E.164) or of ``ids``; all of them where neither is given.

        :raises NoUsableAnswer: for a list that is not whole; half a list must never be taken for the whole
        """
        with _no_search_for_cycles():
            outcome = self._api.call(Call("read the stop list", "GET", "/stop-sms/list", {}, limit=None, changes=False))
        body = outcome.answer.body
        rows = body.get("data")
        total = whole_number(body.get("nbData"))
        if rows is None and total == 0:
            rows = []
        if not isinstance(rows, list):
            raise _not_whole("its rows are no list", outcome)
        if total != len(rows):
            raise _not_whole(f"it has {len(rows)} rows, and nbData says {body.get('nbData', 'nothing')}", outcome)
        try:
            return Entries(_selected(rows, numbers, ids), len(rows))
        except ValueError as error:
            raise _not_whole(str(error), outcome) from None

    def remove(self, stop_id: int, *, xml: bool = False) -> Change:
        """Take one entry off the list; one that is not on it is no change.

        :raises SmsPartnerError: when the call fails, with nothing taken for granted
        """
        if xml:
            require_xml_library()
        parameters = {"id": stop_id, **({"_format": "xml"} if xml else {})}
        purpose = f"remove the entry {stop_id} from the stop list"
        outcome = self._api.call(Call(purpose, "GET", "/stop-sms/delete", parameters, expected=(NOT_FOUND,), xml=xml))
        if outcome.answer.code != NOT_FOUND:
            return Change(True, stop_id, outcome.answer)
        if not outcome.perhaps_done:
            return Change(False, stop_id, outcome.answer)
        warning = (
            f"The API no longer knows the entry {stop_id}, after an earlier try of this run was left without an answer: "
            "that try is taken to have removed it, and the task reports changed."
        )
        return Change(True, stop_id, outcome.answer, warning)

    def add(self, phone_number: str) -> Change:
        """Put one number (E.164) on the list; one that is on it already is no change.

        :raises SmsPartnerError: when the call fails
        """
        outcome = self.send_add(phone_number)
        if outcome.answer.code not in ALREADY_LISTED:
            return added(outcome)
        try:
            stops = self.entries(numbers={phone_number}).stops
        except SmsPartnerError as error:
            if outcome.perhaps_done:
                error.tried = f"{_taken_as_added(phone_number, outcome)} {error.tried}"
                error.results = {"changed": True}
            raise
        return settle_add(phone_number, outcome, stops[0] if stops else None)

    def end(self) -> None:
        """Send nothing new from now on; see ``Api.end``."""
        self._api.end()

    def send_add(self, phone_number: str) -> Outcome:
        """Send the call alone. An answer with a code of ``ALREADY_LISTED`` needs the list to be understood: see ``settle_add``; any other: see ``added``."""
        purpose = f"put {phone_number} on the stop list"
        return self._api.call(Call(purpose, "POST", "/stop-sms/add", {"phoneNumber": phone_number}, expected=ALREADY_LISTED))


def added(outcome: Outcome) -> Change:
    """What a successful answer to ``send_add`` did."""
    return Change(True, whole_number(outcome.answer.body.get("stopId")), outcome.answer)


def settle_add(phone_number: str, outcome: Outcome, listed: Stop | None) -> Change:
    """What an answer to ``send_add`` with a code of ``ALREADY_LISTED`` did; ``listed`` is the number's entry in the list as it was read after it.

    :raises Refusal: when the number is not on the list, and no earlier try can have put it there
    """
    answer = outcome.answer
    stop_id = None if listed is None else listed.id
    if outcome.perhaps_done:
        return Change(True, stop_id, answer, _taken_as_added(phone_number, outcome))
    if stop_id is not None:
        return Change(False, stop_id, answer)
    refusal = Refusal(answer.code, answer.message, http_status=outcome.http_status, response=answer.body)
    refusal.tried = f"Could not put {phone_number} on the stop list, and the list does not show it. The reason:"
    raise refusal


def _taken_as_added(phone_number: str, outcome: Outcome) -> str:
    """Why an addition that the API refused is reported as a change."""
    return (
        f"The API refused {phone_number} with code {outcome.answer.code}, after an earlier try of this run was left without an answer: "
        "that try is taken to have put the number on the list, and the task reports changed."
    )


@contextlib.contextmanager
def _no_search_for_cycles() -> t.Iterator[None]:
    """A long list is a million objects and no cycle; to look for one again and again while they are made takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _selected(rows: list[t.Any], numbers: t.Container[str] | None, ids: t.Container[int] | None) -> list[Stop]:
    """The rows that are asked for, as entries; every row is checked.

    :raises ValueError: for a row without an id or a number, and for an id that comes twice
    """
    everything = numbers is None and ids is None
    numbers, ids = numbers or (), ids or ()
    stops: list[Stop] = []
    seen: set[int] = set()
    for row in rows:
        try:
            stop_id, phone_number = row["id"], row["phoneNumber"]
        except (TypeError, KeyError):
            raise ValueError("a row has no id or no phone number") from None
        # Most rows are plain: a list may be long, and to look closer at each would take longer than to read it.
        if (type(stop_id), type(phone_number)) != PLAIN or stop_id < 1 or not phone_number.strip():
            stop_id = _checked_id(stop_id, phone_number)
        seen.add(stop_id)
        if everything or phone_number in numbers or stop_id in ids:
            stops.append(Stop(stop_id, phone_number, row.get("createdAt")))
    if len(seen) < len(rows):
        # A removal by such an id could take away the other entry.
        raise ValueError("several rows have one id")
    return stops


def _checked_id(given: t.Any, phone_number: t.Any) -> int:
    """:raises ValueError: for a row whose id or number is none"""
    stop_id = whole_number(given)
    if stop_id is None or stop_id < 1:
        raise ValueError("a row has no id")
    if not isinstance(phone_number, str) or not phone_number.strip():
        raise ValueError(f"the row with the id {stop_id} has no phone number")
    return stop_id


def _not_whole(problem: str, outcome: Outcome) -> NoUsableAnswer:
    error = NoUsableAnswer(
        f"the stop list is not whole: {problem}",
        "Nothing was changed on the strength of it; run the play again, and ask SMS Partner if it lasts.",
        code=outcome.answer.code,
        http_status=outcome.http_status,
        response=outcome.answer.body,
    )
    error.tried = "Could not read the stop list. The reason:"
    return error
