# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several real machines on one cable, made of Linux network namespaces.

    with Lab(folder, "one", "two", "three") as lab:
        lab["one"].run("start", "Elm Street", "--me", "Mira")
        with lab["one"].node(), lab["two"].node():
            lab.split("one", "two+three")
            lab.heal()

Every machine is a namespace with an address of each kind on one bridge, a profile of its own and
no way out: nothing it sends leaves the bridge, which has a namespace of its own too. Each
namespace lives in a process that ends with the one that made the lab, however that ends; nothing
is left to clean up. Needs root or user namespaces, and iproute2 and util-linux.
"""

from tests.lab.cable import LabError
from tests.lab.lab import Lab
from tests.lab.machine import Machine, Node, until

__all__ = ["Lab", "LabError", "Machine", "Node", "until"]
