# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""The stop list: read its entries, add one, remove one."""

from __future__ import annotations

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer, whole_number
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import NoUsableAnswer, Refusal, SmsPartnerError

NOT_FOUND = 4
# The API's pages disagree on 3: an older one has "message id is required", a newer one "already in the stop list".
ALREADY_LISTED = (3, 15)


class Stop(t.NamedTuple):
    """One entry. ``phone_number`` and ``created_at`` are as the API writes them; if missing, "" and None."""

    id: int
    phone_number: str
    created_at: str | None


class Entries(t.NamedTuple):
    """The entries that were asked for, in the API's order, and the length of the whole list."""

    stops: list[Stop]
    total: int


class Change(t.NamedTuple):
    """What a call did. ``warning`` says why ``changed`` differs from what the response alone means."""

    changed: bool
    id: int | None
    answer: Answer
    warning: str | None = None


class StopList:
    """The stop list of one account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def entries(self, *, numbers: t.Container[str] | None = None, ids: t.Container[int] | None = None) -> Entries:
        """Return the entries with one of ``numbers`` (E.164) or of ``ids``, or all of them if neither is given.

        :raises NoUsableAnswer: for an incomplete list, which must never count as the whole list
        """
        outcome = self._api.call(Call("read the stop list", "GET", "/stop-sms/list", {}, changes=False))
        body = outcome.answer.body
        rows, total = body.get("data"), whole_number(body.get("nbData"))
        if rows is None and total == 0:
            rows = []
        if not isinstance(rows, list) or total != len(rows):
            found = f"{len(rows)} entries" if isinstance(rows, list) else "no list"
            raise _incomplete(f"it has {found}, and nbData is {body.get('nbData', 'missing')}", outcome)
        row_ids = [whole_number(row.get("id")) or 0 if isinstance(row, dict) else 0 for row in rows]
        if len({row_id for row_id in row_ids if row_id > 0}) < len(rows):
            raise _incomplete("an entry has no ID, or two entries have the same one", outcome)
        is_whole = numbers is None and ids is None
        wanted_numbers, wanted_ids = numbers or (), ids or ()
        stops = [
            Stop(row_id, number, row.get("createdAt"))
            for row_id, row in zip(row_ids, rows)
            if (number := str(row.get("phoneNumber") or "").strip()) in wanted_numbers or row_id in wanted_ids or is_whole
        ]
        return Entries(stops, total)

    def remove(self, stop_id: int, *, xml: bool = False) -> Change:
        """Remove one entry; if it is not on the list, nothing changes."""
        parameters = {"id": stop_id, **({"_format": "xml"} if xml else {})}
        outcome = self._api.call(Call(f"remove entry {stop_id}", "GET", "/stop-sms/delete", parameters, expected=(NOT_FOUND,), xml=xml))
        if outcome.answer.code != NOT_FOUND:
            return Change(True, stop_id, outcome.answer)
        warning = None
        if outcome.in_doubt:
            warning = f"Entry {stop_id} is no longer on the list. {_reported_as_changed('removed it')}"
        return Change(outcome.in_doubt, stop_id, outcome.answer, warning)

    def add(self, phone_number: str) -> Change:
        """Add one number (E.164); if it is already on the list, nothing changes."""
        outcome = self.send_add(phone_number)
        listed: list[Stop] = []
        if outcome.answer.code in ALREADY_LISTED:
            try:
                listed = self.entries(numbers={phone_number}).stops
            except SmsPartnerError:
                # In doubt, the number counts as added; the list would only tell the ID.
                if not outcome.in_doubt:
                    raise
        return change_after_add(phone_number, outcome, listed[0] if listed else None)

    def send_add(self, phone_number: str) -> Outcome:
        """Send the call alone. A code of ``ALREADY_LISTED`` can only be understood with the list: see ``change_after_add``."""
        call = Call(f"add {phone_number}", "POST", "/stop-sms/add", {"phoneNumber": phone_number}, expected=ALREADY_LISTED)
        return self._api.call(call)

    def stop(self) -> None:
        """Send no new request from now on; what is in flight finishes."""
        self._api.stop()


def change_after_add(phone_number: str, outcome: Outcome, listed: Stop | None) -> Change:
    """Return what a call to add did; ``listed`` is the number's entry if the list, read after the call, has one.

    :raises Refusal: when the API calls the number listed, but it is not
    """
    answer = outcome.answer
    if answer.code not in ALREADY_LISTED:
        return Change(True, whole_number(answer.body.get("stopId")), answer)
    stop_id = listed.id if listed else None
    if outcome.in_doubt:
        warning = f"The API refused {phone_number} with code {answer.code}. {_reported_as_changed('added it')}"
        return Change(True, stop_id, answer, warning)
    if listed:
        return Change(False, stop_id, answer)
    refusal = Refusal(answer.code, answer.message, http_status=outcome.http_status, response=answer.body)
    refusal.subject = f"Could not add {phone_number}"
    refusal.problem += ", but the list does not show it"
    refusal.advice = "A new entry can take up to 48 hours to appear. Run the task again after that."
    raise refusal


def _reported_as_changed(done: str) -> str:
    return f"An earlier attempt of this task got no usable response and probably {done}, so the task reports changed."


def _incomplete(problem: str, outcome: Outcome) -> NoUsableAnswer:
    problem, advice = f"the list is incomplete ({problem})", "Run the task again, and ask SMS Partner if it persists."
    error = NoUsableAnswer(problem, advice, code=outcome.answer.code, http_status=outcome.http_status, response=outcome.answer.body)
    error.subject = "Could not read the stop list"
    return error
