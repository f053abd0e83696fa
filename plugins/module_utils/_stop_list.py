# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""The stop list: read its entries, add one, remove one."""

from __future__ import annotations

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._answer import ApiResult, whole_number
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import UnusableResponseError

NOT_FOUND = 4
# The API's page on additions has 3, its general page of error codes has 15.
ALREADY_LISTED = (3, 15)


class Stop(t.NamedTuple):
    """One entry. ``phone_number`` and ``created_at`` are as the API writes them; "" and None if they are missing."""

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
    result: ApiResult
    warning: str | None = None


class StopList:
    """The stop list of one account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def entries(self, *, numbers: t.Container[str] | None = None, ids: t.Container[int] | None = None) -> Entries:
        """Return the entries with one of ``numbers`` (E.164) or of ``ids``, or all of them if neither is given.

        :raises UnusableResponseError: for an incomplete list, which must never count as the whole list
        """
        outcome = self._api.call(Call("read the stop list", "GET", "/stop-sms/list", {}, changes=False))
        body = outcome.result.response
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
        stops = []
        for row_id, row in zip(row_ids, rows):
            number = str(row.get("phoneNumber") or "").strip()
            if is_whole or number in wanted_numbers or row_id in wanted_ids:
                created_at = row.get("createdAt")
                stops.append(Stop(row_id, number, created_at if isinstance(created_at, str) else None))
        return Entries(stops, total)

    def remove(self, stop_id: int, *, xml: bool = False) -> Change:
        """Remove one entry; if it is not on the list, nothing changes."""
        parameters = {"id": stop_id, **({"_format": "xml"} if xml else {})}
        outcome = self._api.call(Call(f"remove entry {stop_id}", "GET", "/stop-sms/delete", parameters, expected=(NOT_FOUND,), xml=xml))
        warning = None
        if outcome.result.code == NOT_FOUND and outcome.in_doubt:
            warning = f"Entry {stop_id} is no longer on the list. {_reported_as_changed('removed it')}"
        return Change(outcome.result.code != NOT_FOUND or outcome.in_doubt, stop_id, outcome.result, warning)

    def add(self, phone_number: str) -> Change:
        """Add one number (E.164). If it is already on the list, nothing changes, and the API does not tell its ID."""
        call = Call(f"add {phone_number}", "POST", "/stop-sms/add", {"phoneNumber": phone_number}, expected=ALREADY_LISTED)
        outcome = self._api.call(call)
        result = outcome.result
        if result.code not in ALREADY_LISTED:
            return Change(True, whole_number(result.response.get("stopId")), result)
        warning = None
        if outcome.in_doubt:
            warning = f"{phone_number} is already on the list (code {result.code}). {_reported_as_changed('added it')}"
        return Change(outcome.in_doubt, None, result, warning)

    def stop(self) -> None:
        """Send no new request from now on; what is in flight finishes."""
        self._api.stop()


def _reported_as_changed(done: str) -> str:
    return f"An earlier request got no usable response and probably {done}, so the task reports changed."


def _incomplete(problem: str, outcome: Outcome) -> UnusableResponseError:
    problem, advice = f"the list is incomplete ({problem})", "Run the task again, and ask SMS Partner if it persists."
    known = {"code": outcome.result.code, "http_status": outcome.http_status, "response": outcome.result.response}
    return UnusableResponseError(problem, advice, subject="Could not read the stop list", **known)
