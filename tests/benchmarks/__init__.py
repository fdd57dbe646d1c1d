# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures the project holds itself to, each beside a floor measured in the same run.

``python -m tests.benchmarks [NAME…] [--json] [--quick]``. A floor is what plain code takes for
the same work with nothing of ours in between; the ratio says how far above it we are, on whatever
machine this runs. What is asked for stands beside each row.
"""
