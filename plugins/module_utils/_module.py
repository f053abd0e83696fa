# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""The interface to Ansible: options in, a StopList out; results and failures back, without the key."""

from __future__ import annotations

import math
import os
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible_collections.community.smspartner.plugins.module_utils._api import UNPACED, Api
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibraryError, SmsPartnerError, escaped
from ansible_collections.community.smspartner.plugins.module_utils._http import Http
from ansible_collections.community.smspartner.plugins.module_utils._secrets import MASK, Redactor
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import StopList

Result = dict[str, t.Any]


def _key_of_environment() -> str:
    return os.environ.get("SMSPARTNER_API_KEY", "").strip()


CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    # Not "required": the message for a missing key has to name the environment variable.
    "api_key": {"type": "str", "no_log": True, "fallback": (_key_of_environment,)},
    "api_url": {"type": "str", "default": "https://api.smspartner.fr/v1", "fallback": (env_fallback, ["SMSPARTNER_API_URL"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 10.0},
    "retries": {"type": "int", "default": 3},
}
PHONE_OPTIONS = frozenset({"phone_number", "phone_numbers", "previous_phone_numbers"})
LONGEST_QUOTE = 200  # characters of an unusable response that a message shows


class _Module(AnsibleModule):  # type: ignore[misc]  # Ansible has no type information
    """Treats null options as missing and keeps the raw values in ``given``.

    Ansible counts a null option as given and turns a null list into an empty one, and a purge would then empty the stop list.
    """

    params: dict[str, t.Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.given = {name: value for name, value in self.params.items() if value is not None}
        if isinstance(self.given.get("api_key"), str):
            self.given["api_key"] = self.given["api_key"].strip()
        # The value of a misspelt option may be the key, and Ansible shows it.
        self.params = {name: value if name in self.argument_spec or name.startswith("_ansible") else MASK for name, value in self.given.items()}

    def fail_json(self, msg: str, **result: t.Any) -> None:
        super().fail_json(msg, **{"code": None, "http_status": None, **result})


class Context(t.NamedTuple):
    """What a module works with. In ``options``, phone numbers are as the user gave them."""

    options: dict[str, t.Any]
    stop_list: StopList
    check_mode: bool
    diff_mode: bool
    warn: t.Callable[[str], None]


def run(work: t.Callable[[Context], Result], options: dict[str, dict[str, t.Any]], *, fact: str = "", **constraints: t.Any) -> None:
    """Run a module: check its options, do its work, and exit with the result or the failure.

    If ``fact`` is given, the result's ``response`` is also returned as the fact of that name.
    """
    module = _Module(argument_spec={**CONNECTION_OPTIONS, **options}, supports_check_mode=True, **constraints)
    redact = Redactor(module.params["api_key"] or "")
    try:
        result = _result(work, module, redact)
    except Exception as error:  # noqa: BLE001  # its text and its traceback could show the key
        result = _failure(_unexpected(error), redact)
    # Not within an except clause: there, Ansible would add the exception's text and traceback.
    if "msg" in result:
        module.fail_json(**result)
    if fact:
        result["ansible_facts"] = {fact: result["response"]}
    module.exit_json(**result)


def diff_of(before: t.Sequence[Result], after: t.Sequence[Result]) -> t.Any:
    """Return Ansible's diff of the entries that a task changes, with one item for each if there are several."""
    pairs = [{"before": entry, "after": {}} for entry in before] + [{"before": {}, "after": entry} for entry in after]
    return pairs if len(pairs) > 1 else pairs[0] if pairs else {"before": {}, "after": {}}


def _result(work: t.Callable[[Context], Result], module: _Module, redact: Redactor) -> Result:
    """Return the result of the work, or of its failure, which has a ``msg``."""
    try:
        return _masked(work(_context(module, redact)), redact)
    except SmsPartnerError as error:
        return _failure(error, redact)


def _context(module: _Module, redact: Redactor) -> Context:
    options = module.params
    for name in PHONE_OPTIONS & module.given.keys():
        # Ansible has turned an integer, such as an unquoted 0612345670, into a string.
        options[name] = module.given[name] if name == "phone_number" else _raw_items(module.given[name])
    _check_key(options["api_key"] or "")
    if not (math.isfinite(options["timeout"]) and options["timeout"] > 0):
        raise InputError("timeout", "must be greater than 0", "Give a number of seconds, such as 10.")
    if options["retries"] < 0:
        raise InputError("retries", "must be 0 or more", "Give 0 for a single attempt.")
    requests_per_minute = options.get("requests_per_minute", UNPACED)
    if requests_per_minute < 1:
        raise InputError("requests_per_minute", "must be 1 or more", "Give the number of requests to send in a minute.")
    for name in {"id", "ids"} & module.given.keys():
        _check_ids(name, _raw_items(module.given[name]))
    http = Http(options["api_url"].strip(), timeout=options["timeout"], validate_certs=options["validate_certs"], ca_path=options["ca_path"], redact=redact)
    api = Api(http, options["api_key"], retries=options["retries"], requests_per_minute=requests_per_minute)
    return Context(options, StopList(api), module.check_mode, module._diff, lambda text: module.warn(escaped(redact(text))))


def _check_key(key: str) -> None:
    if not key:
        advice = "Set api_key, or SMSPARTNER_API_KEY in the environment of the host that the task runs on (become drops that environment)."
        raise InputError("api_key", "missing or empty", advice)
    if not key.isascii() or not key.isprintable() or " " in key:
        advice = "Check where api_key or SMSPARTNER_API_KEY comes from: perhaps a file with a byte order mark or with several lines."
        raise InputError("api_key", "contains a space or a character that is not printable ASCII", advice)


def _check_ids(name: str, values: list[t.Any]) -> None:
    for value in values:
        digits = str(value).strip()
        # A number with a leading zero is a phone number.
        if not (digits.isascii() and digits.isdigit()) or digits[0] == "0":
            advice = "Give the whole number greater than 0 that smspartner_stop_info shows; a phone number is not an ID."
            raise InputError(name, f"{value!r} is not the ID of an entry", advice)


def _raw_items(given: t.Any) -> list[t.Any]:
    """Return the raw items of a list option, which Ansible also accepts as one value or as text with commas."""
    return given if isinstance(given, list) else given.split(",") if isinstance(given, str) else [given]


def _unexpected(error: Exception) -> SmsPartnerError:
    *_callers, (frame, line) = traceback.walk_tb(error.__traceback__)
    place = f"{os.path.basename(frame.f_code.co_filename)}, line {line}"
    return SmsPartnerError(f"an unexpected {type(error).__name__} in {place}", "Report this to the collection's issue tracker.")


def _failure(error: SmsPartnerError, redact: Redactor) -> Result:
    message = str(error)
    if isinstance(error, MissingLibraryError):
        message = f"{missing_required_lib(error.name)}. The import failed with {error.reason}"
    if error.body.strip():
        # Cut only after masking: a part of the key would not be found.
        message += f' The response begins: "{" ".join(redact(error.body).split())[:LONGEST_QUOTE]}"'
    known = {"code": error.code, "http_status": error.http_status, **({} if error.response is None else {"response": error.response})}
    return {**_masked({**error.results, **known}, redact), "msg": escaped(redact(message))}


def _masked(result: Result, redact: Redactor) -> Result:
    # The names of results are the collection's own, those of the response are the server's.
    return {name: redact(value, names=name == "response") for name, value in result.items()}
