# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The meaning of each attribute; a module adds its support
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.smspartner.smspartner) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - community.smspartner.smspartner
  check_mode:
    description: Can predict the change without making it.
    support: full
  diff_mode:
    description: Shows what changed, or would change in check mode.
    support: full
  idempotent:
    description: When run twice with the same options, the second run reports no change.
    support: full
"""

    # Instead of the above, for a module that only reads
    INFO = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.smspartner.smspartner) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - community.smspartner.smspartner
  check_mode:
    description: Can predict the change without making it.
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    description: Shows what changed, or would change in check mode.
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    description: When run twice with the same options, the second run reports no change.
    support: full
    details:
      - This module changes nothing.
"""
