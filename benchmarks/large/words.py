"""Words from which the benchmark's issues are named: invented projects in real kinds and places.

Names come in two spellings, as written and as the product's search folds them, so that the database can
put a million search texts together by itself.
"""

from __future__ import annotations

from coordination.queries.search import fold

LOCALITIES = (
    ("HNI", "thành phố", "Hà Nội"),
    ("HUE", "thành phố", "Huế"),
    ("LCH", "tỉnh", "Lai Châu"),
    ("DBN", "tỉnh", "Điện Biên"),
    ("SLA", "tỉnh", "Sơn La"),
    ("LSN", "tỉnh", "Lạng Sơn"),
    ("QNH", "tỉnh", "Quảng Ninh"),
    ("THA", "tỉnh", "Thanh Hóa"),
    ("NAN", "tỉnh", "Nghệ An"),
    ("HTH", "tỉnh", "Hà Tĩnh"),
    ("CBG", "tỉnh", "Cao Bằng"),
    ("TQG", "tỉnh", "Tuyên Quang"),
    ("LCI", "tỉnh", "Lào Cai"),
    ("TNN", "tỉnh", "Thái Nguyên"),
    ("PTO", "tỉnh", "Phú Thọ"),
    ("BNH", "tỉnh", "Bắc Ninh"),
    ("HYN", "tỉnh", "Hưng Yên"),
    ("HPG", "thành phố", "Hải Phòng"),
    ("NBH", "tỉnh", "Ninh Bình"),
    ("QTI", "tỉnh", "Quảng Trị"),
    ("DNG", "thành phố", "Đà Nẵng"),
    ("QNI", "tỉnh", "Quảng Ngãi"),
    ("GLI", "tỉnh", "Gia Lai"),
    ("KHA", "tỉnh", "Khánh Hòa"),
    ("LDG", "tỉnh", "Lâm Đồng"),
    ("DLK", "tỉnh", "Đắk Lắk"),
    ("HCM", "thành phố", "Thành phố Hồ Chí Minh"),
    ("DNI", "tỉnh", "Đồng Nai"),
    ("TNH", "tỉnh", "Tây Ninh"),
    ("CTO", "thành phố", "Cần Thơ"),
    ("VLG", "tỉnh", "Vĩnh Long"),
    ("DTP", "tỉnh", "Đồng Tháp"),
    ("CMU", "tỉnh", "Cà Mau"),
    ("AGG", "tỉnh", "An Giang"),
)
DEPARTMENTS = (
    "Xây dựng",
    "Nông nghiệp và Môi trường",
    "Công Thương",
    "Nội vụ",
    "Tư pháp",
    "Y tế",
    "Giáo dục và Đào tạo",
    "Khoa học và Công nghệ",
    "Văn hóa, Thể thao và Du lịch",
    "Dân tộc và Tôn giáo",
    "Ngoại vụ",
    "Du lịch",
    "Giao thông công chính",
    "Quy hoạch - Kiến trúc",
    "An toàn thực phẩm",
)
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
MIDDLES = ("Văn", "Thị", "Minh", "Ngọc", "Thanh", "Quốc", "Hoàng", "Xuân", "Đức", "Kim", "Gia")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hạnh", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quân")

VERBS = (
    "Thống nhất hướng tuyến",
    "Giải phóng mặt bằng",
    "Bố trí vốn đối ứng cho",
    "Đồng bộ tiến độ",
    "Xác định cơ quan chủ quản",
    "Điều chỉnh quy hoạch",
    "Kiểm soát nguồn thải",
    "Phối hợp quản lý",
    "Thống nhất điểm đấu nối",
    "Đẩy nhanh bàn giao mặt bằng",
    "Phân chia kinh phí bảo trì",
    "Kiến nghị cơ chế đặc thù cho",
    "Quản lý khai thác cát tại khu vực",
    "Xử lý ngập úng do",
    "Di dời hạ tầng kỹ thuật của",
    "Tái định cư các hộ dân thuộc",
)
WORKS = (
    ("cầu", 12),
    ("đường ĐT.", 10),
    ("đường Vành đai 4 đoạn", 2),
    ("cao tốc đoạn qua", 4),
    ("kênh", 4),
    ("hồ chứa nước", 3),
    ("khu công nghiệp", 5),
    ("quốc lộ", 5),
    ("cảng cạn", 1),
    ("bãi rác liên vùng", 1),
    ("tuyến đường sắt qua", 1),
    ("đê bao", 2),
)
_FIRST = (
    "An Bình Cẩm Diên Đông Giao Hiệp Hòa Khánh Long Lộc Mỹ Nghĩa Phong Phú Quế Sơn Tân Thạnh Thiện Trung"
    " Vạn Vĩnh Xuân"
)
_LAST = (
    "Ân Bảo Cường Điền Giang Hải Hưng Khê Lâm Lợi Mã Ngãi Nhơn Phước Quang Sa Tiến Thành Thịnh Trạch"
    " Trường Vân Yên"
)
WHY = (
    "kết nối hai địa phương",
    "do chồng lấn địa giới hành chính",
    "trong khi chờ ngân sách trung ương hỗ trợ",
    "để đồng bộ với dự án của tỉnh bạn",
    "theo kết luận của Hội đồng điều phối vùng",
    "phục vụ di dời dân cư",
    "do thay đổi địa giới sau sắp xếp",
    "để bảo đảm an toàn mùa mưa lũ",
)
# One project that next to nobody writes of: what a search for a rare word finds.
RARE = "suối Siệp"
# Every so many issues one is about it.
RARE_EVERY = 33_333


def projects() -> list[str]:
    """Some 3,500 names of works: a kind by its weight, and a place; always in the same order."""
    places = [f"{first} {last}" for first in _FIRST.split() for last in _LAST.split()]
    kinds = [kind for kind, weight in WORKS for _ in range(weight)]
    names = []
    for number in range(7 * len(places)):
        kind, place = kinds[number * 7 % len(kinds)], places[number * 89 % len(places)]
        tail = f"{700 + number % 97} {place}" if kind.endswith("ĐT.") else f" {place}"
        names.append(f"{kind}{tail}")
    return list(dict.fromkeys(names))


def person_name(number: int) -> str:
    """An invented name; the same for the same number."""
    return " ".join(
        (
            FAMILIES[number % len(FAMILIES)],
            MIDDLES[number // 3 % len(MIDDLES)],
            GIVEN[number // 7 % len(GIVEN)],
        )
    )


def both(words: list[str] | tuple[str, ...]) -> tuple[list[str], list[str]]:
    """As written, and as searched."""
    return list(words), [fold(word) for word in words]
