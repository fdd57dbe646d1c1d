# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calendars: opening hours of places and posts with a time of their own, as iCalendar (RFC 5545).

Times are told by the clock on the wall of the group, with its time zone written out. What repeats
does so until the directory ends: a calendar that was taken over shows nothing from after that day.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from mutualaid.model import hours, times
from mutualaid.model.directories.directory import Contact, Directory, Place, Post, public_id
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.stamps import utc
from mutualaid.model.taxonomy import CATEGORY_BY_ID
from mutualaid.model.values import Audience, ContactKind, PlaceKind, PostKind, PostStatus, Repeat

_PRODID: Final = "-//Mutual Aid//Directory//EN"
#: Times further away than this from when it was made are told in UTC.
_FAR: Final = dt.timedelta(days=5 * 366)
#: What stands for itself in an address (RFC 3986).
_IN_ADDRESSES: Final = "%:/?#[]@!$&'()*+,;=~"
_DAY: Final = dt.timedelta(days=1)
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

#: All others take place as far as anybody knows. Who has it in a calendar is told that it does
#: not, rather than left to wonder where it went.
_STATUS: Final = {
    PostStatus.WITHDRAWN: "CANCELLED",
    PostStatus.PARKED: "TENTATIVE",
    PostStatus.EXPIRED: "TENTATIVE",
}
_KINDS: Final = {PostKind.NEED: "Need", PostKind.OFFER: "Offer"}
_PLACES: Final = {
    PlaceKind.ORGANIZATION: "Organization",
    PlaceKind.HUB: "Hub",
    PlaceKind.KITCHEN: "Kitchen",
    PlaceKind.CLINIC: "Clinic",
    PlaceKind.WORKSHOP: "Workshop",
    PlaceKind.REPAIR: "Repair session",
}


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("calendar.ics", _calendar(directory, tick))


def _calendar(directory: Directory, tick: Tick) -> Iterator[bytes]:
    head = _head(directory).to_ical()
    end = b"END:VCALENDAR\r\n"
    assert head.endswith(end)
    yield head.removesuffix(end)
    for post in (*directory.posts, *directory.called_off):
        if post.starts is not None:
            yield _post(post, post.starts, directory).to_ical()
            tick()
    for place in directory.places:
        events = list(_place(place, directory))
        yield from (event.to_ical() for event in events)
        if events:
            tick()
    yield end


def _head(directory: Directory) -> Calendar:
    group = directory.group
    made, ends = (
        times.day_words(directory.made, group.tz),
        times.day_words(directory.ends, group.tz),
    )
    about = f"What {group.name} shared on {made}. Please delete this calendar after {ends}."
    calendar = Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, group.name)
    for name in ("description", "x-wr-caldesc"):
        calendar.add(name, about)
    calendar.add("last-modified", utc(directory.made))
    zone = times.zone_of(group.tz)
    if zone is not dt.UTC:
        calendar.add("x-wr-timezone", group.tz)
    made_at = utc(directory.made)
    calendar.add_component(_timezone(zone, made_at - _FAR, made_at + _FAR))
    return calendar


# -- posts ------------------------------------------------------------------------------------


def _post(post: Post, starts: int, directory: Directory) -> Event:
    zone = times.zone_of(directory.group.tz)
    event = _event(str(public_id(post.id)), directory)
    kind = _KINDS[post.kind]
    event.add("summary", f"{kind}: {post.title}")
    event.add("status", _STATUS.get(post.status, "CONFIRMED"))
    begins = _local(starts, zone, directory)
    event.add("dtstart", begins)
    if post.ends is not None and post.ends > starts:
        event.add("dtend", _local(post.ends, zone, directory))
    if post.repeat is not None:
        until = directory.ends if post.expires is None else min(post.expires, directory.ends)
        if until > starts:
            first = utc(post.first[0]).astimezone(zone) if post.first else begins
            event.add("rrule", {**_repeats(post.repeat, first), "until": utc(until)})
    if post.created:
        event.add("created", utc(post.created))
    if post.updated:
        event.add("last-modified", utc(post.updated))
    if post.area:
        event.add("location", post.area)
    category = CATEGORY_BY_ID.get(post.category)
    event.add("categories", [kind, category.name if category else post.category])
    _say(event, _words_of_post(post, directory), post.contacts, directory)
    return event


def _repeats(repeat: Repeat, first: dt.datetime) -> dict[str, object]:
    """As ``times.occurrence`` has it: a day that a month lacks is its last."""
    if repeat is Repeat.WEEKLY:
        return {"freq": "weekly", "byday": [_WEEKDAYS[first.weekday()]]}
    if first.day <= 28:
        return {"freq": "monthly", "bymonthday": [first.day]}
    return {"freq": "monthly", "bymonthday": list(range(28, first.day + 1)), "bysetpos": -1}


def _words_of_post(post: Post, directory: Directory) -> Iterator[str]:
    yield post.text
    if post.when:
        yield f"When: {post.when}"
    if post.parts:
        parts = ", ".join(f"{part.quantity} {part.name}".strip() for part in post.parts)
        yield f"{'Wanted' if post.kind is PostKind.NEED else 'To give'}: {parts}"
    if post.on_behalf_of:
        yield f"For: {post.on_behalf_of}"
    if post.by_name:
        yield f"From: {post.by_name}"
    helping = [promise.by_name for promise in post.promises if promise.by_name]
    if helping:
        yield f"{'Going' if post.kind is PostKind.NEED else 'Coming'}: {', '.join(helping)}"
    yield from (_contact(contact) for contact in post.contacts)
    group = directory.group
    ways = [way for way in (group.form, group.email, group.phone, group.where) if way]
    if ways:
        yield f"Ask the group with the code {post.code}: {ways[0]}"


# -- places -----------------------------------------------------------------------------------


def _place(place: Place, directory: Directory) -> Iterator[Event]:
    zone = times.zone_of(directory.group.tz)
    today = utc(directory.made).astimezone(zone).date()
    for session in _sessions(place):
        date = _first(session, today)
        if date is not None:
            event = _event(str(public_id(place.id, hours.write([session]))), directory)
            _open(event, session, date, zone, directory)
            _tell(event, place, directory)
            yield event


def _sessions(place: Place) -> tuple[hours.Session, ...]:
    try:
        return hours.parse(place.hours)
    except ValueError:
        return ()


def _first(session: hours.Session, today: dt.date) -> dt.date | None:
    """The first day of a session from today on; the rarest comes within five months."""
    days = (today + ahead * _DAY for ahead in range(400))
    return next((day for day in days if session.falls_on(day)), None)


def _open(
    event: Event, session: hours.Session, date: dt.date, zone: dt.tzinfo, directory: Directory
) -> None:
    """The times of a session, by the clock on the wall."""
    ends = utc(directory.ends)
    if session.opens is None:
        begins: dt.date = date
        until: dt.date = ends.astimezone(zone).date()
        event.add("dtstart", date)
        event.add("dtend", date + _DAY)
        is_over = until < begins
    else:
        at = _at(date, session.opens, zone)
        until = ends
        event.add("dtstart", at)
        if session.closes is not None:
            over = session.closes <= session.opens
            event.add("dtend", _at(date + over * _DAY, session.closes, zone))
        is_over = ends <= at
    if is_over:
        return
    if session.month_days:
        rule: dict[str, object] = {"freq": "monthly", "bymonthday": list(session.month_days)}
    else:
        days = [f"{ordinal or ''}{_WEEKDAYS[day]}" for ordinal, day in session.days]
        rule = {"freq": "monthly" if session.days[0][0] else "weekly", "byday": days}
    event.add("rrule", {**rule, "until": until})


def _at(date: dt.date, minutes: int, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(minutes // 60, minutes % 60), zone)


def _tell(event: Event, place: Place, directory: Directory) -> None:
    is_repair = place.kind is PlaceKind.REPAIR
    event.add("summary", f"Repair session: {place.name}" if is_repair else place.name)
    event.add("status", "CONFIRMED")
    where = ", ".join(part for part in (place.address, place.area) if part)
    if where:
        event.add("location", where)
    if place.point is not None:
        event.add("geo", (place.point.lat, place.point.lon))
    event.add("categories", [_PLACES[place.kind]])
    if place.updated:
        event.add("last-modified", utc(place.updated))
    said = [place.about]
    if place.fixes:
        fixes = (
            f"{fix.category} ({fix.note})" if fix.note else fix.category for fix in place.fixes
        )
        said.append(f"Repairs: {', '.join(fixes)}")
    said.extend(_contact(contact) for contact in place.contacts)
    if place.source is not None:
        licence = f" ({place.source.licence})" if place.source.licence else ""
        said.append(f"First kept in: {place.source.name}{licence}")
    _say(event, said, place.contacts, directory)


# -- both -------------------------------------------------------------------------------------


def _event(uid: str, directory: Directory) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", utc(directory.made))
    event.add("class", "PUBLIC" if directory.audience is Audience.PUBLIC else "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _say(
    event: Event, said: Iterable[str], contacts: tuple[Contact, ...], directory: Directory
) -> None:
    text = "\n".join(line for line in said if line)
    if text:
        event.add("description", text)
    if contacts:
        event.add("contact", "; ".join(map(_contact, contacts)))
    if directory.group.form:
        event.add("url", quote(directory.group.form, safe=_IN_ADDRESSES))


def _contact(contact: Contact) -> str:
    if contact.kind is ContactKind.OTHER:
        return contact.value
    return f"{contact.kind.value.capitalize()}: {contact.value}"


def _local(moment: int, zone: dt.tzinfo, directory: Directory) -> dt.datetime:
    """A time by the clock on the wall; in UTC where that would not say which is meant."""
    time = utc(moment)
    local = time.astimezone(zone)
    return time if abs(time - utc(directory.made)) > _FAR or local.fold else local


def _timezone(zone: dt.tzinfo, first: dt.datetime, last: dt.datetime) -> Timezone:
    """The rules of a time zone, from one time to another.

    Not that of the library, which tells a change by the clock that it sets and not, as RFC 5545
    wants it (section 3.6.5), by the clock that it finds: an hour late in spring.
    """
    component = Timezone()
    component.add("tzid", getattr(zone, "key", "UTC"))
    onsets: dict[tuple[object, ...], list[dt.datetime]] = {}
    for moment in (first, *_changes(zone, first, last)):
        before = (moment - dt.timedelta(seconds=1)).astimezone(zone).utcoffset()
        after = moment.astimezone(zone)
        rule = (before, after.utcoffset(), after.tzname(), bool(after.dst()))
        onsets.setdefault(rule, []).append(
            (moment + (before or dt.timedelta())).replace(tzinfo=None)
        )
    for (found, sets, name, is_summer), moments in onsets.items():
        every = _every_year(moments)
        for moment in moments[:1] if every else moments:
            part = TimezoneDaylight() if is_summer else TimezoneStandard()
            part.add("dtstart", moment)
            part.add("tzoffsetfrom", found)
            part.add("tzoffsetto", sets)
            part.add("tzname", name)
            if every:
                part.add("rrule", every)
            component.add_component(part)
    return component


def _every_year(moments: list[dt.datetime]) -> dict[str, object] | None:
    """The rule by which clocks are set each year, such as the last Sunday of March; None where
    there is no such rule. Not every program reads a list of days."""
    first = moments[0]
    if len(moments) < 3 or any(
        (moment.year, moment.month, moment.weekday(), moment.time())
        != (first.year + number, first.month, first.weekday(), first.time())
        for number, moment in enumerate(moments)
    ):
        return None
    ordinals = {(moment.day + 6) // 7 for moment in moments}
    if all((moment + 7 * _DAY).month != moment.month for moment in moments):
        ordinals = {-1}
    if len(ordinals) > 1:
        return None
    day = f"{ordinals.pop()}{_WEEKDAYS[first.weekday()]}"
    return {"freq": "yearly", "bymonth": [first.month], "byday": [day]}


def _changes(zone: dt.tzinfo, first: dt.datetime, last: dt.datetime) -> Iterator[dt.datetime]:
    """When the clocks of a zone are set, to the second, in UTC."""

    def rule(moment: dt.datetime) -> tuple[object, ...]:
        local = moment.astimezone(zone)
        return local.utcoffset(), local.tzname()

    day = first
    while day < last:
        early, late = day, day + _DAY
        if rule(early) != rule(late):
            while late - early > dt.timedelta(seconds=1):
                middle = early + dt.timedelta(seconds=(late - early).total_seconds() // 2)
                early, late = (middle, late) if rule(middle) == rule(day) else (early, middle)
            yield late
        day += _DAY


def _holds_back(_directory: Directory, record: object) -> str:
    if isinstance(record, Post) and record.starts is None:
        return "It says no time that a calendar could show."
    if isinstance(record, Place) and not _sessions(record):
        return "It says no opening hours that a calendar could show."
    return ""


FORMAT: Final = Format(
    name="icalendar",
    title="Calendar (iCalendar)",
    suffix=".ics",
    takes=frozenset(("post", "place")),
    files=_files,
    cancels=True,
    holds_back=_holds_back,
    about="Calendars of phones and computers show this.",
    loses={
        "person": "A calendar holds what has a time.",
        "repair": "A calendar holds what is to come.",
        "post.photos": "A calendar shows no photos.",
        "post.mode": "A calendar does not say how something changes hands.",
        "post.urgency": "A calendar knows no urgency but the time itself.",
        "post.language": "A calendar does not say in what language something is written.",
        "post.source": "A calendar does not say where a post was first kept.",
        "post.more": "Remarks of an imported list have no place in a calendar.",
        "place.confirmed": "A calendar does not say when something was last confirmed.",
        "place.more": "Remarks of an imported list have no place in a calendar.",
    },
)
