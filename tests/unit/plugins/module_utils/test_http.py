# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the root of an error is found among those that led to it, and the host of a proxy."""

from __future__ import annotations

from ansible_collections.community.smspartner.plugins.module_utils._http import _causes, _host_of, _reason


def test_every_cause_is_found_once() -> None:
    cause, shared = ValueError("cause"), ValueError("shared")
    error = RuntimeError(shared)
    error.__cause__, error.__context__ = cause, shared
    assert sorted(map(str, _causes(error))) == ["cause", "shared", "shared"]
    assert list(_causes(error)).count(shared) == 1


def test_causes_that_lead_to_each_other_come_to_an_end() -> None:
    error, other = RuntimeError(), RuntimeError()
    error.args, other.args = (other,), (error,)
    assert list(_causes(error)) == [error, other]


def test_the_reason_is_what_the_operating_system_says() -> None:
    error = RuntimeError("https://api.smspartner.fr/v1?apiKey=secret")
    error.__cause__ = ConnectionResetError(104, "Connection reset by peer")
    assert _reason(error) == "Connection reset by peer"
    assert _reason(RuntimeError("apiKey=secret")) == "it was closed before the answer was whole"


def test_the_host_of_a_proxy_with_and_without_a_scheme() -> None:
    assert _host_of("http://somebody:else@127.0.0.1:3128") == _host_of("127.0.0.1:3128") == "127.0.0.1"
    assert _host_of("http://[x") == _host_of("http://") == ""
