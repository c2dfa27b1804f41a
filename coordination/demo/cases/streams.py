"""The stream that floods Dĩ An and Biên Hòa: case 4 of the domain facts, as three files."""

from coordination.demo.cases.model import (
    LAND,
    PLAN_1067,
    Case,
    Side,
    Step,
    carried_out,
    in_order,
    opening,
    resolved,
    to_the_leader,
)

SUOI_SIEP = Case(
    key="suoi_siep",
    number=4,
    title=(
        "Tháo gỡ mặt bằng phía Biên Hòa để thông dòng suối Siệp - rạch Cái Cầu, chống ngập khu vực giáp ranh"
    ),
    project="Dự án cải tạo suối Siệp - rạch Cái Cầu (thành phố Dĩ An - thành phố Biên Hòa)",
    sides=(
        Side(
            "binhduong",
            "works",
            "Đoạn thuộc thành phố Dĩ An đã thi công trên 50% khối lượng. Ngày 13/9/2024, nước dâng"
            " cao gây thiệt hại về người; tỉnh đã có lệnh thi công khẩn cấp.",
        ),
        Side(
            "dongnai",
            "works",
            "Mặt bằng đoạn hạ lưu thuộc thành phố Biên Hòa chậm giải phóng nên dòng chảy chưa thông.",
        ),
    ),
    reporter="binhduong.dian",
    kinds=("land", "schedule"),
    tried=(
        "UBND thành phố Dĩ An đã nhiều lần kiến nghị UBND thành phố Biên Hòa đẩy nhanh giải phóng"
        " mặt bằng nhưng chưa có chuyển biến."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Đồng Nai để chốt mốc bàn giao mặt bằng đoạn hạ"
        " lưu và thống nhất phương án thoát nước tạm trong mùa mưa."
    ),
    urgency="khẩn",
    legal_bases=(PLAN_1067, LAND),
    timeline=(
        "13/9/2024: Ngập nặng tại rạch Cái Cầu, có người tử vong.",
        "Sau đó: Bình Dương ban hành lệnh thi công công trình khẩn cấp.",
        "Tháng 10/2025: Vướng mắc được giải quyết.",
    ),
    ends_in="bilateral",
    drafted_days_ago=41,
    plot=(
        *opening("binhduong.dian", days=(40, 39, 38)),
        *to_the_leader(
            "binhduong.ubnd.deputy",
            days=(35, 34, 33),
            route="bilateral",
            subject="Về việc làm việc với tỉnh Đồng Nai về suối Siệp - rạch Cái Cầu",
            content=(
                "Đoạn suối phía Dĩ An đã hoàn thành trên 50% khối lượng nhưng chưa phát huy tác"
                " dụng do hạ lưu chưa thông. Sự việc ngày 13/9/2024 cho thấy mức độ cấp"
                " thiết.\n\nSở Kế hoạch và Đầu tư kính trình UBND tỉnh đồng ý đề xuất làm việc với"
                " UBND tỉnh Đồng Nai."
            ),
        ),
        Step("issue", "approve_bilateral", "binhduong.ubnd.deputy", {}, 31, "10:40"),
        Step(
            "meeting",
            "invite",
            "binhduong.skhdt.head",
            {
                "slots": [
                    {
                        "days": 7,
                        "hour": "13:30",
                        "place": "UBND thành phố Dĩ An, tỉnh Bình Dương (khảo sát thực địa trước khi họp)",
                    }
                ],
                "agenda": (
                    "1. Mặt bằng đoạn hạ lưu phía Biên Hòa.\n2. Phương án thoát nước tạm mùa"
                    " mưa.\n3. Phân công theo dõi."
                ),
            },
            30,
            "09:25",
        ),
        Step(
            "meeting",
            "counter_propose",
            "dongnai.skhdt.officer",
            {
                "slots": [{"days": 18, "hour": "08:00", "place": "UBND thành phố Biên Hòa, tỉnh Đồng Nai"}],
            },
            28,
            "14:50",
        ),
        Step("meeting", "accept_counter", "binhduong.skhdt.officer", {"slot": 0}, 27, "08:40"),
        Step(
            "meeting",
            "amend",
            "binhduong.skhdt.officer",
            {
                "participants": [
                    {"name": "Lê Minh Đức", "title": "Phó Giám đốc", "body": "Sở KH&ĐT Bình Dương"},
                    {"name": "Phạm Thị Hồng", "title": "Phó Chủ tịch", "body": "UBND thành phố Dĩ An"},
                ]
            },
            16,
            "10:15",
        ),
        Step(
            "meeting",
            "amend",
            "dongnai.skhdt.officer",
            {
                "participants": [
                    {"name": "Võ Quốc Thái", "title": "Phó Giám đốc", "body": "Sở KH&ĐT Đồng Nai"},
                    {"name": "Trịnh Văn Lợi", "title": "Trưởng phòng", "body": "Sở TN&MT Đồng Nai"},
                ]
            },
            14,
            "15:30",
        ),
        Step(
            "meeting",
            "record_held",
            "binhduong.skhdt.officer",
            {
                "attendance": (
                    "Bình Dương: Sở KH&ĐT, Sở Xây dựng, UBND thành phố Dĩ An. Đồng Nai: Sở KH&ĐT,"
                    " Sở TN&MT, UBND thành phố Biên Hòa."
                ),
                "present": ["Lê Minh Đức", "Phạm Thị Hồng", "Võ Quốc Thái", "Trịnh Văn Lợi"],
            },
            7,
            "15:20",
        ),
        Step(
            "meeting",
            "share_minutes",
            "binhduong.skhdt.officer",
            {
                "points": [
                    {
                        "text": "Thống nhất phương án thoát nước tạm mùa mưa tại điểm giáp ranh.",
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "binhduong",
                                "lead": "binhduong.dian",
                                "coordinators": ["dongnai.bienhoa"],
                                "work": "Khơi thông dòng chảy tạm, bố trí máy bơm tại điểm giáp ranh",
                                "due_in_days": 20,
                                "money": "Dự phòng ngân sách thành phố Dĩ An",
                                "product": "Báo cáo hoàn thành, hình ảnh hiện trường",
                            }
                        ],
                    },
                    {
                        "text": "Mốc bàn giao toàn bộ mặt bằng đoạn hạ lưu thuộc thành phố Biên Hòa.",
                        "agreed": False,
                        "commitments": [],
                    },
                ],
            },
            4,
            "16:05",
        ),
        Step("meeting", "confirm_minutes", "binhduong.skhdt.head", {}, 3, "10:10"),
    ),
)

SUOI_SIEP_URGENT = Case(
    key="suoi_siep_khan_cap",
    number=4,
    title="Thi công khẩn cấp chống ngập đoạn suối Siệp - rạch Cái Cầu thuộc thành phố Dĩ An",
    project="Công trình khẩn cấp chống ngập suối Siệp - rạch Cái Cầu, đoạn qua thành phố Dĩ An",
    sides=(
        Side(
            "binhduong",
            "works",
            "Ngày 13/9/2024 nước dâng cao gây thiệt hại về người. Đoạn thuộc địa bàn thành phố Dĩ"
            " An có thể thi công ngay nhưng cần lệnh xây dựng công trình khẩn cấp.",
        ),
        Side(
            "dongnai",
            "affected",
            "Thành phố Biên Hòa ở hạ lưu, cần được thông báo thời điểm xả nước khi thi công.",
        ),
    ),
    reporter="binhduong.dian",
    kinds=("schedule", "other"),
    tried=(
        "UBND thành phố Dĩ An đã rào chắn, cảnh báo và khơi thông tạm; việc thi công ngay vượt"
        " trình tự đầu tư thông thường."
    ),
    proposal=(
        "Đề xuất UBND tỉnh chỉ đạo: ban hành lệnh xây dựng công trình khẩn cấp cho đoạn thuộc thành"
        " phố Dĩ An; giao UBND thành phố Dĩ An làm chủ đầu tư, Sở Xây dựng hướng dẫn, kiểm tra;"
        " thông báo UBND thành phố Biên Hòa trước khi xả nước."
    ),
    urgency="thượng khẩn",
    legal_bases=("Luật Xây dựng (quy định về công trình khẩn cấp)", PLAN_1067),
    timeline=(
        "13/9/2024: Ngập nặng tại rạch Cái Cầu, có người tử vong.",
        "Sau đó: UBND tỉnh Bình Dương ban hành lệnh thi công công trình khẩn cấp.",
        "Tháng 10/2025: Vướng mắc được giải quyết.",
    ),
    ends_in="resolved",
    drafted_days_ago=52,
    plot=in_order(
        *opening("binhduong.dian", days=(51, 50, 49)),
        *to_the_leader(
            "binhduong.ubnd.head",
            days=(48, 47, 46),
            route="directive",
            subject="Về việc chỉ đạo thi công khẩn cấp chống ngập suối Siệp - rạch Cái Cầu",
            content=(
                "Phần việc nằm trên địa bàn tỉnh, thuộc thẩm quyền Chủ tịch UBND tỉnh. Sở Kế hoạch"
                " và Đầu tư kính trình UBND tỉnh chỉ đạo giải quyết ngay, không chờ kết quả làm"
                " việc với tỉnh Đồng Nai."
            ),
        ),
        Step(
            "issue",
            "direct",
            "binhduong.ubnd.head",
            {
                "directive": (
                    "Ban hành lệnh xây dựng công trình khẩn cấp đoạn suối Siệp - rạch Cái Cầu thuộc"
                    " thành phố Dĩ An. UBND thành phố Dĩ An làm chủ đầu tư; Sở Xây dựng hướng dẫn,"
                    " kiểm tra; thông báo UBND thành phố Biên Hòa trước khi xả nước."
                ),
                "commitments": [
                    {
                        "locality": "binhduong",
                        "lead": "binhduong.dian",
                        "coordinators": ["binhduong.xaydung"],
                        "work": (
                            "Thi công khẩn cấp đoạn suối Siệp - rạch Cái Cầu thuộc địa bàn thành phố Dĩ An"
                        ),
                        "due_in_days": 30,
                        "money": "Dự phòng ngân sách tỉnh Bình Dương",
                        "product": "Biên bản nghiệm thu công trình khẩn cấp",
                    },
                    {
                        "locality": "binhduong",
                        "lead": "binhduong.xaydung",
                        "coordinators": [],
                        "work": "Hướng dẫn hồ sơ công trình khẩn cấp, kiểm tra an toàn thi công",
                        "due_in_days": 25,
                        "money": "Trong dự toán được giao",
                        "product": "Biên bản kiểm tra",
                    },
                ],
            },
            45,
            "11:05",
        ),
        *carried_out(
            "binhduong.xaydung",
            "binhduong.skhdt.officer",
            on=1,
            days=(44, 27, 25),
            evidence="Đã hướng dẫn hồ sơ, kiểm tra an toàn thi công; biên bản kiểm tra kèm theo.",
        ),
        *carried_out(
            "binhduong.dian",
            "binhduong.skhdt.officer",
            on=0,
            days=(43, 17, 14),
            evidence="Công trình khẩn cấp đã nghiệm thu; đã thông báo UBND thành phố Biên Hòa.",
        ),
        *resolved("binhduong.dian", days=(10, 8)),
    ),
)

RACH_CAI_CAU = Case(
    key="rach_cai_cau",
    number=4,
    title="Ngập nước khu vực rạch Cái Cầu giáp ranh thành phố Biên Hòa",
    project="Dự án cải tạo suối Siệp - rạch Cái Cầu (thành phố Dĩ An - thành phố Biên Hòa)",
    sides=(
        Side(
            "binhduong",
            "works",
            "Hệ thống thoát nước phía Dĩ An đã đầu tư nhưng chưa có cửa thoát; mùa mưa ngập kéo dài.",
        ),
        Side("dongnai", "works", "Đoạn hạ lưu thuộc thành phố Biên Hòa chưa giải phóng mặt bằng."),
    ),
    reporter="binhduong.xaydung",
    kinds=("land", "other"),
    tried="Sở Xây dựng đã phối hợp UBND thành phố Dĩ An khảo sát hiện trường.",
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Đồng Nai để khơi thông đoạn hạ lưu rạch Cái Cầu trước mùa"
        " mưa."
    ),
    legal_bases=(PLAN_1067,),
    timeline=("13/9/2024: Ngập nặng tại rạch Cái Cầu, có người tử vong.",),
    ends_in="merged",
    drafted_days_ago=37,
    plot=(
        *opening("binhduong.xaydung", days=(36, 35, 34)),
        Step("issue", "merge", "binhduong.skhdt.officer", {"target": "suoi_siep"}, 33, "16:30"),
    ),
)

STREAMS = (SUOI_SIEP, SUOI_SIEP_URGENT, RACH_CAI_CAU)
