# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of HSDS 3.0: their files, columns, types and references, and a descriptor of them.

Source: the tabular data package descriptor of the Human Services Data Specification 3.0
(openreferral/specification, branch 3.0; CC BY-SA 4.0), of which the rules alone stand here, in
short: each column as ``name``, then ``:type`` or ``>table`` that it refers to, ``*`` where it
must be filled, ``!`` where no two rows may have the same. Every table begins with ``id``, a UUID.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TABLES: Final = """
organization organizations.csv
    name* alternate_name description* email:email website:uri tax_status tax_id
    year_incorporated:number legal_status logo uri:uri parent_organization_id:uuid
program programs.csv
    organization_id>organization*! name* alternate_name description*
service services.csv
    organization_id>organization* program_id>program name* alternate_name description url:uri
    email:email status* interpretation_services application_process fees_description wait_time
    fees accreditations eligibility_description minimum_age:number maximum_age:number
    assured_date:date assurer_email:email licenses alert last_modified:datetime
attribute attributes.csv
    link_id:uuid* taxonomy_term_id>taxonomy_term* link_type link_entity* value
service_at_location service_at_location.csv
    service_id>service* location_id>location* description
location locations.csv
    location_type* url:uri organization_id>organization name alternate_name description
    transportation latitude:number longitude:number external_identifier
    external_identifier_type
phone phones.csv
    location_id>location service_id>service organization_id>organization contact_id>contact
    service_at_location_id>service_at_location number* extension:number type description
contact contacts.csv
    organization_id>organization service_id>service service_at_location_id>service_at_location
    location_id>location name title department email:email
address addresses.csv
    location_id>location attention address_1* address_2 city* region state_province*
    postal_code* country* address_type*
schedule schedules.csv
    service_id>service location_id>location service_at_location_id>service_at_location
    valid_from:date valid_to:date dtstart:date timezone:number until:date count:number wkst
    freq interval:number byday byweekno bymonthday byyearday description opens_at:time
    closes_at:time schedule_link:uri attending_type notes
funding funding.csv
    organization_id>organization service_id>service source
service_area service_areas.csv
    service_id>service name description extent extent_type uri
required_document required_documents.csv
    service_id>service document uri:uri
language languages.csv
    service_id>service location_id>location phone_id>phone name code note
accessibility accessibility.csv
    location_id>location description details url:uri
taxonomy_term taxonomy_terms.csv
    code! name* description* parent_id:uuid taxonomy language taxonomy_id>taxonomy
    term_uri:uri
metadata metadata.csv
    resource_id:uuid* resource_type* last_action_date:date* last_action_type* field_name*
    previous_value* replacement_value* updated_by*
meta_table_description meta_table_descriptions.csv
    name language character_set
cost_option cost_options.csv
    service_id>service* valid_from:date valid_to:date option currency amount:number
    amount_description
organization_identifier organization_identifiers.csv
    organization_id>organization* identifier_scheme identifier_type* identifier*
taxonomy taxonomies.csv
    name* description* uri:uri version
"""

_PLACES: Final = ("physical", "postal", "virtual")
_AMONG: Final[Mapping[str, tuple[str, ...]]] = {
    "service.status": ("active", "inactive", "defunct", "temporarily closed"),
    "location.location_type": _PLACES,
    "address.address_type": _PLACES,
    "schedule.wkst": ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
    "schedule.freq": ("WEEKLY", "MONTHLY"),
}

_COLUMN: Final = re.compile(r"(\w+)(?::(\w+)|>(\w+))?(\*?)(!?)")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DAY: Final = r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
_CLOCK: Final = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
#: What a value of each type looks like: no more than every reader of the standard takes.
_TYPES: Final = {
    "": re.compile(".*", re.DOTALL),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "email": re.compile(
        rf"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@(?:{_LABEL}\.)+[A-Za-z]{{2,24}}"
    ),
    "uri": re.compile(
        r"[A-Za-z][A-Za-z0-9+.-]{1,20}:(?://(?:%s\.)*%s(?::\d{1,5})?(?=[/?#]|$)|(?!//))"  # noqa: UP031
        r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%%[0-9A-Fa-f]{2})*" % (_LABEL, _LABEL)
    ),
    "number": re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?", re.ASCII),
    "date": re.compile(
        rf"{_DAY}|(?:19|20)\d\d-(?:(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)", re.ASCII
    ),
    "time": re.compile(rf"{_CLOCK}Z?", re.ASCII),
    "datetime": re.compile(rf"{_DAY}T{_CLOCK}(?:\.\d{{1,6}})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII),
}
_LONGEST: Final = {"email": 250, "uri": 2000}


@dataclass(frozen=True, slots=True)
class Column:
    """``type`` is "" for text; ``refers`` is the table whose id stands here, or ""."""

    name: str
    type: str = ""
    refers: str = ""
    required: bool = False
    unique: bool = False
    among: tuple[str, ...] = ()

    def takes(self, text: str) -> bool:
        """Whether a value that is not empty may stand here."""
        if self.among:
            return text in self.among
        short = len(text) <= _LONGEST.get(self.type, len(text))
        return short and _TYPES[self.type].fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Table:
    """``stem`` is its file's name without ``.csv``: by it a table is known to us."""

    name: str
    file: str
    columns: tuple[Column, ...]
    by_name: Mapping[str, Column]

    @property
    def stem(self) -> str:
        return self.file.removesuffix(".csv")


def _tables(text: str) -> Iterator[Table]:
    said: list[list[str]] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            said[-1] += line.split()
        else:
            said.append(line.split())
    for name, file, *columns in said:
        found = (Column("id", "uuid", required=True, unique=True), *_columns(name, columns))
        yield Table(name, file, found, {column.name: column for column in found})


def _columns(table: str, said: Iterable[str]) -> Iterator[Column]:
    for each in said:
        found = _COLUMN.fullmatch(each)
        assert found is not None, each
        name, kind, refers, required, unique = found.groups()
        among = _AMONG.get(f"{table}.{name}", ())
        type_ = "uuid" if refers else kind or ""
        yield Column(name, type_, refers or "", bool(required), bool(unique), among)


#: By the name of the file without ``.csv``, in the order of the specification.
TABLES: Final[Mapping[str, Table]] = {table.stem: table for table in _tables(_TABLES)}
#: By the name of the resource.
BY_RESOURCE: Final[Mapping[str, Table]] = {table.name: table for table in TABLES.values()}


def is_uuid(text: str) -> bool:
    return _TYPES["uuid"].fullmatch(text) is not None


def resource(table: Table, present: Collection[str]) -> dict[str, Any]:
    """What a data package says of one of its tables; references only to those that are present
    (stems)."""
    keys = [
        {"fields": column.name, "reference": {"resource": column.refers, "fields": "id"}}
        for column in table.columns
        if column.refers and BY_RESOURCE[column.refers].stem in present
    ]
    schema: dict[str, Any] = {
        "primaryKey": "id",
        "fields": [_field(column) for column in table.columns],
    }
    if keys:
        schema["foreignKeys"] = keys
    return {
        "name": table.name,
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "profile": "tabular-data-resource",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name}
    if column.type in ("", "uuid", "email", "uri"):
        field["type"] = "string"
        if column.type:
            field["format"] = column.type
    else:
        field["type"] = column.type
    constraints: dict[str, Any] = {"required": column.required, "unique": column.unique}
    if column.among:
        constraints["enum"] = list(column.among)
    field["constraints"] = constraints
    return field
