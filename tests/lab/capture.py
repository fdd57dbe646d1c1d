# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.lab.capture FILE``: write every frame of this namespace to a pcap file."""

import signal
import socket
import struct
import sys
import time
from pathlib import Path

ETH_P_ALL = 3
SNAP = 65_535


def main() -> int:
    """Capture until SIGTERM. A frame is seen once for each port it passes."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.append(number))
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as tap,
        Path(sys.argv[1]).open("wb") as out,
    ):
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
        tap.settimeout(0.1)
        # Magic, version 2.4, zone, accuracy, longest frame, Ethernet.
        out.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP, 1))
        print("capturing", flush=True)
        while True:
            try:
                frame = tap.recv(SNAP)
            except TimeoutError:
                if stopping:
                    return 0
                continue
            now = time.time_ns()
            head = struct.pack("=IIII", now // 10**9, now % 10**9 // 1000, len(frame), len(frame))
            out.write(head + frame)


if __name__ == "__main__":
    sys.exit(main())
