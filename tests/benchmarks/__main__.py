# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.benchmarks [NAME…] [--json] [--quick]``."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from tests.benchmarks import (
    directories,
    first_sync,
    live,
    paper,
    reconnect,
    relay_load,
    search,
    shelves,
    suggest,
    windows,
)
from tests.benchmarks.row import Bench, Row

#: In the order in which they are run; those that share a measurement stand together.
ROWS: dict[str, Callable[[Bench], Row | list[Row]]] = {
    "first_sync_stored": first_sync.first_sync_stored,
    "first_sync_searchable": first_sync.first_sync_searchable,
    "disk_bytes": first_sync.disk_bytes,
    "wire_bytes": first_sync.wire_bytes,
    "growth": first_sync.growth,
    "reconnect": reconnect.reconnect,
    "live_stored": live.live_stored,
    "live_shown": live.live_shown,
    "startup": windows.startup,
    "memory": windows.memory,
    "search": search.search,
    "relay_load": relay_load.relay_load,
    "shelf_first_sync": shelves.shelf_first_sync,
    "shelf_bytes": shelves.shelf_bytes,
    "relay_attacked": relay_load.relay_attacked,
    "suggest": suggest.suggest,
    "directories": directories.directories,
    "paper": paper.paper,
}


def shown(row: Row) -> str:
    """One line for people."""
    floor = "" if row.floor is None else f"{row.floor:12,.1f}"
    ratio = "" if row.ratio is None else f"{row.ratio:7.2f}"
    return f"{row.name:32}{row.figure:12,.1f} {row.unit:12} {floor:>12} {ratio:>7}  {row.must}"


def main() -> int:
    """Measure, print as results come, and with --json print one document at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(ROWS)}")
    parser.add_argument("--json", action="store_true", help="one JSON document, nothing else")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    options = parser.parse_args()
    unknown = set(options.names) - set(ROWS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    out = sys.stderr if options.json else sys.stdout
    head = ("figure", "unit", "floor", "ratio", "must")
    print(f"{'':32}{head[0]:>12} {head[1]:12} {head[2]:>12} {head[3]:>7}  {head[4]}", file=out)
    rows: list[Row] = []
    with Bench(options.quick) as bench:
        for name, measure in ROWS.items():
            if options.names and name not in options.names:
                continue
            measured = measure(bench)
            for row in measured if isinstance(measured, list) else [measured]:
                rows.append(row)
                print(shown(row), file=out, flush=True)
    if options.json:
        document = {row.name: {k: v for k, v in asdict(row).items() if k != "name"} for row in rows}
        print(json.dumps(document, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
