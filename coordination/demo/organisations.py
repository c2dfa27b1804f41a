"""Localities, regions, councils and bodies of the demo.

All of them are open-ended: the reorganisation of 2025 is applied as a succession set, not here.
Codes are the official ones before 1/7/2025; they are re-used in real life and never a key.
"""

from dataclasses import dataclass
from datetime import date

SINCE = date(1997, 1, 1)


@dataclass(frozen=True, slots=True)
class Locality:
    slug: str
    mnemonic: str
    kind: str  # "tỉnh" | "thành phố"
    name: str
    full_name: str
    name_en: str
    official_code: str
    valid_from: date = SINCE
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Region:
    slug: str
    name: str
    name_en: str
    abbreviation: str
    members: tuple[str, ...]
    valid_from: date = SINCE
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class ChairTerm:
    """Who chairs in one term. No person's name: only what a source confirms."""

    title: str
    locality: str | None
    basis: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Council:
    slug: str
    name: str
    name_en: str
    abbreviation: str
    region: str
    members: tuple[str, ...]
    office: str  # slug of the organisation that works for it
    chairs: tuple[ChairTerm, ...]
    basis: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    slug: str
    locality: str | None
    kind: str  # committee | department | project_board | district | ministry | council_office
    name: str
    label: str  # short name for lists and buttons, unambiguous across localities
    name_en: str
    abbreviation: str  # as in the symbol of a paper: 12/TTr-SKHĐT
    letterhead: str
    parent_letterhead: str  # the line above it, empty where there is none
    official_code: str  # empty where we know of none
    parent: str | None
    functions: tuple[tuple[str, str], ...]  # (reporting|focal|committee|council|central, locality)
    valid_from: date = SINCE
    valid_to: date | None = None


LOCALITIES = (
    Locality("binhduong", "BDG", "tỉnh", "Bình Dương", "tỉnh Bình Dương", "Binh Duong Province", "74"),
    Locality("dongnai", "DNI", "tỉnh", "Đồng Nai", "tỉnh Đồng Nai", "Dong Nai Province", "75"),
    Locality("binhphuoc", "BPC", "tỉnh", "Bình Phước", "tỉnh Bình Phước", "Binh Phuoc Province", "70"),
    Locality(
        "tphcm",
        "HCM",
        "thành phố",
        "Thành phố Hồ Chí Minh",
        "Thành phố Hồ Chí Minh",
        "Ho Chi Minh City",
        "79",
    ),
    Locality("tayninh", "TNH", "tỉnh", "Tây Ninh", "tỉnh Tây Ninh", "Tay Ninh Province", "72"),
    Locality("longan", "LAN", "tỉnh", "Long An", "tỉnh Long An", "Long An Province", "80"),
    Locality(
        "brvt",
        "VTU",
        "tỉnh",
        "Bà Rịa - Vũng Tàu",
        "tỉnh Bà Rịa - Vũng Tàu",
        "Ba Ria - Vung Tau Province",
        "77",
    ),
    Locality("tiengiang", "TGG", "tỉnh", "Tiền Giang", "tỉnh Tiền Giang", "Tien Giang Province", "82"),
)
_LOCALITY = {locality.slug: locality for locality in LOCALITIES}
_ALL = tuple(_LOCALITY)
_SOUTH_EAST = ("tphcm", "dongnai", "binhduong", "binhphuoc", "tayninh", "brvt")

REGIONS = (
    Region(
        "ktdtphianam",
        "Vùng kinh tế trọng điểm phía Nam",
        "Southern Key Economic Region",
        "KTTĐ phía Nam",
        _ALL,
    ),
    Region("dongnambo", "Vùng Đông Nam Bộ", "South East Region", "ĐNB", _SOUTH_EAST),
    # The region has more members; these are the two of our eight.
    Region(
        "dbscl",
        "Vùng Đồng bằng sông Cửu Long",
        "Mekong Delta Region",
        "ĐBSCL",
        ("longan", "tiengiang"),
    ),
)

COUNCILS = (
    Council(
        slug="ktdtphianam",
        name="Hội đồng vùng kinh tế trọng điểm phía Nam",
        name_en="Southern Key Economic Region Council",
        abbreviation="HĐV KTTĐPN",
        region="ktdtphianam",
        members=_ALL,
        office="ktdtphianam.vanphong",
        # Two-year terms, rotating; who chaired which term is not verified: to be entered.
        chairs=(
            ChairTerm(
                title=(
                    "Chủ tịch Hội đồng vùng (Chủ tịch UBND một tỉnh, thành phố thành viên, luân"
                    " phiên theo nhiệm kỳ)"
                ),
                locality=None,
                basis="Quyết định số 2059/QĐ-TTg ngày 24/11/2015 của Thủ tướng Chính phủ",
                valid_from=date(2015, 11, 24),
            ),
        ),
        basis="Quyết định số 2059/QĐ-TTg ngày 24/11/2015 của Thủ tướng Chính phủ",
        valid_from=date(2015, 11, 24),
    ),
    Council(
        slug="dongnambo",
        name="Hội đồng điều phối vùng Đông Nam Bộ",
        name_en="South East Region Coordination Council",
        abbreviation="HĐĐPĐNB",
        region="dongnambo",
        members=_SOUTH_EAST,
        office="dongnambo.vanphong",
        chairs=(
            ChairTerm(
                title="Thủ tướng Chính phủ, Chủ tịch Hội đồng",
                locality=None,
                basis="Quyết định số 46/QĐ-HĐĐPĐNB ngày 11/7/2023",
                valid_from=date(2023, 7, 11),
            ),
        ),
        basis="Quyết định số 825/QĐ-TTg ngày 11/7/2023 của Thủ tướng Chính phủ",
        valid_from=date(2023, 7, 11),
    ),
)

# slug: field, field in English, short field, abbreviation
_DEPARTMENTS = {
    "gtvt": ("Giao thông vận tải", "Transport", "GTVT", "SGTVT"),
    "skhdt": ("Kế hoạch và Đầu tư", "Planning and Investment", "KH&ĐT", "SKHĐT"),
    "tnmt": ("Tài nguyên và Môi trường", "Natural Resources and Environment", "TN&MT", "STNMT"),
    "xaydung": ("Xây dựng", "Construction", "Xây dựng", "SXD"),
}


def _committee(locality: Locality) -> Organisation:
    own = locality.full_name
    return Organisation(
        slug=f"{locality.slug}.ubnd",
        locality=locality.slug,
        kind="committee",
        name=f"Ủy ban nhân dân {own}",
        label=f"UBND {own}",
        name_en=f"People's Committee of {locality.name_en}",
        abbreviation="UBND",
        letterhead=f"ỦY BAN NHÂN DÂN {own.upper()}",
        parent_letterhead="",
        official_code=locality.official_code,
        parent=None,
        functions=(("committee", locality.slug),),
    )


def _department(locality: Locality, key: str) -> Organisation:
    field, field_en, short, abbreviation = _DEPARTMENTS[key]
    own = locality.full_name
    return Organisation(
        slug=f"{locality.slug}.{key}",
        locality=locality.slug,
        kind="department",
        name=f"Sở {field} {own}",
        label=f"Sở {short} {'TP.HCM' if locality.slug == 'tphcm' else locality.name}",
        name_en=f"Department of {field_en}, {locality.name_en}",
        abbreviation=abbreviation,
        letterhead=f"SỞ {field.upper()}",
        parent_letterhead=f"ỦY BAN NHÂN DÂN {own.upper()}",
        official_code="",
        parent=f"{locality.slug}.ubnd",
        functions=(("focal" if key == "skhdt" else "reporting", locality.slug),),
    )


def _board(place: str, name: str, label: str, name_en: str, abbreviation: str) -> Organisation:
    own = _LOCALITY[place].full_name
    return Organisation(
        slug=f"{place}.bqlda",
        locality=place,
        kind="project_board",
        name=f"{name} {own}",
        label=label,
        name_en=f"{name_en}, {_LOCALITY[place].name_en}",
        abbreviation=abbreviation,
        letterhead=name.upper(),
        parent_letterhead=f"ỦY BAN NHÂN DÂN {own.upper()}",
        official_code="",
        parent=f"{place}.ubnd",
        functions=(("reporting", place),),
    )


def _district(place: str, key: str, own: str, name_en: str, code: str, since: date = SINCE) -> Organisation:
    return Organisation(
        slug=f"{place}.{key}",
        locality=place,
        kind="district",
        name=f"Ủy ban nhân dân {own}",
        label=f"UBND {own}",
        name_en=f"People's Committee of {name_en}",
        abbreviation="UBND",
        letterhead=f"ỦY BAN NHÂN DÂN {own.upper()}",
        parent_letterhead="",
        official_code=code,
        parent=f"{place}.ubnd",
        functions=(("reporting", place),),
        valid_from=since,
    )


def _ministry(slug: str, field: str, name_en: str, short: str, abbreviation: str) -> Organisation:
    return Organisation(
        slug=slug,
        locality=None,
        kind="ministry",
        name=f"Bộ {field}",
        label=f"Bộ {short}",
        name_en=name_en,
        abbreviation=abbreviation,
        letterhead=f"BỘ {field.upper()}",
        parent_letterhead="",
        official_code="",
        parent=None,
        functions=tuple(("central", locality) for locality in _ALL),
    )


def _council_office(council: Council) -> Organisation:
    return Organisation(
        slug=council.office,
        locality=None,
        kind="council_office",
        name=f"Văn phòng {council.name}",
        label=f"Văn phòng {council.name.replace('kinh tế trọng điểm', 'KTTĐ')}",
        name_en=f"Office of the {council.name_en}",
        abbreviation=f"VP{council.abbreviation.replace(' ', '')}",
        letterhead="VĂN PHÒNG",
        parent_letterhead=council.name.upper(),
        official_code="",
        parent=None,
        functions=tuple(("council", locality) for locality in council.members),
        valid_from=council.valid_from,
    )


_FURTHER_DEPARTMENTS = {
    "binhduong": ("tnmt", "xaydung"),
    "binhphuoc": ("tnmt", "xaydung"),
    "tphcm": ("tnmt", "xaydung"),
    "dongnai": ("tnmt",),
    "tayninh": ("tnmt",),
}
_BOARD = "Ban Quản lý dự án đầu tư xây dựng"
_BOARD_EN = "Construction Investment Project Management Board"

ORGANISATIONS = (
    *(_committee(locality) for locality in LOCALITIES),
    *(_department(locality, key) for locality in LOCALITIES for key in ("skhdt", "gtvt")),
    *(_department(_LOCALITY[place], key) for place, keys in _FURTHER_DEPARTMENTS.items() for key in keys),
    _board("binhduong", _BOARD, "Ban QLDA tỉnh Bình Dương", _BOARD_EN, "BQLDA"),
    _board("binhphuoc", _BOARD, "Ban QLDA tỉnh Bình Phước", _BOARD_EN, "BQLDA"),
    _board("dongnai", _BOARD, "Ban QLDA tỉnh Đồng Nai", _BOARD_EN, "BQLDA"),
    _board(
        "tphcm",
        f"{_BOARD} các công trình giao thông",
        "Ban Giao thông TP.HCM",
        "Transport Works Construction Investment Project Management Board",
        "BQLDAGT",
    ),
    _district("binhduong", "dian", "thành phố Dĩ An", "Di An City", "724", date(2020, 2, 1)),
    _district(
        "binhduong",
        "bactanuyen",
        "huyện Bắc Tân Uyên",
        "Bac Tan Uyen District",
        "726",
        date(2014, 4, 1),
    ),
    _district("dongnai", "bienhoa", "thành phố Biên Hòa", "Bien Hoa City", "731"),
    _district("dongnai", "nhontrach", "huyện Nhơn Trạch", "Nhon Trach District", "742"),
    _ministry("bgtvt", "Giao thông vận tải", "Ministry of Transport", "GTVT", "BGTVT"),
    _ministry("bkhdt", "Kế hoạch và Đầu tư", "Ministry of Planning and Investment", "KH&ĐT", "BKHĐT"),
    *(_council_office(council) for council in COUNCILS),
)
