# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an item of a list becomes here: the fields of a record, checked, and how it is identified.

People become ``listed`` records; their contacts, and what the list says of them beside, go apart:
those are sealed. Posts become posts
of whoever brings the list, on behalf of whom the list names. Places and repairs belong to the
group. All but posts are the same record whoever brings the list, for their identity follows from
the list's name and the item's id there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mutualaid.errors import BadValueError
from mutualaid.model import keys
from mutualaid.model.content import Identity
from mutualaid.model.directories.cells import is_email, is_phone
from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.incoming import ords_ids
from mutualaid.model.directories.incoming.item import Item, Sort
from mutualaid.model.directories.preview import SkipWhy
from mutualaid.model.opened import LONGEST_BESIDE, MOST_BESIDE, MOST_KNOWN
from mutualaid.model.records import REGISTRY, FieldType, check
from mutualaid.model.records.contact import LONGEST_VALUE
from mutualaid.model.records.sharing import LONGEST_MORE
from mutualaid.model.text import is_blank, one_line, plain
from mutualaid.model.values import ContactKind, Millis, Scalar

#: The kind of record that each sort becomes.
KINDS: Final[Mapping[Sort, str]] = {
    Sort.PERSON: "listed",
    Sort.POST: "post",
    Sort.PLACE: "place",
    Sort.REPAIR: "repair",
}
#: Of what a list says beside: names, and bytes in all.
MOST_MORE: Final = MOST_BESIDE
LARGEST_MORE: Final = 40 * 1024
#: Of what goes into one sealed note, contacts and all: less than the largest box holds.
LARGEST_SEALED: Final = 7 * 1024
_LONGEST_NAME: Final = LONGEST_BESIDE

#: Fields that never come from a list: they say what people here decided.
_OURS: Final = frozenset(("import", "agreed", "round", "ask", "yes", "state", "outcomes", "limit"))
_OURS_FAMILIES: Final = ("share", "photo:", "alt:", "did:")
_OVER: Final = frozenset(("done", "withdrawn", "parked"))


class Unusable(BadValueError):  # noqa: N818 - of a line, not of the program
    """A line that adds nothing, and why."""

    def __init__(self, sentence: str, why: SkipWhy = SkipWhy.BAD) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(slots=True)
class Becoming:
    """A record to be. ``fields`` have been checked; ``notes`` say what of the line was cut."""

    kind: str
    title: str
    fields: dict[str, Scalar]
    contacts: tuple[Contact, ...] = ()
    notes: list[str] = field(default_factory=list)
    origin: str = ""
    origin_id: str = ""
    key: str = ""  # what the identity follows from: the id in the list, or what stands for it
    beside: dict[str, str] = field(default_factory=dict)  # of people: sealed, with the contacts
    unnamed: bool = False  # of people: nobody said what the list is called

    @property
    def group_owned(self) -> bool:
        return self.kind != "post"

    @property
    def is_sealed(self) -> bool:
        """Whether something of it is for who brings the list, and stewards, alone."""
        return bool(self.contacts or self.beside)


class Called(NamedTuple):
    """What a list is called: as somebody said or the file says (``stated``), else people are on
    ``people``, which tells nothing of them, and all else is from ``file``. What a file of people
    is called may say why they are on it, and everybody in the group reads where they are from."""

    stated: str
    people: str
    file: str

    def for_sort(self, sort: Sort) -> str:
        return self.stated or (self.people if sort is Sort.PERSON else self.file)


def become(item: Item, called: Called, licence: str, now: int) -> Becoming:
    """What an item becomes; raises Unusable, or BadValueError with a sentence for its line."""
    said = dict(item.fields)
    if item.sort is Sort.POST:
        _refuse_over(said, now)
    stated = _text(said.pop("origin", "")) or called.stated
    name = stated or called.for_sort(item.sort)
    key = _key_of(item, _text(said.pop("origin_id", "")) or item.key)
    fields = {name_: value for name_, value in said.items() if _is_theirs(name_)}
    more, contacts = _apart(item)
    made = Becoming(KINDS[item.sort], "", {}, contacts, [], one_line(name)[:140], key)
    _prepare(made, item.sort, fields, more)
    _put_aside_odd(made, fields, more)
    fields["origin"] = made.origin
    fields["origin_id"] = made.origin_id
    fields["licence"] = _text(said.get("licence", "")) or licence
    if item.sort is Sort.PERSON:
        room = LARGEST_SEALED - sum(len(each.value.encode()) + 20 for each in contacts)
        made.beside = _bounded(more, made.notes, room)
    elif made.kind != "repair":
        beside = _bounded(more, made.notes, LARGEST_MORE)
        fields.update({f"more:{name}": text for name, text in beside.items()})
    kind = REGISTRY[made.kind]
    for field_name in [each for each in fields if kind.field_of(each) is None]:
        del fields[field_name]
    _fit(made, fields)
    made.fields = check(kind, fields)
    made.title = _title(item.sort, made.fields)
    made.key = made.origin_id or _stands_for(item.sort, made)
    made.unnamed = item.sort is Sort.PERSON and not stated
    if made.unnamed and made.origin_id:
        # Numbers of two lists without a name are told apart by whose they are.
        made.key += f"\x1f{plain(made.title) or made.title}"
    return made


def _refuse_over(said: dict[str, Scalar], now: int) -> None:
    expires, starts, ends = (said.get(name) for name in ("expires", "starts", "ends"))
    if said.get("state") in _OVER:
        raise Unusable(f"It is over: the list says “{_text(said['state'])}”.", SkipWhy.OVER)
    if isinstance(expires, int) and expires <= now:
        raise Unusable("It ended before today.", SkipWhy.OVER)
    last = ends if isinstance(ends, int) else starts
    if isinstance(last, int) and last <= now and not said.get("repeat") and expires is None:
        raise Unusable("Its time has passed.", SkipWhy.OVER)


def _is_theirs(name: str) -> bool:
    return name not in _OURS and not name.startswith(_OURS_FAMILIES)


def _text(value: Scalar) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _key_of(item: Item, key: str) -> str:
    """The id in the list. Of a person, one that says how to reach them is none: it would stand in
    the clear."""
    key = one_line(key)
    if item.sort is Sort.PERSON and (is_email(key) or (is_phone(key) and not key.isdigit())):
        return ""
    return key if len(key) <= 140 else "~" + keys.blake2b(key.encode(), size=16).hex()


def _apart(item: Item) -> tuple[dict[str, str], tuple[Contact, ...]]:
    """What the list says beside, without ways to reach a person; and those."""
    contacts = list(item.contacts)
    more: dict[str, str] = {}
    for name, value in item.more.items():
        if item.sort is Sort.PERSON and is_email(value):
            contacts.append(Contact(ContactKind.EMAIL, value.strip()))
        elif item.sort is Sort.PERSON and is_phone(value) and not _is_day(value):
            contacts.append(Contact(ContactKind.PHONE, value.strip()))
        elif not is_blank(value):
            more[name] = value
    kept: dict[tuple[ContactKind, str], Contact] = {}
    for contact in contacts:
        value = one_line(contact.value)[:LONGEST_VALUE]
        if not is_blank(value):
            kept.setdefault((contact.kind, value), Contact(contact.kind, value))
    return more, tuple(kept.values())[:MOST_KNOWN]


def _is_day(text: str) -> bool:
    from mutualaid.model.directories.incoming import dates

    try:
        dates.read(text)
    except ValueError:
        return False
    return True


def _prepare(made: Becoming, sort: Sort, fields: dict[str, Scalar], more: dict[str, str]) -> None:
    """What differs from sort to sort."""
    if sort is Sort.POST:
        fields["for"] = _text(fields.get("for", "")) or made.origin or "a list"
        fields["yes"] = "from a list"
        if isinstance(fields.get("expires"), int):
            fields["expires"] = Millis(fields["expires"])  # type: ignore[arg-type]
            fields["standing"] = None
    if sort is Sort.PLACE:
        for contact in made.contacts:
            name = f"contact:{contact.kind}"
            if name not in fields:
                fields[name] = contact.value
            else:
                number = sum(each.startswith(str(contact.kind)) for each in more) + 2
                more[f"{contact.kind} {number}"] = contact.value
        made.contacts = ()
    if sort is Sort.REPAIR:
        made.contacts = ()


def _put_aside_odd(made: Becoming, fields: dict[str, Scalar], more: dict[str, str]) -> None:
    """What cannot be kept as what it should be, and need not be there, is kept beside, as text."""
    kind = REGISTRY[made.kind]
    for name, value in list(fields.items()):
        rule = kind.field_of(name)
        if rule is None or rule.required or value is None:
            continue
        if isinstance(value, str) and rule.type in (FieldType.TEXT, FieldType.LONG_TEXT):
            if rule.clean is None and not rule.prefix:
                continue
            value = value[: rule.longest]
        try:
            check(kind, {name: value}, partial=True)
        except BadValueError as error:
            del fields[name]
            if isinstance(value, str) and value:
                more.setdefault(name, value)
            made.notes.append(str(error))


def _bounded(more: Mapping[str, str], notes: list[str], room: int) -> dict[str, str]:
    """What is kept of what a list says beside, in at most ``room`` bytes; as it is read again."""
    kept: dict[str, str] = {}
    for name, value in more.items():
        label = one_line(name)[:_LONGEST_NAME].strip() or "beside"
        text = value if len(value) <= LONGEST_MORE else value[: LONGEST_MORE - 1] + "…"
        room -= len(label.encode()) + len(text.encode()) + 8
        if len(kept) >= MOST_MORE or room < 0:
            notes.append("The list says more beside than is kept; the rest was left out.")
            break
        if is_blank(label):
            label = "beside"
        while label in kept:
            label = f"{label[: _LONGEST_NAME - 1]}+"
        kept[label] = text
    return kept


def _fit(made: Becoming, fields: dict[str, Scalar]) -> None:
    """Cut texts that are too long, and say so."""
    kind = REGISTRY[made.kind]
    for name, value in fields.items():
        rule = kind.field_of(name)
        if rule is None or not isinstance(value, str):
            continue
        if rule.type in (FieldType.TEXT, FieldType.LONG_TEXT) and len(value) > rule.longest:
            fields[name] = value[: rule.longest - 1].rstrip() + "…"
            label = rule.label or rule.name.rstrip(":")
            made.notes.append(
                f"The {label} has {len(value):,} characters; the first {rule.longest - 1:,} were"
                " kept."
            )


def _title(sort: Sort, fields: Mapping[str, Scalar]) -> str:
    match sort:
        case Sort.PERSON | Sort.PLACE:
            return str(fields.get("name", ""))
        case Sort.POST:
            return str(fields.get("title", ""))
        case Sort.REPAIR:
            return str(fields.get("item") or fields.get("category", ""))


# -- identity


def _stands_for(sort: Sort, made: Becoming) -> str:
    """What stands for an id where the list has none. Nothing that is sealed goes into it: it
    could be guessed from the record's id."""
    get = made.fields.get
    match sort:
        case Sort.PERSON | Sort.PLACE:
            said = (get("name"), get("area"))
        case Sort.POST:
            said = (get("kind"), get("title"), get("for"), get("area"))  # type: ignore[assignment]
        case Sort.REPAIR:
            said = tuple(  # type: ignore[assignment]
                get(name)
                for name in ("category", "item", "brand", "problem", "outcome", "date", "year")
            )
    return "~" + "\x1f".join(plain(str(each or "")) or str(each or "") for each in said)


def nonce_of(format_: str, made: Becoming, generation: int = 0) -> bytes:
    """The nonce of a record, from the list's name and the item's id there: the same on every
    machine. Of what was forgotten the identity is gone for good; then the next generation counts.
    """
    if format_ == "ords" and not generation:
        if made.kind == "repair":
            return ords_ids.attempt_nonce(made.key)
        if made.kind == "place":
            return ords_ids.place_nonce(made.title, made.origin)
    origin = "" if made.unnamed else made.origin.casefold()
    said = "\x00".join((origin, made.key, str(generation)))
    return keys.blake2b(said.encode(), size=8, person=b"mutualaid/import")


def record_id(group: bytes, me: bytes, made: Becoming, nonce: bytes) -> bytes:
    """The id that the record will have."""
    owner = group if made.group_owned else me
    return Identity(group, owner, nonce, made.kind).record_id
