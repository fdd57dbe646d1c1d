# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.data.parcels.make``: the test vectors of PARCELS.md, anew.

Everything random is fixed; what zlib makes of it may still differ from one zlib to another, so a
vector is what a reader has to read, not what a writer has to write.
"""

import json
from pathlib import Path

import cbor2

from mutualaid.model import keys
from mutualaid.model.control import encode, rotation
from mutualaid.model.entry import (
    NO_ENTRY,
    SIGNED_DOMAIN,
    Chain,
    Item,
    Purged,
    Run,
    encode_batch,
    entry_hash,
    header_start,
    item_header,
    payload_hash,
)
from mutualaid.model.replica import JoinRequest
from mutualaid.sync.parcel import Body, Index, Lock, Stretch, seal
from mutualaid.sync.parcel_outside import name_of

HERE = Path(__file__).parent
GROUP = bytes(range(16))
EPOCH = keys.EpochKey(b"\x11" * 32)
SEED = b"\x22" * 16
DEVICE = keys.SigningKey(b"\x33" * 32)
CREATED = 1_795_348_500_000


def run(chain: Chain, count: int, forgotten: int = -1) -> tuple[Run, bytes]:
    """A run of made-up entries, and the hash of the last."""
    start = header_start(GROUP, DEVICE.public, chain)
    items: list[Item] = []
    previous = NO_ENTRY
    for seq in range(count):
        payload: bytes | Purged = cbor2.dumps([99, f"{chain.name.lower()} {seq} " * (seq + 1)])
        salt = keys.blake2b(bytes([chain, seq]), size=16)
        if seq == forgotten and isinstance(payload, bytes):
            payload = Purged(payload_hash(salt, payload), len(payload))
        after = b"\x44" * 32 if seq == 1 else None
        item = Item(CREATED + seq * 1000, after, salt, b"", payload)
        header = item_header(start, seq, previous, item)
        signature = DEVICE.sign(SIGNED_DOMAIN + header)
        items.append(item._replace(signature=signature))
        previous = entry_hash(header, signature)
    return Run(DEVICE.public, chain, 0, NO_ENTRY, items), previous


def stretch(made: tuple[Run, bytes]) -> Stretch:
    entries, last = made
    device = keys.device_hash(entries.device)[:8]
    return Stretch(device, entries.chain, 0, len(entries.items) - 1, last[:8])


def vector(about: str, lock: Lock, index: Index, body: Body) -> dict[str, object]:
    parcel = seal(lock, index, body)
    return {"about": about, "name": name_of(parcel).hex(), "parcel": parcel.hex()}


def handed_over() -> dict[str, str]:
    """A rotation for two devices of which the seed of one is given; its boxes differ each time."""
    following = keys.EpochKey(b"\x77" * 32)
    devices = (DEVICE.public, keys.SigningKey(b"\x88" * 32).public)
    boxes = {each: keys.seal(keys.sealing_public_of(each), following.secret) for each in devices}
    (part,) = rotation(following.id, boxes)
    return {
        "payload": encode(part).hex(),
        "device seed": DEVICE.seed.hex(),
        "epoch secret": following.secret.hex(),
        "epoch id": following.id.hex(),
        "topic": Lock.of_epoch(following).topic.public.hex(),
    }


def main() -> None:
    """Write ``vectors.json``."""
    lock, welcome = Lock.of_epoch(EPOCH), Lock.of_seed(SEED)
    control, content = run(Chain.CONTROL, 3), run(Chain.CONTENT, 40, forgotten=7)
    holdings = [[keys.device_hash(DEVICE.public)[:8], [2, control[1][:8]], [39, content[1][:8]]]]
    said = cbor2.dumps([GROUP, DEVICE.public, CREATED, holdings])
    statement = said, DEVICE.sign(b"mutualaid/statement/1" + said)
    request = JoinRequest(*(bytes([number]) * 32 for number in range(4)), *([b"\x55" * 64] * 3))
    photo = b"\xff\xd8 stands for a photo \xff\xd9"
    good = [
        vector("nothing", lock, Index(), Body()),
        vector(
            "loose: entries of two chains, one forgotten, a statement, a wish, a request",
            lock,
            Index(
                (stretch(control), stretch(content)),
                statements=(statement,),
                wants=(b"\x66" * 8,),
                joins=(request.device,),
            ),
            Body(
                (encode_batch([control[0]]), encode_batch([content[0]])),
                joins=(request,),
            ),
        ),
        vector("a photo", lock, Index(blobs=(keys.blake2b(photo),)), Body(blobs=(photo,))),
    ]
    nothing = bytes.fromhex(str(good[0]["parcel"]))
    bad = [
        ("bad_parcel", "torn", nothing[:4000]),
        ("bad_parcel", "altered in its index", nothing[:100] + b"\xff" + nothing[101:]),
        ("newer_parcel", "of a newer version", b"\x02" + nothing[1:]),
        ("other_parcel", "of another topic", nothing[:1] + bytes(32) + nothing[33:]),
        ("bad_parcel", "no parcel", b"MZ" + bytes(4094)),
    ]
    document = {
        "group": GROUP.hex(),
        "epoch secret": EPOCH.secret.hex(),
        "epoch id": EPOCH.id.hex(),
        "parcel key": EPOCH.parcel.hex(),
        "topic": lock.topic.public.hex(),
        "device": DEVICE.public.hex(),
        "last hashes": {"control": control[1].hex(), "content": content[1].hex()},
        "parcels": good,
        "invitation seed": SEED.hex(),
        "welcome topic": welcome.topic.public.hex(),
        "welcome": vector(
            "a welcome",
            welcome,
            Index((stretch(control),)),
            Body((encode_batch([control[0]]),), epochs=(EPOCH.secret,)),
        ),
        "rotation": handed_over(),
        "bad": [
            {"error": error, "about": about, "parcel": data.hex()} for error, about, data in bad
        ],
    }
    (HERE / "vectors.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
