# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key and the entries of the emulator, and where the modules are."""

from __future__ import annotations

KEY = "k3y+/=&%Z"
STOPS = (
    {"id": 19, "phoneNumber": "+33612345678", "createdAt": "2015-07-20 10:19:45"},
    {"id": 20, "phoneNumber": "+33712345678", "createdAt": "2016-07-20 10:19:45"},
)
MODULES = "ansible_collections.community.smspartner.plugins.modules."
