"""Invented rows in the columns of ACLED and UCDP GED, and tables of them."""

from __future__ import annotations

import csv
import io

from producers.feeds import Line

ACLED = {
    "event_id_cnty": "SYR900001", "event_date": "2022-03-08", "time_precision": "1", "event_type": "Battles",
    "sub_event_type": "Armed clash", "actor1": "Military Forces of Syria (2000-)", "assoc_actor_1": "", "inter1": "1",
    "actor2": "OMS: Old Mill Shield", "assoc_actor_2": "Mill Brigade; Ford Brigade", "inter2": "2", "country": "Syria",
    "admin1": "Idleb", "location": "Tell Example", "latitude": "35.6", "longitude": "36.5", "geo_precision": "1",
    "source": "Example Post; Example Radio", "notes": "On 8 March 2022, the two sides exchanged fire.",
    "fatalities": "3", "timestamp": "1647276799",
}  # fmt: skip
GED = {
    "id": "300001.0", "type_of_violence": "1", "side_a": "Government of Syria", "side_b": "OMS, Ford Brigade",
    "where_coordinates": "Example village", "where_prec": "1", "adm_1": "Idlib governorate",
    "latitude": "35.601", "longitude": "36.5", "country": "Syria", "date_start": "2022-03-08", "date_end": "2022-03-08",
    "date_prec": "1", "best": "3.0", "high": "5.0", "low": "2.0", "source_headline": "Clash at the mill; Three dead",
}  # fmt: skip


def table(*rows: dict[str, str], separator: str = ",") -> list[Line]:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return [Line(at, raw) for at, raw in enumerate(out.getvalue().encode().split(b"\n")[:-1], 1)]
