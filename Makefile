# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The front door: each target calls its sessions of noxfile.py, from an environment of its own.

PYTHON ?= python3
NOX := .venv/bin/nox

.PHONY: bench demo docs matrix mutants picture test

bench demo docs mutants picture: $(NOX)
	@$(NOX) --session $@ -- $(ARGS)

test: $(NOX)
	@$(NOX) --session docs-check license-check extra-checks docs galaxy test

# Where pyenv keeps the Pythons, its shims find those that it is told of.
matrix: export PYENV_VERSION ?= $(shell pyenv versions --bare 2>/dev/null | grep -E '^3\.[0-9]+\.[0-9]+$$' | sort -rV | paste -sd:)
matrix: $(NOX)
	@$(NOX) --session matrix libraries old_target

$(NOX):
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check "nox>=2025.2.9" "antsibull-nox>=1.10"
