"""The people of the demo. All names are invented; no real official is meant."""

from dataclasses import dataclass

from coordination.demo.organisations import ORGANISATIONS, Organisation

DEMO_NOTICE = "Họ và tên trong dữ liệu trình diễn đều là hư cấu, không chỉ người thật."
MAIL_DOMAIN = "lientinh.test"
LEVELS = ("officer", "head", "deputy", "clerk")
KINDS = (
    "land",
    "alignment",
    "funding",
    "authority",
    "environment",
    "planning",
    "schedule",
    "mechanism",
    "other",
)


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    full_name: str
    level: str  # officer | head | deputy | clerk | auditor | administrator
    organisation: str | None  # slug; None for auditor and admin
    title: str
    email: str
    language: str = "vi"
    matters: tuple[str, ...] = ()  # kinds a deputy is in charge of


# Organisation: officer, head, deputy, clerk. Bodies with two names have officer and head only.
_NAMES = {
    "binhduong.ubnd": (
        "Võ Khánh Duy",
        "Dương Tuấn Kiệt",
        "Chế Ngọc Thanh Lam",
        "Trương Thị Xuân Mai",
    ),
    "dongnai.ubnd": ("Kim Sơ Rây", "Vũ Hữu Đạt", "Tăng Thanh Tùng", "Lê Song Thư"),
    "binhphuoc.ubnd": ("Phạm Diễm My", "Huỳnh Thị Đoan Trang", "Hà Hùng Anh", "Ngô Thị Cẩm Tú"),
    "tphcm.ubnd": ("Võ Đức Thuận", "Phan Đông Hải", "Nguyễn Thị Hải Yến", "Tô Trường Giang"),
    "tayninh.ubnd": ("Thạch Thị Bạch Tuyết", "Phan Thùy Dương", "Bùi Trí Dũng", "Trần Lan Chi"),
    "longan.ubnd": ("Nguyễn Đình Chiến", "Lê Lam Giang", "Lê Anh Khoa", "Nguyễn Hữu Nghị"),
    "brvt.ubnd": ("Tô Văn Khương", "Nguyễn Thiện Tâm", "Phạm Như Quỳnh", "Trần Thị Thanh Bình"),
    "tiengiang.ubnd": ("Quách Trung Kiên", "Đặng Sỹ Nguyên", "Phan Bá Lộc", "Huỳnh Quang Vũ"),
    "binhduong.skhdt": (
        "Lý Thị Xuân Đào",
        "Nguyễn Thị Mỹ Duyên",
        "Trịnh Nhật Quang",
        "Trần Thị Huệ Chi",
    ),
    "binhduong.gtvt": (
        "Trần Thị Ngọc Lan",
        "Trần Phú Cường",
        "Nguyễn Mai Phương",
        "Lê Thị Yến Phi",
    ),
    "dongnai.skhdt": ("Hồ Thị Phượng Vỹ", "Giang Mỹ Phụng", "Trần Thị Mai Khanh", "Đinh Tường Lân"),
    "dongnai.gtvt": ("Nguyễn Thị Diệu Hiền", "Lê Thị Lệ Thu", "Nguyễn Ngân Hà", "Phạm Tú Trinh"),
    "binhphuoc.skhdt": ("Tôn Nữ Khánh An", "Đinh Thị Mộng Cầm", "Đỗ Thị Thúy Hằng", "Hồ Văn Nghĩa"),
    "binhphuoc.gtvt": ("Võ Đan Thanh", "Thái Gia Huy", "Nguyễn Tiến Lực", "Trần Hoài Phong"),
    "tphcm.skhdt": ("Dương Thanh Hiền", "Võ Huy Hoàng", "Tạ Phương Đông", "Hà Ngọc Diệp"),
    "tphcm.gtvt": ("Điểu Minh Sang", "Trần Thanh Nhàn", "Nguyễn Thị Ánh Tuyết", "Đoàn Mạnh Tường"),
    "tayninh.skhdt": ("Trần Hoài An", "Nguyễn Vân Khánh", "Phạm Thái Bình", "Phan Thị Hồng Cúc"),
    "tayninh.gtvt": ("Lê Thị Tố Nga", "Lâm Thị Trà Giang", "Phạm Thị Nhã Uyên", "Lý Thành Nhân"),
    "longan.skhdt": (
        "Nguyễn Phương Thảo",
        "Trần Thị Kim Liên",
        "Bùi Thị Tâm Đan",
        "Tống Phước Vĩnh",
    ),
    "longan.gtvt": ("Bùi Yến Nhi", "Nguyễn Hồng Phúc", "Đặng Khắc Duy", "Châu Thiên Kim"),
    "brvt.skhdt": ("Đặng Hiền Lương", "Lê Kim Xuyến", "Hồ Quỳnh Như", "Phan Thị Thiên Hương"),
    "brvt.gtvt": ("Danh Hoàng Sa", "Trần Chấn Hưng", "Phạm Tấn Phát", "Vũ Minh Khôi"),
    "tiengiang.skhdt": ("Phạm Thị Hồng Đào", "Châu Trọng Hiếu", "Điểu Hà My", "Văn Thị Kim Thoa"),
    "tiengiang.gtvt": ("Trần Trúc Quỳnh", "Ôn Chí Viễn", "Nguyễn Minh Thông", "Lâm Văn Lành"),
    "binhduong.tnmt": ("Huỳnh Quý Đôn", "Huỳnh Tuệ Mẫn", "Cao Bích Ngân", "Nguyễn Bảo Ngọc"),
    "binhduong.xaydung": (
        "Trịnh Thị Ngọc Ánh",
        "Huỳnh Ý Nhi",
        "Huỳnh Thị Thanh Vân",
        "Hồ Đức Toàn",
    ),
    "binhphuoc.tnmt": ("Huỳnh Hà Giang", "Lê Minh Nhựt", "Phạm Ngọc Ẩn", "Đặng Duy Tân"),
    "binhphuoc.xaydung": ("Đinh Lâm Viên", "Đào Hải Đăng", "Ngô Gia Hân", "Phạm Kim Sơn"),
    "tphcm.tnmt": ("Trần Duy Khánh", "Phạm Việt Hưng", "Tạ Nhật Trường", "Đoàn Văn Tường"),
    "tphcm.xaydung": ("Kiều Thị Bích Thủy", "Trà Quang Điện", "Thạch Sô Phia", "Trần Minh Triết"),
    "dongnai.tnmt": ("Huỳnh Thị Kiều Oanh", "Võ Xuân Trường", "Nguyễn Đại Nghĩa", "Mai Ngọc Thạch"),
    "tayninh.tnmt": (
        "Đoàn Trọng Nghĩa",
        "Đặng Thị Kim Ngân",
        "Nguyễn Tường Vi",
        "Lê Thị Phương Lan",
    ),
    "binhduong.bqlda": ("Nguyễn Uyên Thư", "Phan Phi Yến", "Nguyễn Bảo Trân", "Đỗ Anh Quân"),
    "binhphuoc.bqlda": ("Mai Minh Cảnh", "Trần Quốc Khải", "Trần Mỹ Lệ", "Bùi Thị Ái Liên"),
    "dongnai.bqlda": ("Lương Nguyên Khang", "Lê Hữu Tài", "Phan Hữu Phước", "Lê Hiếu Trung"),
    "tphcm.bqlda": (
        "Phạm Thị Ngọc Bích",
        "Lương Vĩnh Tường",
        "Nguyễn Đăng Khương",
        "Nguyễn Công Hậu",
    ),
    "binhduong.dian": ("Đỗ Quang Nhã", "Lê Hồng Nhung", "Võ Hạnh Dung", "Lý Cát Tường"),
    "binhduong.bactanuyen": (
        "Đào Thị Tuyết Mai",
        "Nguyễn Thị Út Hiền",
        "Dương Hương Trà",
        "Từ Thảo Nguyên",
    ),
    "dongnai.bienhoa": ("Đặng Xuân Hòa", "Đặng Anh Thư", "Trương Nam Sơn", "Nguyễn Thị Thanh Hà"),
    "dongnai.nhontrach": ("Trần Quốc Bảo", "Võ Hoàng Mai", "Trần Phúc Điền", "Nguyễn Thu Trang"),
    "bgtvt": ("Bùi Khánh Linh", "Lâm Phước Thịnh"),
    "bkhdt": ("La Thị Nguyệt Ánh", "Đỗ Bình Nguyên"),
    "ktdtphianam.vanphong": ("Khưu Bội Trân", "Võ Thanh Trúc"),
    "dongnambo.vanphong": ("Lê Thế Vinh", "Huỳnh Thị Minh Nguyệt"),
}

# What the deputy is in charge of, by the last part of the organisation's slug.
_MATTERS = {
    "ubnd": ("land", "alignment", "funding"),
    "skhdt": ("funding", "mechanism", "planning"),
    "gtvt": ("alignment", "schedule", "land"),
    "tnmt": ("environment", "land"),
    "xaydung": ("planning", "alignment"),
    "bqlda": ("land", "schedule"),
    "dian": ("land", "environment"),
    "bactanuyen": ("land", "authority"),
    "bienhoa": ("land", "environment"),
    "nhontrach": ("land", "schedule"),
}
_ENGLISH_READERS = ("bgtvt.officer", "bgtvt.head", "bkhdt.officer")
_HEADS = {
    "bgtvt": "Vụ trưởng Vụ Kế hoạch - Đầu tư",
    "bkhdt": "Vụ trưởng Vụ Kinh tế địa phương và lãnh thổ",
    "ktdtphianam.vanphong": "Chánh Văn phòng Hội đồng vùng",
    "dongnambo.vanphong": "Chánh Văn phòng Hội đồng điều phối vùng",
}


def _head_title(organisation: Organisation) -> str:
    if organisation.slug in _HEADS:
        return _HEADS[organisation.slug]
    if organisation.kind in ("committee", "district"):
        return f"Chủ tịch {organisation.label}"
    # «Sở Giao thông vận tải», «Ban Quản lý dự án …»: the locality follows from the organisation.
    return f"Giám đốc {organisation.name[: len(organisation.letterhead)]}"


def _title(organisation: Organisation, level: str) -> str:
    if level == "clerk":
        return "Văn thư"
    if level == "officer":
        if organisation.kind == "committee":
            return f"Chuyên viên Văn phòng {organisation.label}"
        if organisation.kind == "district":
            return f"Chuyên viên Văn phòng HĐND và {organisation.label}"
        return "Chuyên viên"
    head = _head_title(organisation)
    return head if level == "head" else f"Phó {head}"


def _people_of(organisation: Organisation) -> tuple[Person, ...]:
    last = organisation.slug.rpartition(".")[2]
    people = []
    for level, full_name in zip(LEVELS, _NAMES[organisation.slug], strict=False):
        username = f"{organisation.slug}.{level}"
        people.append(
            Person(
                username=username,
                full_name=full_name,
                level=level,
                organisation=organisation.slug,
                title=_title(organisation, level),
                email=f"{username}@{MAIL_DOMAIN}",
                language="en" if username in _ENGLISH_READERS else "vi",
                matters=_MATTERS[last] if level == "deputy" else (),
            )
        )
    return tuple(people)


PEOPLE = (
    *(person for organisation in ORGANISATIONS for person in _people_of(organisation)),
    Person(
        username="auditor",
        full_name="Lê Bảo Long",
        level="auditor",
        organisation=None,
        title="Kiểm soát viên nhật ký hệ thống",
        email=f"auditor@{MAIL_DOMAIN}",
    ),
    Person(
        username="admin",
        full_name="Trần Minh Châu",
        level="administrator",
        organisation=None,
        title="Quản trị hệ thống",
        email=f"admin@{MAIL_DOMAIN}",
    ),
)
