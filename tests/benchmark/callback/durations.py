# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records how long each task took: seconds by name, in JSON, in the file named by DURATIONS."""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: durations
type: aggregate
short_description: Records how long each task took
description: Seconds by the name of the task, in JSON, in the file named by DURATIONS.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible has no type information
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "durations"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._seconds: dict[str, float] = {}
        self._started = 0.0

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        self._started = time.monotonic()

    def v2_runner_on_ok(self, result: t.Any, **kwargs: t.Any) -> None:
        name = (result.task if hasattr(result, "task") else result._task).get_name()
        self._seconds[name] = time.monotonic() - self._started

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        Path(os.environ["DURATIONS"]).write_text(json.dumps(self._seconds), encoding="utf-8")
