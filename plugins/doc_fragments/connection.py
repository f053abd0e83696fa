# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What every module has in common
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - API key of the SMS Partner account. Required, unless the environment variable E(SMSPARTNER_API_KEY) is set on the host that the
        task runs on.
      - Privilege escalation (C(become)) usually drops that variable.
      - Leading and trailing white space is removed. The key must be printable ASCII without spaces.
    type: str
  api_url:
    description:
      - Base URL of the API. Must be C(https); C(http) is accepted for C(localhost) and loopback addresses only.
      - If not set, the value of the environment variable E(SMSPARTNER_API_URL) on the host that the task runs on is used.
    type: str
    default: https://api.smspartner.fr/v1
  validate_certs:
    description: Whether to validate the server's TLS certificate. Set this to V(false) only for your own test server.
    type: bool
    default: true
  ca_path:
    description:
      - Path of a file with the CA certificates (PEM) to trust.
      - Takes precedence over E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE). If none of the three is set, the CA certificates that come with
        the Python library requests are trusted, which are not necessarily those of the system.
    type: path
  timeout:
    description: Time limit for one request as a whole, in seconds, from connecting to the last byte of the response.
    type: float
    default: 10
  retries:
    description:
      - Number of further attempts after a transient failure, which is a failed connection, a request that exceeds O(timeout),
        or HTTP 408 or 5xx without a usable response.
      - The attempts are spaced by exponential backoff with jitter. A C(Retry-After) header of up to 60 seconds takes precedence;
        with a longer one, the task fails and says how long to wait.
      - A request that got no usable response may have been carried out. The message or a warning of the task says so.
      - If the API says that the quota is used up (HTTP 429 or code 429), the task waits and sends the request again, which does not count
        as a retry. If no other response comes for two minutes, the task fails.
      - With V(0), a single attempt is made in all cases.
    type: int
    default: 3
requirements:
  - Python >= 3.9 on the host that the task runs on
  - requests >= 2.25.1
notes:
  - Proxies are taken from the environment. A SOCKS proxy needs the Python library PySocks. Credentials in a netrc file are never used.
  - Redirects are never followed, because they would send the API key to another host.
  - Phone numbers are personal data and are not masked in the output. Set C(no_log=true) on a task whose output must not show them.
"""
