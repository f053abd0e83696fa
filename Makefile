# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Each target runs sessions of noxfile.py and antsibull-nox.toml. Nox creates their environments.

PYTHON ?= python3
JOBS ?= 2
NOX := .venv/bin/nox
RUN = $(NOX) --parallel $(JOBS) --allow-parallel --session

LINT := formatters codeqa yamllint antsibull-nox-config ansible-lint extra-checks license-check metadata
TYPES := typing programs
DOCS := docs-check docs
TESTS := units system rulebook sanity integration build-import-check

.PHONY: bench demo docs format integration lint matrix mutants picture rulebook sanity system test types units

# With it, the formatter only checks.
lint test: export CI = true

test: $(NOX)
	@$(RUN) $(TESTS) $(LINT) $(TYPES) $(DOCS)

lint: $(NOX)
	@$(RUN) $(LINT)

types: $(NOX)
	@$(RUN) $(TYPES)

docs: $(NOX)
	@$(RUN) $(DOCS)

format: $(NOX)
	@$(NOX) --session formatters

bench demo integration mutants picture rulebook sanity system units: $(NOX)
	@$(NOX) --session $@ -- $(ARGS)

# Where pyenv keeps the Pythons, its shims find those that this variable lists.
matrix: export PYENV_VERSION ?= $(shell pyenv versions --bare 2>/dev/null | grep -E '^3\.[0-9]+\.[0-9]+$$' | sort -rV | paste -sd:)
matrix: $(NOX)
	@$(RUN) matrix libraries old_target

$(NOX):
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check "nox>=2026.8.17" "antsibull-nox>=1.10" uv
