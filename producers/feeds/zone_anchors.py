"""Cities that tell apart the zones of one country, where the principal cities of the zones do not suffice.

Without them the nearest principal city of Kherson is Simferopol, of Dallas Denver, of Kazan Samara. For each country of
several zones: the largest city with the wrong time, then the largest of those that are still wrong, until less
than one in a hundred people of its cities has another time than GeoNames (CC BY 4.0) says, or fifteen were added.
Coordinates are rounded to a tenth of a degree.
"""

from __future__ import annotations

from typing import Final

#: country, latitude, longitude, zone
ANCHORS: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("BR", -16.7, -49.3, "America/Sao_Paulo"),  # Goiânia
    ("BR", -23.4, -51.9, "America/Sao_Paulo"),  # Maringá
    ("CA", 51.1, -114.1, "America/Edmonton"),  # Calgary
    ("CA", 46.8, -71.2, "America/Toronto"),  # Québec
    ("CA", 49.9, -119.5, "America/Vancouver"),  # Kelowna
    ("CA", 48.4, -89.3, "America/Toronto"),  # Thunder Bay
    ("CD", -5.9, 22.4, "Africa/Lubumbashi"),  # Kananga
    ("CD", 2.2, 22.5, "Africa/Kinshasa"),  # Bumba
    ("CD", 0.5, 25.2, "Africa/Lubumbashi"),  # Kisangani
    ("CN", 36.1, 103.8, "Asia/Shanghai"),  # Lanzhou
    ("ID", -7.7, 114.0, "Asia/Jakarta"),  # Situbondo
    ("ID", -8.7, 115.2, "Asia/Makassar"),  # Denpasar
    ("ID", -3.3, 114.6, "Asia/Makassar"),  # Banjarmasin
    ("ID", -3.7, 128.2, "Asia/Jayapura"),  # Ambon
    ("ID", 1.5, 124.8, "Asia/Makassar"),  # Manado
    ("ID", -2.2, 113.9, "Asia/Pontianak"),  # Palangkaraya
    ("ID", -0.5, 117.1, "Asia/Makassar"),  # Samarinda
    ("KZ", 42.3, 69.6, "Asia/Almaty"),  # Shymkent
    ("KZ", 47.8, 67.7, "Asia/Almaty"),  # Zhezqazghan
    ("MX", 24.0, -104.7, "America/Monterrey"),  # Victoria de Durango
    ("MX", 21.5, -104.9, "America/Mazatlan"),  # Tepic
    ("MX", 20.7, -103.4, "America/Mexico_City"),  # Zapopan
    ("NZ", -45.9, 170.5, "Pacific/Auckland"),  # Dunedin
    ("PG", -4.3, 152.3, "Pacific/Port_Moresby"),  # Kokopo
    ("RU", 56.3, 44.0, "Europe/Moscow"),  # Nizhniy Novgorod
    ("RU", 55.8, 49.1, "Europe/Moscow"),  # Kazan
    ("RU", 56.9, 53.2, "Europe/Samara"),  # Izhevsk
    ("RU", 54.7, 56.0, "Asia/Yekaterinburg"),  # Ufa
    ("RU", 58.0, 56.3, "Asia/Yekaterinburg"),  # Perm
    ("RU", 48.5, 135.1, "Asia/Vladivostok"),  # Khabarovsk
    ("RU", 43.0, 47.5, "Europe/Moscow"),  # Makhachkala
    ("RU", 53.2, 45.0, "Europe/Moscow"),  # Penza
    ("RU", 55.7, 52.4, "Europe/Moscow"),  # Naberezhnyye Chelny
    ("RU", 61.3, 73.4, "Asia/Yekaterinburg"),  # Surgut
    ("RU", 50.3, 127.5, "Asia/Yakutsk"),  # Blagoveshchensk
    ("RU", 57.8, 28.3, "Europe/Moscow"),  # Pskov
    ("RU", 69.4, 88.2, "Asia/Krasnoyarsk"),  # Norilsk
    ("RU", 56.1, 54.3, "Asia/Yekaterinburg"),  # Neftekamsk
    ("RU", 54.5, 53.5, "Asia/Yekaterinburg"),  # Oktyabrsky
    ("UA", 46.5, 30.7, "Europe/Kyiv"),  # Odesa
    ("UA", 48.0, 37.8, "Europe/Kyiv"),  # Donetsk
    ("US", 29.4, -98.5, "America/Chicago"),  # San Antonio
    ("US", 47.6, -122.3, "America/Los_Angeles"),  # Seattle
    ("US", 36.2, -86.8, "America/Chicago"),  # Nashville
    ("US", 31.8, -106.5, "America/Denver"),  # El Paso
    ("US", 39.1, -94.6, "America/Chicago"),  # Kansas City
    ("US", 27.9, -82.5, "America/New_York"),  # Tampa
    ("US", 38.6, -90.2, "America/Chicago"),  # St. Louis
    ("US", 39.5, -119.8, "America/Los_Angeles"),  # Reno
    ("US", 33.6, -101.9, "America/Chicago"),  # Lubbock
    ("US", 32.5, -85.0, "America/New_York"),  # Columbus
    ("US", 30.0, -90.1, "America/Chicago"),  # New Orleans
    ("US", 33.5, -86.8, "America/Chicago"),  # Birmingham
    ("US", 32.4, -86.3, "America/Chicago"),  # Montgomery
    ("US", 43.0, -85.7, "America/Detroit"),  # Grand Rapids
    ("US", 35.0, -85.3, "America/New_York"),  # Chattanooga
)
