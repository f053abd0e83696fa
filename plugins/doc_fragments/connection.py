# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What every module that talks to the API has in common
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - The API key of the SMS Partner account. White space around it is dropped; one with invisible characters in it is refused.
      - If not set, the value of the environment variable E(SMSPARTNER_API_KEY) is used, on the host that the task runs on.
    type: str
    required: true
  api_url:
    description:
      - The API's base URL. It must be C(https); C(http) is accepted for a loopback address and C(localhost) only.
      - If not set, the value of the environment variable E(SMSPARTNER_API_URL) is used, on the host that the task runs on.
    type: str
    default: https://api.smspartner.fr/v1
  validate_certs:
    description: Whether to check the server's TLS certificate. Set it to V(false) only against a test server of your own.
    type: bool
    default: true
  ca_path:
    description: A file of CA certificates (PEM) to trust instead of the system's. It comes before the environment's.
    type: path
  timeout:
    description: Seconds that one request may take as a whole, from connecting to the last byte of the answer.
    type: float
    default: 10
  retries:
    description:
      - How many more tries follow a failure that may pass, such as a lost connection, a time-out, code 429,
        or HTTP 429, 500, 502, 503 or 504 without a usable answer.
      - The tries are spaced by an exponential backoff with jitter; a C(Retry-After) of the server's is honoured up to 60 seconds.
        A longer one fails the task, and the message says how long to wait.
    type: int
    default: 3
requirements:
  - requests >= 2.25.1
notes:
  - A proxy is taken from the environment. Credentials from a netrc file are never used.
  - Redirects are never followed, since the API key would travel along.
"""
