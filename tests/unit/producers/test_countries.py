"""Names of countries and territories, as ACLED and UCDP GED write them."""

from __future__ import annotations

import re
from time import thread_time
from typing import Final

import pytest

from producers.feeds.countries import country_of
from schemas.regions import ALL_REGIONS, region_of
from tests.builders import a_place, an_attack

#: code and name, of one region of the world after the other
ACLED: Final = """
AO Angola; BF Burkina Faso; BI Burundi; BJ Benin; BW Botswana; CD Democratic Republic of Congo
CF Central African Republic; CG Republic of Congo; CI Ivory Coast; CM Cameroon; CV Cape Verde; DJ Djibouti
DZ Algeria; EG Egypt; ER Eritrea; ET Ethiopia; GA Gabon; GH Ghana; GM Gambia; GN Guinea; GQ Equatorial Guinea
GW Guinea-Bissau; KE Kenya; KM Comoros; LR Liberia; LS Lesotho; LY Libya; MA Morocco; MG Madagascar; ML Mali
MR Mauritania; MU Mauritius; MW Malawi; MZ Mozambique; NA Namibia; NE Niger; NG Nigeria; RE Reunion; RW Rwanda
SC Seychelles; SD Sudan; SL Sierra Leone; SN Senegal; SO Somalia; SS South Sudan; ST Sao Tome and Principe
SZ eSwatini; TD Chad; TG Togo; TN Tunisia; TZ Tanzania; UG Uganda; YT Mayotte; ZA South Africa; ZM Zambia
ZW Zimbabwe; SH Saint Helena, Ascension and Tristan da Cunha; EH Western Sahara; AE United Arab Emirates; BH Bahrain
IL Israel; IQ Iraq; IR Iran; JO Jordan; KW Kuwait; LB Lebanon; OM Oman; PS Palestine; QA Qatar; SA Saudi Arabia
SY Syria; TR Turkey; YE Yemen; AF Afghanistan; AM Armenia; AZ Azerbaijan; BD Bangladesh; BN Brunei; BT Bhutan
CN China; GE Georgia; HK Hong Kong; ID Indonesia; IN India; IO British Indian Ocean Territory; JP Japan
KG Kyrgyzstan; KH Cambodia; KP North Korea; KR South Korea; KZ Kazakhstan; LA Laos; LK Sri Lanka; MM Myanmar
MN Mongolia; MO Macau; MV Maldives; MY Malaysia; NP Nepal; PH Philippines; PK Pakistan; SG Singapore; TH Thailand
TJ Tajikistan; TL East Timor; TM Turkmenistan; TW Taiwan; UZ Uzbekistan; VN Vietnam; AD Andorra; AL Albania
AT Austria; AX Åland Islands; BA Bosnia and Herzegovina; BE Belgium; BG Bulgaria; BY Belarus; CH Switzerland
CY Cyprus; CZ Czech Republic; DE Germany; DK Denmark; EE Estonia; ES Spain; FI Finland; FO Faroe Islands; FR France
GB United Kingdom; GG Bailiwick of Guernsey; GI Gibraltar; GL Greenland; GR Greece; HR Croatia; HU Hungary
IE Ireland; IM Isle of Man; IS Iceland; IT Italy; JE Bailiwick of Jersey; LI Liechtenstein; LT Lithuania
LU Luxembourg; LV Latvia; MC Monaco; MD Moldova; ME Montenegro; MK North Macedonia; MT Malta; NL Netherlands
NO Norway; PL Poland; PT Portugal; RO Romania; RS Serbia; RU Russia; SE Sweden; SI Slovenia
SJ Svalbard and Jan Mayen; SK Slovakia; SM San Marino; UA Ukraine; VA Vatican City; XK Kosovo
AG Antigua and Barbuda; AI Anguilla; AR Argentina; AW Aruba; BB Barbados; BL Saint-Barthelemy; BM Bermuda
BO Bolivia; BQ Caribbean Netherlands; BR Brazil; BS Bahamas; BZ Belize; CA Canada; CL Chile; CO Colombia
CR Costa Rica; CU Cuba; CW Curacao; DM Dominica; DO Dominican Republic; EC Ecuador; FK Falkland Islands; GD Grenada
GF French Guiana; GP Guadeloupe; GS South Georgia and the South Sandwich Islands; GT Guatemala; GY Guyana
HN Honduras; HT Haiti; JM Jamaica; KN Saint Kitts and Nevis; KY Cayman Islands; LC Saint Lucia; MF Saint-Martin
MQ Martinique; MS Montserrat; MX Mexico; NI Nicaragua; PA Panama; PE Peru; PM Saint Pierre and Miquelon
PR Puerto Rico; PY Paraguay; SR Suriname; SV El Salvador; SX Sint Maarten; TC Turks and Caicos Islands
TT Trinidad and Tobago; US United States; UY Uruguay; VC Saint Vincent and the Grenadines; VE Venezuela
VG British Virgin Islands; VI United States Virgin Islands; AQ Antarctica; AS American Samoa; AU Australia
BV Bouvet Island; CC Cocos (Keeling) Islands; CK Cook Islands; CX Christmas Island; FJ Fiji; FM Micronesia; GU Guam
HM Heard Island and McDonald Islands; KI Kiribati; MH Marshall Islands; MP Northern Mariana Islands
NC New Caledonia; NF Norfolk Island; NR Nauru; NU Niue; NZ New Zealand; PF French Polynesia; PG Papua New Guinea
PN Pitcairn; PW Palau; SB Solomon Islands; TF French Southern and Antarctic Lands; TK Tokelau; TO Tonga; TV Tuvalu
UM United States Minor Outlying Islands; VU Vanuatu; WF Wallis and Futuna; WS Samoa
"""
GED: Final = """
BA Bosnia-Herzegovina; CD DR Congo (Zaire); CG Congo; CI Ivory Coast; KH Cambodia (Kampuchea)
MG Madagascar (Malagasy); MK Macedonia, FYR; MK North Macedonia; MM Myanmar (Burma); RO Rumania
RU Russia (Soviet Union); RS Serbia (Yugoslavia); SR Surinam; SZ Kingdom of eSwatini (Swaziland)
US United States of America; VN Vietnam (North Vietnam); YE Yemen (North Yemen); ZW Zimbabwe (Rhodesia)
"""
NAMES: Final = [tuple(entry.strip().split(" ", 1)) for entry in re.split("[;\n]", (ACLED + GED).strip()) if entry]


def test_every_name_of_the_two_databases_has_its_code_and_its_region() -> None:
    assert len(NAMES) > 250
    assert [(name, country_of(name)) for code, name in NAMES if country_of(name) != code] == []
    regions = {name: region_of(an_attack(place=a_place(name, country=country_of(name)))) for _, name in NAMES}
    assert set(regions.values()) <= set(ALL_REGIONS)
    assert [name for name, region in regions.items() if region == "world"] == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("St. Kitts & Nevis", "KN"), ("Saint Martin", "MF"), ("St Helena", "SH"), ("Saint Helena", "SH"),
        ("Saint-Barthélemy", "BL"), ("Trinidad", "TT"), ("Bosnia", "BA"), ("Svalbard", "SJ"), ("Britain", "GB"),
        ("MYANMAR", "MM"), ("Eswatini", "SZ"), ("Virgin Islands, U.S.", "VI"), ("Côte d’Ivoire", "CI"),
        ("Cocos Islands", "CC"),
    ],
)  # fmt: skip
def test_a_part_or_another_spelling_of_a_name_is_the_country(name: str, code: str) -> None:
    assert country_of(name) == code


@pytest.mark.parametrize(
    "name", ["Korea", "Virgin Islands", "Turks", "International", "Stanley", "Nowhere", "(Burma)", "&", "", "Saint"]
)
def test_what_is_the_name_of_two_or_of_none_is_nobodys(name: str) -> None:
    assert country_of(name) is None


@pytest.mark.parametrize("cell", ["(" * 20_000, " (" * 10_000, "(x" * 10_000])
def test_a_cell_of_brackets_that_nobody_closes_costs_no_more_than_one_of_words(cell: str) -> None:
    began = thread_time()
    assert country_of(cell) is None
    assert thread_time() - began < 0.5  # it took four seconds, and of 80,000 characters a minute
