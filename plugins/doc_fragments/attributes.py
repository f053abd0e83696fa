# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # For a module that changes the list
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.smspartner.smspartner) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - community.smspartner.smspartner
  check_mode:
    description: Can run in check mode, which reads the stop list and predicts the change without making it.
    support: full
  diff_mode:
    description: Returns what changed, or would change in check mode.
    support: full
  idempotent:
    description: When run twice with the same options, the second run reports no change.
    support: full
"""

    # For a module that only reads
    INFO = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.smspartner.smspartner) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - community.smspartner.smspartner
  check_mode:
    description: Can run in check mode, which reads the stop list and predicts the change without making it.
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    description: Returns what changed, or would change in check mode.
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    description: When run twice with the same options, the second run reports no change.
    support: full
    details:
      - This module changes nothing.
"""

    # For a module that takes phone numbers
    PHONE = r"""
options: {}
requirements:
  - phonenumbers >= 8.12.15, for a phone number in French national form or with a zero near its country code
notes:
  - Phone numbers may be written in any common format, with spaces, dots, hyphens, slashes or brackets.
    International form starts with C(+) or C(00). Ten digits with a leading zero, or C(33) and nine digits, are a French number.
    Three to six digits are a short code.
  - A number with a zero after the country code that does not belong there, such as C(+44 07911 123456), is rejected.
    So is one that can be French or foreign, such as C(00612345678).
  - Put phone numbers in quotes in YAML, where an unquoted C(0612345670) is the octal number 103402424. A number that arrives as an integer is
    rejected, except 33600000000 to 33799999999, which is a French mobile number without its plus sign. To keep a template from turning a
    number into an integer, write the number with spaces or add C(| string) to the template.
"""
