# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key that the emulator knows in the tests, and where the modules are."""

from __future__ import annotations

KEY = "k3y+/=&% Z"
MODULES = "ansible_collections.community.smspartner.plugins.modules."
