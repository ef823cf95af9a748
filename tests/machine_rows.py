"""Invented rows in the columns of GDELT, ICEWS and POLECAT."""

from __future__ import annotations

from producers.feeds import Line
from producers.feeds.gdelt import LAYOUTS

GDELT = {
    "globaleventid": "900000001", "sqldate": "20240312", "monthyear": "202403", "year": "2024",
    "fractiondate": "2024.1973", "actor1code": "SYRCOP", "actor1name": "POLICE", "actor1countrycode": "SYR",
    "actor1type1code": "COP", "actor2code": "OPP", "actor2name": "MILLERS", "actor2countrycode": "",
    "actor2type1code": "OPP", "isrootevent": "1", "eventcode": "190", "eventbasecode": "190", "eventrootcode": "19",
    "quadclass": "4", "goldsteinscale": "-10.0", "nummentions": "6", "numsources": "1", "numarticles": "6",
    "avgtone": "-6.1", "actiongeo_type": "4", "actiongeo_fullname": "Tell Example, Idlib, Syria",
    "actiongeo_countrycode": "SY", "actiongeo_adm1code": "SY12", "actiongeo_lat": "35.6", "actiongeo_long": "36.5",
    "actiongeo_featureid": "-2500001", "dateadded": "20240312143000",
    "sourceurl": "https://www.example-post.com/world/2024/03/12/police-and-millers-fight-at-the-mill-10682.html",
}  # fmt: skip
ICEWS = {
    "Event ID": "39000001", "Event Date": "2018-03-12", "Source Name": "Police (Syria)",
    "Source Sectors": "Police,Government", "Source Country": "Syria",
    "Event Text": "fight with small arms and light weapons", "CAMEO Code": "193", "Intensity": "-10",
    "Target Name": "Millers' Guild", "Target Sectors": "NA", "Target Country": "NA", "Story ID": "48000001",
    "Sentence Number": "2", "Publisher": "Example Press", "City": "Tell Example", "District": "NA",
    "Province": "Idlib", "Country": "Syria", "Latitude": "35.6", "Longitude": "36.5",
}  # fmt: skip
POLECAT = {
    "Event ID": "20240312-77-a", "Event Date": "2024-03-12", "Event Type": "ASSAULT", "Event Mode": "firearms",
    "Intensity": "-10", "Quad Code": "MATERIAL CONFLICT", "Contexts": "military;human_rights",
    "Actor Name": "Syrian Police", "Actor Country": "SYR", "Primary Actor Sector": "COP", "Recipient Name": "None",
    "Recipient Country": "None", "Recipient Name Raw": "the millers; their sons", "Placename": "Tell Example",
    "City": "Tell Example", "Province": "Idlib", "Country": "SYR", "Latitude": "35.6", "Longitude": "36.5",
    "Source": "example_post", "Publication Date": "2024-03-13", "Story People": "Ann Miller; Bob Miller",
    "Story Organizations": "Millers' Guild", "Language": "Arabic", "Version": "NGEC_coder-Vers001",
}  # fmt: skip


def gdelt_line(row: dict[str, str], number: int = 1, columns: int = 61) -> Line:
    """As in the export files: no header. columns: of the layout."""
    return Line(number, "\t".join(row.get(name, "") for name in LAYOUTS[columns]).encode())
