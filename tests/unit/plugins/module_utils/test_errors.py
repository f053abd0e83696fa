# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a failure is put together."""

from __future__ import annotations

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary, Refusal, SmsPartnerError, TransientFailure


def test_a_missing_library_says_so() -> None:
    assert str(MissingLibrary("requests")) == "the Python library requests is missing. Install it on the target."


def test_a_failure_tells_what_is_known() -> None:
    assert SmsPartnerError("It broke", "Mend it.").details() == {"msg": "It broke. Mend it."}
    error = Refusal(777, "", http_status=500, response={"code": 777})
    error.tried, error.results = "Could not do it. The reason:", {"changed": True, "code": 1}
    assert error.details() == {
        "changed": True,
        "code": 777,
        "http_status": 500,
        "response": {"code": 777},
        "msg": "Could not do it. The reason: the API refused it (code 777: not among the documented codes). "
        "Look the code up on SMS Partner's pages, or ask their support.",
    }


def test_only_some_codes_refuse_the_account() -> None:
    assert [code for code in range(600) if Refusal(code, "").of_account] == [1, 10, 20, 30, 40, 96]


def test_a_failure_starts_with_nothing_tried_and_nothing_done() -> None:
    error = SmsPartnerError("It broke", "Mend it.", body="<html>")
    assert (error.tried, error.results, error.body) == ("", {}, "<html>")
    assert repr(error) == "SmsPartnerError('It broke')"


def test_a_bad_option_is_named() -> None:
    assert str(InputError("retries", "it is less than 0", "Give 0 for a single try.")) == "retries: it is less than 0. Give 0 for a single try."


def test_a_failure_that_may_pass_knows_how_long_and_what_it_left() -> None:
    error = TransientFailure("It broke", "Wait.", perhaps_done=True, retry_after=7.0, code=429, http_status=503, response={"code": 429}, body="b")
    assert (error.perhaps_done, error.retry_after, error.body) == (True, 7.0, "b")
    assert error.details() == {"msg": "It broke. Wait.", "code": 429, "http_status": 503, "response": {"code": 429}}
    assert TransientFailure("It broke", "Wait.", perhaps_done=False).retry_after is None


def test_what_the_api_said_is_quoted() -> None:
    assert str(Refusal(20, "Closed")) == 'the API said "Closed" (code 20: the account is disabled). Ask SMS Partner to enable the account.'
