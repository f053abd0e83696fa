# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least that a module with ``requests`` can cost: it imports the library and does nothing."""

from __future__ import annotations

import requests
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(argument_spec={"id": {"type": "int"}})
    module.exit_json(changed=False, library=requests.__name__)


if __name__ == "__main__":
    main()
