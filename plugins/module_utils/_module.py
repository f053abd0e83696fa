# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""The edge to Ansible: options in, a StopList out; results and failures back, without the key."""

from __future__ import annotations

import math
import os
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible_collections.community.smspartner.plugins.module_utils._answer import SURROGATE
from ansible_collections.community.smspartner.plugins.module_utils._api import Api
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary, SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._http import Http
from ansible_collections.community.smspartner.plugins.module_utils._secrets import Redactor
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import StopList

Result = dict[str, t.Any]


def _key_of_environment() -> str:
    """The key or nothing, which is told as an empty key: "missing required arguments" would not say that there is a variable for it."""
    return os.environ.get("SMSPARTNER_API_KEY", "").strip()


CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    "api_key": {"type": "str", "required": True, "no_log": True, "fallback": (_key_of_environment,)},
    "api_url": {"type": "str", "default": "https://api.smspartner.fr/v1", "fallback": (env_fallback, ["SMSPARTNER_API_URL"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 10.0},
    "retries": {"type": "int", "default": 3},
}

ID = re.compile("[1-9][0-9]{0,99}")

# What Ansible shows in place of a secret.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# Python writes no integer of more than 4,300 digits.
LONGEST_INTEGER = 10_000  # bits

# What Ansible is given to refuse in place of a number that would make it break down, or count for hours.
TOO_LARGE = "a number that is too large"

# How much of an unusable answer a failure quotes.
QUOTED = 200


class _Module(AnsibleModule):  # type: ignore[misc]  # Ansible has no type information
    """Takes an option without a value for one that was not given, and keeps in ``given`` what was, before Ansible converts it.

    To Ansible, ``id:`` counts as given; a list of numbers whose variable is empty would be an empty list, and a purge would empty the stop list.
    The key loses its blanks before Ansible notes it as the secret to mask: with them, it would not be found where others leave them out.
    """

    params: dict[str, t.Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.given = {name: value for name, value in self.params.items() if value is not None}
        if isinstance(self.given.get("api_key"), str):
            self.given["api_key"] = self.given["api_key"].strip()
        self.params = {name: _without_overflow(value, self.argument_spec.get(name, {})) for name, value in self.given.items()}

    def _log_invocation(self) -> None:
        values = self.params
        self.params = _shown(values, Redactor(values["api_key"]))
        super()._log_invocation()
        self.params = values

    def fail_json(self, msg: str, **result: t.Any) -> None:
        """Mask the failures of Ansible's own checks as well, and leave out what was given under a name that is no option, such as a misspelt key."""
        redact = Redactor(str(self.params.get("api_key") or ""))
        self.params = _shown({name: value for name, value in self.params.items() if name in self.argument_spec}, redact)
        super().fail_json(_readable(msg, redact), **result)


class Task(t.NamedTuple):
    """What a module's work is done with; in ``options``, phone numbers are as they were given."""

    options: dict[str, t.Any]
    stop_list: StopList
    check_mode: bool
    diff_mode: bool
    warn: t.Callable[[str], None]


def run(
    work: t.Callable[[Task], Result],
    options: dict[str, dict[str, t.Any]],
    pace: t.Callable[[dict[str, t.Any]], t.Callable[[], float]] = lambda _options: lambda: 0.0,
    **constraints: t.Any,
) -> None:
    """Run a module: check its options, do its work, and exit with the result or with the one failure.

    ``pace`` makes, from the options, what tells before each request how many seconds it has to wait.
    """
    module = _Module(argument_spec={**CONNECTION_OPTIONS, **options}, supports_check_mode=True, **constraints)
    values, key = {**module.params, **_phone_numbers(module.given)}, module.params["api_key"]
    redact = Redactor(key)

    def warn(text: str) -> None:
        module.warn(_readable(text, redact))

    module.params = _shown(values, redact)
    try:
        _check_key(key, module.given.get("api_key"))
        _check_options(options, module.given, values)
        stop_list = _stop_list(key, values, pace(values), redact)
        finish, result = module.exit_json, _masked(work(Task(values, stop_list, module.check_mode, module._diff, warn)), redact)
    except MissingLibrary as error:
        finish, result = module.fail_json, {"msg": missing_required_lib(error.name)}
    except SmsPartnerError as error:
        finish, result = module.fail_json, _failure(error, redact)
    # Not where the error is caught: there, Ansible would add the error's own text, and a traceback.
    finish(**result)


def diff_of(before: t.Sequence[Result], after: t.Sequence[Result]) -> t.Any:
    """Ansible's diff of the entries that a task touches, one at a time if there are several."""
    pairs = [{"before": entry, "after": {}} for entry in before] + [{"before": {}, "after": entry} for entry in after]
    return pairs if len(pairs) > 1 else pairs[0] if pairs else {"before": {}, "after": {}}


def _stop_list(key: str, options: dict[str, t.Any], pace: t.Callable[[], float], redact: Redactor) -> StopList:
    http = Http(
        options["api_url"].strip(),
        timeout=options["timeout"],
        validate_certs=options["validate_certs"],
        ca_path=options["ca_path"],
        redact=redact,
    )
    return StopList(Api(http, key, retries=options["retries"], pace=pace))


def _check_key(key: str, given: t.Any) -> None:
    if isinstance(given, (bool, float, list, dict)):
        raise InputError("api_key", "it is not a string", "Give the key alone, in quotes.")
    if not key:
        advice = "Give the key shown in the SMS Partner account, or leave api_key out and set SMSPARTNER_API_KEY on the host that the task runs on."
        raise InputError("api_key", "it is missing or empty", advice)
    if not key.isprintable():
        advice = "Check how the key reaches the play: it may come from a file with a byte order mark, or with more than one line."
        raise InputError("api_key", "it holds a character that cannot be seen", advice)


def _check_options(spec: dict[str, dict[str, t.Any]], given: dict[str, t.Any], options: dict[str, t.Any]) -> None:
    if not (math.isfinite(options["timeout"]) and options["timeout"] > 0):
        raise InputError("timeout", "it must be finite and more than 0", "Give a number of seconds, such as 10.")
    if options["retries"] < 0:
        raise InputError("retries", "it is less than 0", "Give 0 for a single try.")
    for name in ("id", "ids"):
        if name in spec and options[name] is not None:
            _check_ids(name, _members(given[name]))


def _phone_numbers(given: dict[str, t.Any]) -> dict[str, t.Any]:
    """The phone numbers as they were given: of an integer, Ansible makes a string that reads as another number."""
    return {name: given[name] if name == "phone_number" else _members(given[name]) for name in ("phone_number", "phone_numbers") if name in given}


def _members(given: t.Any) -> list[t.Any]:
    """The option's values as they were given, before Ansible made them what the option's type says."""
    return given if isinstance(given, list) else given.split(",") if isinstance(given, str) else [given]


def _check_ids(name: str, values: list[t.Any]) -> None:
    for value in values:
        # A zero in front is that of a phone number in national form.
        if isinstance(value, bool) or not ID.fullmatch(str(value).strip()):
            advice = "Give the whole number greater than 0 that smspartner_stop_info shows; a phone number is not an id."
            raise InputError(name, f"{value!r} is not an entry's id", advice)


def _without_overflow(value: t.Any, spec: dict[str, t.Any]) -> t.Any:
    """The option's value, or TOO_LARGE for a number whose conversion would overflow, which Ansible does not expect: ``.inf`` as an int, 10**400 as a float."""
    if spec.get("elements") == "int" and isinstance(value, (list, str, int, float)):
        return [_without_overflow(member, {"type": "int"}) for member in _members(value)]
    try:
        if spec.get("type") == "int":
            int(float(value))
        elif spec.get("type") == "float":
            float(value)
    except OverflowError:
        return TOO_LARGE
    except (TypeError, ValueError):
        pass
    return value


def _failure(error: SmsPartnerError, redact: Redactor) -> Result:
    # Each sentence by itself: where one is masked as a whole, the others stay.
    failure = {**_masked(error.details(), redact), "msg": " ".join(_readable(sentence, redact) for sentence in error.sentences())}
    # Cut only after the masking, so that no part of a key is left at the end.
    beginning = _readable(error.body, redact)[:QUOTED]
    if beginning:
        failure["msg"] += f' The answer begins: "{beginning}"'
    return failure


def _masked(result: Result, redact: Redactor) -> Result:
    # Not the names of the results: a key that is part of one must not hide what was changed.
    return {name: redact(value) for name, value in result.items()}


def _shown(values: Result, redact: Redactor) -> Result:
    """What Ansible shows of the options, in the log and in the result: it would mask the key itself, and in no other spelling."""
    return {name: HIDDEN if name == "api_key" and value else _printable(redact(value)) for name, value in values.items()}


def _printable(value: t.Any) -> t.Any:
    """The value, but for what cannot be written: an integer that is too long, and half a character."""
    if isinstance(value, list):
        return [_printable(member) for member in value]
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER:
        return f"an integer of {value.bit_length()} bits"
    return SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def _readable(text: str, redact: Redactor) -> str:
    """The text on one line, without what a terminal would obey. It is masked before and after: what is dropped may part a key, or be part of one."""
    words = ("".join(filter(str.isprintable, word)) for word in redact(text).split())
    line: str = redact(" ".join(filter(None, words)))
    return line
