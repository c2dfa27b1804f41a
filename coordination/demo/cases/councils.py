"""Before the Regional Councils: a session that is planned, and one whose conclusion serves two dossiers.

Drawn from cases 3, 9, 11 and 12 of the domain facts; the sessions and their numbers are the demo's own.
"""

from typing import Any

from coordination.demo.cases.model import (
    ENVIRONMENT,
    PUBLIC_INVESTMENT,
    RESOLUTION_128,
    Case,
    Side,
    Step,
    opening,
    to_the_leader,
)

SOUTH_EAST_OFFICE = "dongnambo.vanphong.officer"
# Days count from the day of the step that names the session.
PLANNED = {"name": "Phiên họp lần thứ 6", "in_days": 16, "place": "Thành phố Tây Ninh"}
HELD = {"name": "Phiên họp lần thứ 8", "in_days": 6, "place": "Thành phố Hồ Chí Minh"}


def before_the_council(
    home: str, council: str, session: dict[str, Any], *, ground: str, days: tuple[int, int, int, int]
) -> tuple[Step, ...]:
    """Approved for the Council, filed, screened, put on the agenda."""
    approved, filed, screened, scheduled = days
    office = f"{council}.vanphong.officer"
    return (
        Step(
            "issue",
            "approve_council",
            f"{home}.ubnd.head",
            {"council": council, "ground": ground},
            approved,
            "10:00",
        ),
        Step("dossier", "file", f"{home}.skhdt.head", {}, filed, "15:30"),
        Step("dossier", "screen", office, {}, screened, "09:15"),
        Step("dossier", "schedule", office, {"session": session}, scheduled, "14:05"),
    )


TAN_HIEN = Case(
    key="tan_hien",
    number=9,
    title="Kiến nghị ngân sách trung ương hỗ trợ đầu tư cầu Tân Hiền qua sông Đồng Nai",
    project="Dự án cầu Tân Hiền qua sông Đồng Nai",
    sides=(
        Side(
            "dongnai",
            "works",
            "Tỉnh dự kiến chủ trì cầu Tân Hiền; ngân sách tỉnh chỉ cân đối được một phần tổng mức đầu tư.",
        ),
        Side(
            "binhduong",
            "works",
            "Thống nhất sự cần thiết đầu tư và cùng kiến nghị ngân sách trung ương hỗ trợ.",
        ),
    ),
    reporter="dongnai.gtvt",
    kinds=("funding", "authority"),
    tried=(
        "Hai bên đã thống nhất sự cần thiết đầu tư và dự kiến phân công chủ trì từng cầu qua sông Đồng"
        " Nai; mức hỗ trợ của ngân sách trung ương vượt thẩm quyền của hai địa phương."
    ),
    proposal=(
        "Đề xuất UBND tỉnh báo cáo Hội đồng vùng kiến nghị ngân sách trung ương hỗ trợ 50% tổng mức đầu"
        " tư cầu Tân Hiền và ghi nhận tỉnh Đồng Nai là địa phương chủ trì."
    ),
    legal_bases=(PUBLIC_INVESTMENT, "Luật Ngân sách nhà nước"),
    timeline=("26/12/2025: HĐND Thành phố Hồ Chí Minh thông qua: Đồng Nai chủ trì cầu Tân Hiền.",),
    ends_in="council",
    drafted_days_ago=40,
    plot=(
        *opening("dongnai.gtvt", days=(39, 38, 37)),
        *to_the_leader(
            "dongnai.ubnd.head",
            days=(31, 29, 28),
            route="council",
            ground="beyond_authority",
            subject="Về việc báo cáo Hội đồng vùng về hỗ trợ vốn đầu tư cầu Tân Hiền",
            content=(
                "Cầu Tân Hiền kết nối hai địa phương qua sông Đồng Nai; nhu cầu vốn vượt khả năng cân đối"
                " của ngân sách tỉnh.\n\nSở Kế hoạch và Đầu tư kính trình UBND tỉnh xem xét, báo cáo Chủ"
                " tịch Hội đồng vùng kiến nghị ngân sách trung ương hỗ trợ 50% tổng mức đầu tư."
            ),
        ),
        *before_the_council(
            "dongnai", "ktdtphianam", PLANNED, ground="beyond_authority", days=(24, 19, 8, 4)
        ),
    ),
)

DAU_TIENG_SAND = Case(
    key="dau_tieng_cat",
    number=11,
    title="Cơ chế kiểm soát chung việc khai thác cát và bảo vệ môi trường hồ Dầu Tiếng",
    project="Chương trình hợp tác Tây Ninh - Bình Dương giai đoạn 2023 - 2025",
    sides=(
        Side(
            "tayninh",
            "works",
            "Phần lớn diện tích hồ thuộc địa bàn tỉnh; việc kiểm tra, xử lý khai thác cát dừng ở ranh giới"
            " hành chính trên mặt hồ.",
        ),
        Side(
            "binhduong",
            "affected",
            "Thống nhất kiểm soát chung; chưa có cơ chế để lực lượng của hai tỉnh cùng kiểm tra trên toàn"
            " mặt hồ.",
        ),
    ),
    reporter="tayninh.tnmt",
    kinds=("environment", "mechanism"),
    tried=(
        "Tháng 5/2023, Chủ tịch UBND hai tỉnh ký chương trình hợp tác giai đoạn 2023 - 2025. Hai Sở đã trao"
        " đổi về kiểm tra liên ngành nhưng chưa có căn cứ để mỗi bên kiểm tra ngoài địa bàn của mình."
    ),
    proposal=(
        "Đề xuất Chủ tịch Hội đồng vùng kiến nghị cơ chế kiểm tra liên tỉnh trên hồ Dầu Tiếng và số liệu"
        " giấy phép khai thác dùng chung."
    ),
    legal_bases=(RESOLUTION_128, ENVIRONMENT),
    timeline=("Tháng 5/2023: Hai Chủ tịch UBND ký chương trình hợp tác giai đoạn 2023 - 2025.",),
    ends_in="council",
    drafted_days_ago=39,
    plot=(
        *opening("tayninh.tnmt", days=(38, 37, 36)),
        *to_the_leader(
            "tayninh.ubnd.head",
            days=(30, 28, 27),
            route="council",
            ground="policy",
            subject="Về việc đề xuất Chủ tịch Hội đồng vùng về cơ chế kiểm soát chung hồ Dầu Tiếng",
            content=(
                "Hai tỉnh đã thống nhất chủ trương kiểm soát chung việc khai thác cát trên hồ Dầu Tiếng;"
                " nội dung này cần cơ chế chung, vượt thẩm quyền của từng tỉnh.\n\nSở Kế hoạch và Đầu tư"
                " kính trình UBND tỉnh xem xét, đề xuất Chủ tịch Hội đồng vùng."
            ),
        ),
        *before_the_council("tayninh", "ktdtphianam", PLANNED, ground="policy", days=(23, 18, 7, 4)),
    ),
)

BA_BO_MONITORING = Case(
    key="ba_bo_quan_trac",
    number=3,
    title="Quan trắc và chia sẻ số liệu nguồn thải liên tỉnh lưu vực kênh Ba Bò",
    project="Kênh Ba Bò, Thành phố Hồ Chí Minh - Bình Dương",
    sides=(
        Side(
            "tphcm",
            "affected",
            "Nước thải từ thượng lưu vẫn gây ô nhiễm trên địa bàn Thành phố; đã đề nghị đường dây nóng và"
            " quan trắc dùng chung.",
        ),
        Side(
            "binhduong",
            "works",
            "Nguồn thải gồm khu công nghiệp Sóng Thần 1, 2 và khu dân cư; số liệu quan trắc chưa nối với"
            " Thành phố.",
        ),
    ),
    reporter="tphcm.tnmt",
    kinds=("environment", "mechanism"),
    tried=(
        "Hai địa phương đã thỏa thuận phân công trách nhiệm giai đoạn 2008 - 2009; ngày 23/2/2019 Thành phố"
        " có văn bản đề nghị đường dây nóng, quan trắc dùng chung và kế hoạch liên tỉnh."
    ),
    proposal=(
        "Đề xuất Hội đồng vùng kết luận về hệ thống quan trắc dùng chung, đầu mối trao đổi số liệu và thời"
        " hạn hoàn thành của từng bên."
    ),
    legal_bases=(RESOLUTION_128, ENVIRONMENT),
    timeline=(
        "2008 - 2009: Hai địa phương thỏa thuận trách nhiệm từng bên.",
        "23/2/2019: Thành phố Hồ Chí Minh đề nghị đường dây nóng và quan trắc dùng chung.",
    ),
    ends_in="council",
    drafted_days_ago=52,
    plot=(
        *opening("tphcm.tnmt", days=(51, 50, 49)),
        *to_the_leader(
            "tphcm.ubnd.head",
            days=(43, 41, 40),
            route="council",
            ground="no_consensus",
            subject="Về việc báo cáo Hội đồng vùng về quan trắc liên tỉnh lưu vực kênh Ba Bò",
            content=(
                "Thỏa thuận giai đoạn 2008 - 2009 chưa được thực hiện đầy đủ; hai bên chưa thống nhất cách"
                " chia sẻ số liệu nguồn thải.\n\nSở Kế hoạch và Đầu tư kính trình UBND Thành phố xem xét,"
                " báo cáo Hội đồng vùng."
            ),
        ),
        *before_the_council("tphcm", "dongnambo", HELD, ground="no_consensus", days=(36, 31, 21, 16)),
    ),
)

ROAD_13_PRIORITY = Case(
    key="quoc_lo_13_uu_tien",
    number=12,
    title="Đưa việc mở rộng Quốc lộ 13 qua hai địa phương vào danh mục công trình ưu tiên của vùng",
    project="Dự án mở rộng Quốc lộ 13, đoạn qua Thành phố Hồ Chí Minh và Bình Dương",
    sides=(
        Side("binhduong", "works", "Đoạn qua tỉnh đã được mở rộng; ùn tắc tại điểm giáp ranh."),
        Side(
            "tphcm",
            "works",
            "Đoạn khoảng 4,5 km chờ mở rộng khoảng 20 năm; năm 2023 dự kiến 8 làn xe, hơn 11.300 tỷ đồng.",
        ),
    ),
    reporter="binhduong.gtvt",
    kinds=("planning", "schedule"),
    tried="Hai bên đã trao đổi nhiều lần; thứ tự ưu tiên vốn của hai địa phương còn khác nhau.",
    proposal=(
        "Đề xuất Hội đồng vùng đưa công trình vào danh mục ưu tiên của vùng và thống nhất thời điểm hoàn"
        " thành hai đoạn."
    ),
    legal_bases=(RESOLUTION_128, PUBLIC_INVESTMENT),
    timeline=("Tháng 10/2025: phương án BOT đến ranh giới Bình Dương (cũ).",),
    ends_in="implementing",
    drafted_days_ago=51,
    plot=(
        *opening("binhduong.gtvt", days=(50, 49, 48)),
        *to_the_leader(
            "binhduong.ubnd.head",
            days=(42, 40, 39),
            route="council",
            ground="no_consensus",
            subject="Về việc báo cáo Hội đồng vùng về thứ tự ưu tiên mở rộng Quốc lộ 13",
            content=(
                "Hai địa phương thống nhất sự cần thiết nhưng chưa thống nhất thứ tự ưu tiên vốn.\n\nSở Kế"
                " hoạch và Đầu tư kính trình UBND tỉnh xem xét, báo cáo Hội đồng vùng."
            ),
        ),
        *before_the_council("binhduong", "dongnambo", HELD, ground="no_consensus", days=(35, 30, 20, 16)),
        Step(
            "dossier",
            "record_conclusion",
            SOUTH_EAST_OFFICE,
            {
                "conclusion": {
                    "number": "15/TB-VPHĐĐPĐNB",
                    "content": (
                        "Hội đồng thống nhất đưa việc mở rộng Quốc lộ 13 vào danh mục công trình ưu tiên của"
                        " vùng; hai địa phương thiết lập hệ thống quan trắc dùng chung lưu vực kênh Ba Bò và"
                        " chia sẻ số liệu hằng ngày."
                    ),
                    "with": [
                        {
                            "case": "ba_bo_quan_trac",
                            "commitments": [
                                {
                                    "locality": "binhduong",
                                    "lead": "binhduong.tnmt",
                                    "coordinators": ["tphcm.tnmt"],
                                    "work": "Nối số liệu quan trắc tự động của khu công nghiệp với Thành phố",
                                    "due_in_days": 45,
                                    "money": "Trong dự toán được giao",
                                    "product": "Số liệu được chia sẻ hằng ngày",
                                },
                                {
                                    "locality": "tphcm",
                                    "lead": "tphcm.tnmt",
                                    "coordinators": [],
                                    "work": "Vận hành đường dây nóng và công bố số liệu dùng chung",
                                    "due_in_days": 45,
                                    "money": "Trong dự toán được giao",
                                    "product": "Quy chế vận hành được hai Sở thống nhất",
                                },
                            ],
                        },
                    ],
                },
                "commitments": [
                    {
                        "locality": "tphcm",
                        "lead": "tphcm.gtvt",
                        "coordinators": ["binhduong.gtvt"],
                        "work": "Trình chủ trương đầu tư đoạn qua Thành phố theo danh mục ưu tiên của vùng",
                        "due_in_days": 60,
                        "money": "Ngân sách Thành phố và vốn BOT",
                        "product": "Tờ trình chủ trương đầu tư",
                    },
                    {
                        "locality": "binhduong",
                        "lead": "binhduong.gtvt",
                        "coordinators": [],
                        "work": "Hoàn chỉnh tổ chức giao thông tại điểm giáp ranh",
                        "due_in_days": 60,
                        "money": "Ngân sách tỉnh",
                        "product": "Phương án được hai Sở Giao thông vận tải thống nhất",
                    },
                ],
            },
            8,
            "16:20",
        ),
    ),
)

# The one that takes the other along comes after it.
COUNCILS = (TAN_HIEN, DAU_TIENG_SAND, BA_BO_MONITORING, ROAD_13_PRIORITY)
