"""Ring roads, motorways and provincial roads: cases 6, 7, 10, 11 and 12 of the domain facts."""

from coordination.demo.cases.model import (
    LAND,
    PLAN_1067,
    PUBLIC_INVESTMENT,
    RESOLUTION_128,
    Case,
    Side,
    Step,
    opening,
    to_the_leader,
)

_RING_ROAD_3 = "Dự án đường Vành đai 3 Thành phố Hồ Chí Minh"
_RESOLUTION_57 = "Nghị quyết số 57/2022/QH15 ngày 16/6/2022 của Quốc hội về chủ trương đầu tư dự án"
_LAND_MARCH_2024 = (
    "Tháng 3/2024: Tỷ lệ thu hồi đất đạt: Thành phố Hồ Chí Minh 98,4%, Long An 98,1%, Bình Dương"
    " 80,1%, Đồng Nai 6,2%."
)

RING_ROAD_3_LAND = Case(
    key="vanh_dai_3_mat_bang",
    number=6,
    title="Đẩy nhanh bàn giao mặt bằng Vành đai 3 đoạn qua tỉnh Đồng Nai để đồng bộ tiến độ toàn tuyến",
    project=_RING_ROAD_3,
    sides=(
        Side(
            "tphcm",
            "works",
            "Đến tháng 3/2024 đã thu hồi 98,4% diện tích; các gói thầu xây lắp đang thi công. Đoạn"
            " giáp ranh phụ thuộc mặt bằng phía Đồng Nai.",
        ),
        Side(
            "dongnai",
            "works",
            "Đến tháng 3/2024 mới thu hồi 6,2% diện tích; công tác bồi thường, hỗ trợ, tái định cư"
            " tại huyện Nhơn Trạch chậm. Bộ Giao thông vận tải đã đề nghị bàn giao mặt bằng trước"
            " ngày 31/3.",
        ),
        Side(
            "binhduong",
            "works",
            "Đến tháng 3/2024 đã thu hồi 80,1% diện tích; phần còn lại đang vận động, chi trả.",
        ),
        Side(
            "longan",
            "affected",
            "Đến tháng 3/2024 đã thu hồi 98,1% diện tích; hiệu quả khai thác phụ thuộc tiến độ"
            " chung toàn tuyến.",
        ),
    ),
    reporter="tphcm.bqlda",
    kinds=("land", "schedule"),
    tried=(
        "Đã họp giao ban định kỳ giữa các ban quản lý dự án thành phần; Bộ Giao thông vận tải đã có"
        " văn bản đề nghị Thành phố Hồ Chí Minh và Đồng Nai bàn giao mặt bằng trước ngày 31/3. Tỷ"
        " lệ phía Đồng Nai vẫn thấp."
    ),
    proposal=(
        "Đề xuất làm việc với UBND tỉnh Đồng Nai để chốt mốc bàn giao mặt bằng theo từng đoạn, ưu"
        " tiên vị trí cầu và nút giao; mỗi tuần các bên cập nhật tỷ lệ bàn giao về đầu mối chung."
    ),
    urgency="thượng khẩn",
    legal_bases=(_RESOLUTION_57, LAND, RESOLUTION_128),
    timeline=(
        "16/6/2022: Quốc hội ban hành Nghị quyết số 57/2022/QH15 về chủ trương đầu tư dự án.",
        _LAND_MARCH_2024,
        (
            "Bộ Giao thông vận tải có văn bản đề nghị Thành phố Hồ Chí Minh và Đồng Nai bàn giao"
            " mặt bằng trước ngày 31/3."
        ),
    ),
    ends_in="consulting",
    drafted_days_ago=10,
    plot=(
        *opening("tphcm.bqlda", days=(9, 8, 7)),
        Step(
            "issue",
            "consult",
            "tphcm.skhdt.officer",
            {
                "bodies": ["tphcm.tnmt", "tphcm.gtvt", "bgtvt"],
                "question": (
                    "Đề nghị cho ý kiến về mốc bàn giao mặt bằng khả thi cho từng đoạn và biện pháp"
                    " phối hợp khi chậm bàn giao."
                ),
                "position": (
                    "Sở Kế hoạch và Đầu tư đề xuất phân đoạn bàn giao, ưu tiên vị trí cầu và nút"
                    " giao; đoạn nào có mặt bằng thì bàn giao ngay, không chờ đủ toàn tuyến."
                ),
                "due": 15,
            },
            6,
            "09:50",
        ),
        Step(
            "opinion",
            "answer",
            "tphcm.tnmt.head",
            {
                "opinion": {
                    "stance": "agree_with_comments",
                    "content": (
                        "Thống nhất phân đoạn bàn giao. Đề nghị bổ sung việc chia sẻ kinh nghiệm"
                        " xác định giá đất cụ thể và bố trí tái định cư trước khi thu hồi đất."
                    ),
                },
            },
            3,
            "16:25",
            "tphcm.tnmt",
        ),
        Step(
            "issue",
            "amend",
            "tphcm.skhdt.officer",
            {
                "opinion_table": [
                    {
                        "body": "tphcm.tnmt",
                        "uptake": "partly",
                        "explanation": (
                            "Tiếp thu việc bố trí tái định cư trước khi thu hồi đất. Việc xác định giá đất cụ"
                            " thể đề nghị hai Sở trao đổi riêng."
                        ),
                    }
                ]
            },
            2,
            "10:15",
        ),
    ),
)

RING_ROAD_3_JOINTS = Case(
    key="vanh_dai_3_tiep_giap",
    number=6,
    title=(
        "Đồng bộ điểm đấu nối và thời điểm khai thác Vành đai 3 tại ranh giới Long An - Thành phố Hồ Chí Minh"
    ),
    project=_RING_ROAD_3,
    sides=(
        Side(
            "longan",
            "works",
            "Mặt bằng đã thu hồi 98,1% (tháng 3/2024), tỉnh mong muốn đưa đoạn trên địa bàn vào"
            " khai thác sớm. Cần thống nhất cao độ, tổ chức giao thông tại điểm tiếp giáp.",
        ),
        Side(
            "tphcm",
            "works",
            "Mặt bằng đã thu hồi 98,4% (tháng 3/2024); tiến độ đoạn tiếp giáp do dự án thành phần"
            " của Thành phố quyết định.",
        ),
    ),
    reporter="longan.gtvt",
    kinds=("alignment", "schedule"),
    tried=(
        "Tư vấn thiết kế hai dự án thành phần đã trao đổi hồ sơ điểm tiếp giáp; chưa có biên bản"
        " thống nhất giữa hai chủ đầu tư."
    ),
    proposal=(
        "Đề xuất làm việc với UBND Thành phố Hồ Chí Minh để ký biên bản thống nhất kỹ thuật điểm"
        " đấu nối và kế hoạch khai thác tạm từng đoạn."
    ),
    legal_bases=(_RESOLUTION_57, RESOLUTION_128),
    timeline=(
        "16/6/2022: Quốc hội ban hành Nghị quyết số 57/2022/QH15 về chủ trương đầu tư dự án.",
        _LAND_MARCH_2024,
    ),
    ends_in="returned",
    drafted_days_ago=7,
    plot=(
        *opening("longan.gtvt", days=(6, 5, 4))[:2],
        Step(
            "issue",
            "request_supplement",
            "longan.skhdt.officer",
            {
                "reason": "Hồ sơ chưa đủ căn cứ để đề xuất làm việc giữa hai địa phương.",
                "missing": (
                    "Bình đồ, trắc dọc điểm tiếp giáp của hai dự án thành phần; tiến độ thi công"
                    " cập nhật của từng phía; ý kiến bằng văn bản của chủ đầu tư phía Thành phố Hồ"
                    " Chí Minh (nếu có)."
                ),
            },
            3,
            "10:35",
        ),
    ),
)

RING_ROAD_4 = Case(
    key="vanh_dai_4",
    number=7,
    title="Cơ chế phối hợp và nguồn vốn triển khai đồng thời các dự án thành phần đường Vành đai 4",
    project="Dự án đường Vành đai 4 Thành phố Hồ Chí Minh (10 dự án thành phần, 120.412,55 tỷ đồng)",
    sides=(
        Side(
            "tphcm",
            "works",
            "Thành phố là địa phương đầu mối, Sở Xây dựng là cơ quan thường trực; đề nghị thống"
            " nhất quy chế phối hợp và mốc khởi công chung.",
        ),
        Side(
            "binhduong",
            "works",
            "Đã chuẩn bị hồ sơ các đoạn trên địa bàn; từ ngày 01/7/2025 thuộc Thành phố Hồ Chí Minh mới.",
        ),
        Side(
            "brvt",
            "works",
            "Đã chuẩn bị hồ sơ đoạn trên địa bàn; từ ngày 01/7/2025 thuộc Thành phố Hồ Chí Minh mới.",
        ),
        Side(
            "dongnai",
            "works",
            "Thống nhất tham gia Ban Chỉ đạo chung; cần hướng dẫn về phần vốn trung ương và trình"
            " tự giải phóng mặt bằng.",
        ),
        Side(
            "longan",
            "works",
            "Có đoạn tuyến dài trên địa bàn, nhu cầu vốn vượt khả năng cân đối; từ ngày 01/7/2025"
            " thuộc tỉnh Tây Ninh mới.",
        ),
    ),
    reporter="tphcm.xaydung",
    kinds=("funding", "authority", "schedule"),
    tried=(
        "Các địa phương đã thống nhất chủ trương, lập Ban Chỉ đạo chung và dự thảo quy chế phối"
        " hợp. Nội dung về vốn và cơ chế đặc thù vượt thẩm quyền của các địa phương."
    ),
    proposal=(
        "Đề xuất UBND Thành phố kiến nghị Thủ tướng Chính phủ: (1) xác định mức vốn trung ương cho"
        " từng dự án thành phần; (2) cho phép tách giải phóng mặt bằng thành dự án độc lập; (3)"
        " giao Thành phố chủ trì tổng hợp, báo cáo định kỳ."
    ),
    legal_bases=(PUBLIC_INVESTMENT, RESOLUTION_128),
    timeline=(
        (
            "01/7/2025: Sau sắp xếp đơn vị hành chính, tuyến đi qua Thành phố Hồ Chí Minh, Đồng Nai"
            " và Tây Ninh (mới)."
        ),
        (
            "Tháng 12/2025: Lập Ban Chỉ đạo chung (Thành phố Hồ Chí Minh làm Trưởng ban; Đồng Nai,"
            " Tây Ninh làm Phó Trưởng ban) và quy chế phối hợp."
        ),
    ),
    ends_in="awaiting_focal_head",
    drafted_days_ago=14,
    plot=(
        *opening("tphcm.xaydung", days=(13, 12, 11)),
        *to_the_leader(
            "tphcm.ubnd.head",
            days=(1, 0, 0),
            route="central",
            ground="beyond_authority",
            subject="Về việc kiến nghị Thủ tướng Chính phủ về nguồn vốn và cơ chế thực hiện đường Vành đai 4",
            content=(
                "Dự án gồm 10 dự án thành phần, tổng mức đầu tư 120.412,55 tỷ đồng, đi qua nhiều"
                " địa phương. Các địa phương đã lập Ban Chỉ đạo chung nhưng nguồn vốn trung ương và"
                " cơ chế tách giải phóng mặt bằng vượt thẩm quyền.\n\nSở Kế hoạch và Đầu tư kính"
                " trình UBND Thành phố kiến nghị Thủ tướng Chính phủ xem xét, quyết định."
            ),
        )[:1],
    ),
)

CHON_THANH = Case(
    key="chon_thanh",
    number=10,
    title="Bố trí vốn đoạn qua Bình Phước của cao tốc Thành phố Hồ Chí Minh - Thủ Dầu Một - Chơn Thành",
    project="Dự án đường cao tốc Thành phố Hồ Chí Minh - Thủ Dầu Một - Chơn Thành",
    sides=(
        Side(
            "binhphuoc",
            "works",
            "Đoạn qua tỉnh dài khoảng 7,1 km; Bộ Giao thông vận tải đã đồng ý tách thành dự án độc"
            " lập. Ngân sách tỉnh cần được hỗ trợ để triển khai đồng thời với Bình Dương.",
        ),
        Side(
            "binhduong",
            "works",
            "Tỉnh chủ trì đầu tư đoạn qua địa bàn; đề nghị phía Bình Phước bảo đảm cùng thời điểm khai thác.",
        ),
        Side(
            "tphcm",
            "affected",
            "Là điểm đầu tuyến; quan tâm đến thời điểm thông toàn tuyến để tổ chức giao thông cửa"
            " ngõ phía Bắc.",
        ),
    ),
    reporter="binhphuoc.bqlda",
    kinds=("funding", "schedule"),
    tried=(
        "Đã báo cáo Bộ Giao thông vận tải và được đồng ý tách đoạn 7,1 km thành dự án độc lập; chưa"
        " xác định tỷ lệ vốn trung ương hỗ trợ và mốc hoàn thành chung với Bình Dương."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Bình Dương để thống nhất mốc khởi công, hoàn"
        " thành chung; đồng thời kiến nghị bố trí vốn trung ương cho đoạn 7,1 km qua Bình Phước."
    ),
    legal_bases=(PUBLIC_INVESTMENT, RESOLUTION_128),
    timeline=("Bộ Giao thông vận tải đồng ý tách đoạn 7,1 km qua tỉnh Bình Phước thành dự án độc lập.",),
    ends_in="triage",
    drafted_days_ago=10,
    plot=opening("binhphuoc.bqlda", days=(9, 8, 6)),
)

DT_789 = Case(
    key="dt789_dt744",
    number=11,
    title="Thống nhất hướng tuyến đường và cầu kết nối ĐT.789 (Tây Ninh) với ĐT.744 (Bình Dương)",
    project="Dự án đường và cầu kết nối ĐT.789 - ĐT.744 qua sông Sài Gòn",
    sides=(
        Side(
            "tayninh",
            "works",
            "Tỉnh đề nghị đưa tuyến kết nối vào quy hoạch và kế hoạch đầu tư công trung hạn; cần"
            " chốt vị trí cầu để cắm mốc, giữ đất.",
        ),
        Side(
            "binhduong",
            "works",
            "Ủng hộ chủ trương kết nối; vị trí đấu nối vào ĐT.744 cần phù hợp quy hoạch của tỉnh.",
        ),
    ),
    reporter="tayninh.gtvt",
    kinds=("alignment", "planning"),
    tried=(
        "Hai tỉnh đã ký chương trình hợp tác giai đoạn 2023 - 2025 (tháng 5/2023), trong đó có nội"
        " dung kết nối giao thông; cơ quan chuyên môn hai bên đã trao đổi nhưng chưa chốt vị trí."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Bình Dương để thống nhất vị trí cầu, điểm đấu nối"
        " và cùng cập nhật tuyến vào quy hoạch của hai tỉnh."
    ),
    legal_bases=("Luật Quy hoạch số 21/2017/QH14", RESOLUTION_128),
    timeline=(
        (
            "Tháng 5/2023: Chủ tịch UBND hai tỉnh Tây Ninh và Bình Dương ký chương trình hợp tác"
            " giai đoạn 2023 - 2025."
        ),
    ),
    ends_in="awaiting_unit_head",
    drafted_days_ago=2,
    plot=opening("tayninh.gtvt", days=(1, 0, 0))[:1],
)

ROUTE_13 = Case(
    key="quoc_lo_13",
    number=12,
    title="Mở rộng Quốc lộ 13 đoạn qua Thành phố Hồ Chí Minh để đồng bộ với đoạn qua Bình Dương",
    project="Dự án nâng cấp, mở rộng Quốc lộ 13",
    sides=(
        Side(
            "tphcm",
            "works",
            "Khoảng 4,5 km phía Thành phố chờ đầu tư gần 20 năm; năm 2023 dự kiến mở rộng 8 làn xe,"
            " kinh phí trên 11.300 tỷ đồng; tháng 10/2025 có phương án BOT đến ranh Bình Dương cũ.",
        ),
        Side(
            "binhduong",
            "affected",
            "Đoạn qua tỉnh đang được mở rộng; ùn tắc tại khu vực giáp ranh do đoạn phía Thành phố"
            " chưa mở rộng.",
        ),
    ),
    reporter="binhduong.gtvt",
    kinds=("schedule", "funding"),
    tried=(
        "Cơ quan chuyên môn hai bên đã trao đổi về quy mô mặt cắt ngang tại ranh giới; chưa có cam"
        " kết về thời điểm thi công đoạn phía Thành phố."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND Thành phố Hồ Chí Minh để thống nhất quy mô mặt cắt,"
        " phương án tổ chức giao thông tạm và mốc khởi công đoạn 4,5 km."
    ),
    legal_bases=(PLAN_1067, "Nghị quyết số 98/2023/QH15 ngày 24/6/2023 của Quốc hội"),
    timeline=(
        "Năm 2023: Phương án mở rộng đoạn phía Thành phố Hồ Chí Minh quy mô 8 làn xe, trên 11.300 tỷ đồng.",
        "Tháng 10/2025: Phương án đầu tư theo hình thức BOT đến ranh giới tỉnh Bình Dương (cũ).",
    ),
    ends_in="draft",
    drafted_days_ago=1,
)

ROADS = (RING_ROAD_3_LAND, RING_ROAD_3_JOINTS, RING_ROAD_4, CHON_THANH, DT_789, ROUTE_13)
