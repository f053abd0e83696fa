# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a failure is put together."""

from __future__ import annotations

from ansible_collections.community.smspartner.plugins.module_utils._errors import MissingLibrary, Refusal, SmsPartnerError


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
