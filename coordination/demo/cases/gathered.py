"""What two units report on the bridges of case 9: put together by the focal point on one draft."""

from coordination.demo.cases.model import PLAN_1067, PUBLIC_INVESTMENT, Case, Side, Step, opening

# As two officers typed it who did not look at each other's file.
BRIDGES_9 = "Dự án cầu Thạnh Hội 2, cầu Tân An và cầu Tân Hiền qua sông Đồng Nai"

TAN_AN_FUNDING = Case(
    key="tan_an_von",
    number=9,
    title="Bố trí vốn chuẩn bị đầu tư cầu Tân An trong khi chờ ngân sách trung ương hỗ trợ",
    project=BRIDGES_9,
    sides=(
        Side(
            "binhduong",
            "works",
            "Tổng mức đầu tư cầu Tân An dự kiến 1.120 tỷ đồng; chưa bố trí được vốn chuẩn bị đầu tư.",
        ),
        Side("dongnai", "affected", "Đường dẫn phía Đồng Nai chờ chủ trương đầu tư phần cầu."),
    ),
    reporter="binhduong.bqlda",
    kinds=("funding",),
    tried="Đã đăng ký vốn chuẩn bị đầu tư, chưa được bố trí vì chưa rõ phần ngân sách trung ương hỗ trợ.",
    proposal=(
        "Đề xuất UBND tỉnh cho bố trí trước vốn chuẩn bị đầu tư cầu Tân An từ ngân sách tỉnh, đồng thời"
        " kiến nghị ngân sách trung ương hỗ trợ 50% tổng mức đầu tư."
    ),
    legal_bases=(PLAN_1067, PUBLIC_INVESTMENT),
    timeline=(),
    ends_in="triage",
    drafted_days_ago=8,
    plot=opening("binhduong.bqlda", days=(7, 6, 5)),
)

THANH_HOI_JUNCTION = Case(
    key="thanh_hoi_dau_noi",
    number=9,
    title="Thống nhất điểm đấu nối đường dẫn hai bờ của cầu Thạnh Hội 2",
    project="Cau Thanh Hoi 2, cau Tan An va cau Tan Hien qua song Dong Nai",
    sides=(
        Side("binhduong", "works", "Đã có phương án hướng tuyến đường dẫn phía tỉnh."),
        Side("dongnai", "works", "Chưa có ý kiến về điểm đấu nối vào đường hiện hữu."),
    ),
    reporter="binhduong.xaydung",
    kinds=("alignment", "planning"),
    tried="Đã gửi hồ sơ hướng tuyến cho đơn vị chuyên môn của tỉnh Đồng Nai, chưa nhận được ý kiến.",
    proposal="Đề xuất UBND tỉnh làm việc với UBND tỉnh Đồng Nai để thống nhất điểm đấu nối hai bờ.",
    legal_bases=(PLAN_1067,),
    timeline=(),
    ends_in="triage",
    drafted_days_ago=6,
    plot=(
        *opening("binhduong.xaydung", days=(5, 4, 3)),
        Step(
            "issue",
            "draft",
            "binhduong.skhdt.officer",
            {
                "route": "bilateral",
                "with": [{"case": "tan_an_von", "route": "council", "ground": "beyond_authority"}],
                "subject": "Về việc tháo gỡ vướng mắc các cầu Thạnh Hội 2, Tân An qua sông Đồng Nai",
                "content": (
                    "Sở Kế hoạch và Đầu tư tổng hợp vướng mắc do các đơn vị báo cáo về các cầu qua sông"
                    " Đồng Nai:\n\n1. Điểm đấu nối đường dẫn hai bờ của cầu Thạnh Hội 2.\n2. Vốn chuẩn bị"
                    " đầu tư cầu Tân An.\n\nKính trình UBND tỉnh xem xét, cho ý kiến chỉ đạo."
                ),
            },
            1,
            "10:40",
        ),
        Step("issue", "name_twin", "binhduong.skhdt.officer", {"code": "tan_hien"}, 1, "11:05", act=True),
    ),
)

GATHERED = (TAN_AN_FUNDING, THANH_HOI_JUNCTION)
