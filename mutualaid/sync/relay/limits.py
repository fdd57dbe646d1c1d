# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a relay grants to whom: room, time, and requests and bytes a second."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MIB: Final = 1024 * 1024
DAY: Final = 86_400
#: What a parcel counts beside its bytes: rows, indexes, what a name costs.
PARCEL_COST: Final = 256
#: What an address may do at once, and each second, as a multiple of what one topic may.
ADDRESS_FACTOR: Final = 4
#: Seconds' worth of requests and of bytes that may come at once.
_BURST_REQUESTS: Final = 40
_BURST_BYTES: Final = 16
_MOST_BUCKETS: Final = 20_000

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the keeper of a relay chose; the defaults suit a group of neighbours' groups."""

    #: How long a parcel is kept.
    ttl_seconds: int = 90 * DAY
    #: Bytes that one topic may occupy, and all together.
    quota_bytes: int = 256 * MIB
    disk_bytes: int = 10 * 1024 * MIB
    #: The relay takes nothing new when the disk has less than this left.
    spare_bytes: int = 256 * MIB
    #: Requests, and bytes either way, for one topic each second.
    requests: float = 50.0
    traffic: float = 4.0 * MIB
    connections: int = 4096
    connections_per_address: int = 256
    topics: int = 100_000
    #: Topics that one address may begin in a day, where no token is asked for; of bytes it may
    #: leave four quotas. Otherwise one stranger would soon have filled a relay that is open to all.
    new_topics: int = 64
    #: Only topics with a token from the keeper.
    closed: bool = False

    @property
    def requests_burst(self) -> float:
        return self.requests * _BURST_REQUESTS

    @property
    def traffic_burst(self) -> float:
        return self.traffic * _BURST_BYTES


class Bucket:
    """A token bucket that may be overdrawn: what follows waits until it is above zero again.

    So a parcel larger than the bucket passes, and is paid for afterwards.
    """

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until something may be taken; 0 when at once."""
        self._level = min(self._burst, self._level + max(0.0, now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._level > 0 else (1e-3 - self._level) / self._rate

    def take(self, cost: float) -> None:
        """Take that much, whether or not it is there."""
        self._level -= cost


class Allowance:
    """Requests and bytes of one topic, or of one address, which may do *factor* times as much."""

    __slots__ = ("_bytes", "_requests")

    def __init__(self, limits: Limits, factor: int, now: float) -> None:
        self._requests = Bucket(limits.requests * factor, limits.requests_burst * factor, now)
        self._bytes = Bucket(limits.traffic * factor, limits.traffic_burst * factor, now)

    def wait(self, now: float) -> float:
        """Seconds until the next request may come; 0 when at once."""
        return max(self._requests.wait(now), self._bytes.wait(now))

    def take(self, requests: int, size: int) -> None:
        """Count a request, or bytes that went with one."""
        self._requests.take(requests)
        self._bytes.take(size)


class AddressAllowance(Allowance):
    """That of one address, which also says what it may leave in a day."""

    __slots__ = ("_begun", "_left")

    def __init__(self, limits: Limits, now: float) -> None:
        super().__init__(limits, ADDRESS_FACTOR, now)
        most = limits.quota_bytes * ADDRESS_FACTOR
        self._begun = Bucket(limits.new_topics / DAY, limits.new_topics, now)
        self._left = Bucket(most / DAY, most, now)

    def wait_to_leave(self, now: float, *, new_topic: bool) -> float:
        """Seconds until another parcel may be left; 0 when at once."""
        wait = self._left.wait(now)
        return max(wait, self._begun.wait(now)) if new_topic else wait

    def leave(self, size: int, *, new_topic: bool) -> None:
        """Count a parcel that was kept."""
        self._left.take(size)
        self._begun.take(new_topic)


Kind = TypeVar("Kind", bound=Allowance)


class Allowances(Generic[Key, Kind]):
    """An allowance for each key, the longest unused forgotten first: memory stays bounded."""

    def __init__(self, make: Callable[[float], Kind], most: int = _MOST_BUCKETS) -> None:
        self._make = make
        self._most = most
        self._all: OrderedDict[Key, Kind] = OrderedDict()

    def of(self, key: Key, now: float) -> Kind:
        """The allowance of that key."""
        found = self._all.get(key)
        if found is None:
            if len(self._all) >= self._most:
                self._all.popitem(last=False)
            found = self._all[key] = self._make(now)
        else:
            self._all.move_to_end(key)
        return found
