# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the documentation from what antsibull-docs wrote; without the network."""

from __future__ import annotations

import os

project = "community.smspartner"
project_copyright = "The community.smspartner contributors"
title = html_short_title = "community.smspartner"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
highlight_language = "yaml+jinja"
pygments_style = "ansible"
html_theme = "sphinx_ansible_theme"
html_static_path = ["wrap.css"]
html_css_files = ["wrap.css"]
html_copy_source = False

# A broken reference is an error. The labels of Ansible's own documentation come from an inventory beside this file.
nitpicky = True
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", os.environ["ANSIBLE_LABELS"])}
