"""Who is in charge of a bridge, and with what money: cases 5, 8 and 9 of the domain facts.

The policy to amend is drawn from case 8: the route to the Regional Council (seed III.5).
"""

from coordination.demo.cases.model import (
    PLAN_1067,
    PUBLIC_INVESTMENT,
    RESOLUTION_128,
    Case,
    Side,
    Step,
    opening,
    to_the_leader,
)

CAT_LAI = Case(
    key="cat_lai",
    number=5,
    title="Xác nhận địa phương là cơ quan có thẩm quyền và hướng tuyến cầu Cát Lái",
    project="Dự án cầu Cát Lái, cầu Đồng Nai 2 và cầu Phú Mỹ 2 kết nối Thành phố Hồ Chí Minh - Đồng Nai",
    sides=(
        Side(
            "dongnai",
            "works",
            "Tháng 5/2017, Thủ tướng Chính phủ đồng ý quy hoạch cầu Cát Lái. Tại buổi làm việc ngày"
            " 20/8/2025, hai bên thống nhất Đồng Nai chủ trì cầu Cát Lái và cầu Đồng Nai 2; tháng"
            " 10/2025, tỉnh có văn bản đề nghị Thành phố xác nhận để hoàn thiện thủ tục.",
        ),
        Side(
            "tphcm",
            "works",
            "Thành phố chủ trì cầu Phú Mỹ 2. Chưa có văn bản xác nhận và chưa báo cáo HĐND Thành"
            " phố theo khoản 5 Điều 7 Nghị định số 243/2025/NĐ-CP; hai phương án hướng tuyến cầu"
            " Cát Lái còn ý kiến khác nhau.",
        ),
    ),
    reporter="dongnai.gtvt",
    kinds=("authority", "alignment"),
    tried=(
        "Hai địa phương đã làm việc ngày 20/8/2025 và thống nhất phân công chủ trì ba cầu. Tháng"
        " 10/2025, Đồng Nai có văn bản đề nghị Thành phố Hồ Chí Minh xác nhận, nhưng thủ tục phía"
        " Thành phố chưa hoàn tất."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND Thành phố Hồ Chí Minh để: (1) ký văn bản xác nhận Đồng"
        " Nai là cơ quan có thẩm quyền đối với cầu Cát Lái và cầu Đồng Nai 2; (2) thống nhất thời"
        " điểm hai bên báo cáo HĐND; (3) chọn một hướng tuyến cầu Cát Lái để lập báo cáo nghiên cứu"
        " tiền khả thi."
    ),
    urgency="khẩn",
    legal_bases=(
        RESOLUTION_128,
        "Luật Đầu tư theo phương thức đối tác công tư số 64/2020/QH14",
        "Khoản 5 Điều 7 Nghị định số 243/2025/NĐ-CP",
    ),
    timeline=(
        "Tháng 5/2017: Thủ tướng Chính phủ đồng ý quy hoạch cầu Cát Lái.",
        (
            "20/8/2025: Hai bên thống nhất Đồng Nai chủ trì cầu Cát Lái và cầu Đồng Nai 2, Thành"
            " phố chủ trì cầu Phú Mỹ 2."
        ),
        (
            "Tháng 10/2025: Đồng Nai đề nghị Thành phố xác nhận và báo cáo HĐND theo Nghị định số"
            " 243/2025/NĐ-CP."
        ),
    ),
    ends_in="awaiting_committee",
    drafted_days_ago=12,
    plot=(
        *opening("dongnai.gtvt", days=(11, 10, 9)),
        *to_the_leader(
            "dongnai.ubnd.head",
            days=(5, 4, 2),
            route="bilateral",
            subject="Về việc làm việc với UBND Thành phố Hồ Chí Minh về dự án cầu Cát Lái",
            content=(
                "Sở Giao thông vận tải báo cáo vướng mắc về cơ quan có thẩm quyền và hướng tuyến"
                " cầu Cát Lái. Kết quả làm việc ngày 20/8/2025 đã phân công chủ trì ba cầu nhưng"
                " chưa có văn bản xác nhận của hai bên.\n\nSở Kế hoạch và Đầu tư thống nhất với đề"
                " xuất của Sở Giao thông vận tải.\n\nKính trình UBND tỉnh xem xét, đồng ý đề xuất"
                " UBND Thành phố Hồ Chí Minh tổ chức buổi làm việc giữa hai địa phương để ký xác"
                " nhận và chọn hướng tuyến."
            ),
        ),
    ),
)

HIEU_LIEM_2 = Case(
    key="hieu_liem_2",
    number=8,
    title="Giao tỉnh Bình Dương làm cơ quan chủ quản dự án cầu Hiếu Liêm 2 qua sông Bé",
    project="Dự án xây dựng cầu Hiếu Liêm 2 (dài khoảng 1,5 km, tổng mức đầu tư 362 tỷ đồng)",
    sides=(
        Side(
            "binhduong",
            "works",
            "Tỉnh thống nhất chủ trương đầu tư, HĐND tỉnh đã đồng ý. Chưa có cơ quan chủ quản vì dự"
            " án nằm trên địa bàn hai tỉnh.",
        ),
        Side(
            "dongnai",
            "works",
            "HĐND tỉnh đồng ý để Bình Dương làm cơ quan chủ quản; tỉnh phối hợp giải phóng mặt bằng"
            " phần thuộc địa bàn.",
        ),
    ),
    reporter="binhduong.bactanuyen",
    kinds=("authority",),
    tried=(
        "Hai tỉnh đã làm việc, thống nhất quy mô và phân công; HĐND hai tỉnh đều đã đồng ý. Việc"
        " giao một địa phương làm cơ quan chủ quản dự án đi qua hai tỉnh vượt thẩm quyền của UBND"
        " tỉnh."
    ),
    proposal=(
        "Đề xuất UBND tỉnh kiến nghị Thủ tướng Chính phủ giao UBND tỉnh Bình Dương làm cơ quan chủ"
        " quản dự án cầu Hiếu Liêm 2 và cho phép triển khai phần việc trên địa bàn tỉnh Đồng Nai."
    ),
    legal_bases=(PLAN_1067, PUBLIC_INVESTMENT),
    timeline=(
        "Trước ngày 26/5/2025: Hai tỉnh làm việc, HĐND hai tỉnh đồng ý chủ trương.",
        "26/5/2025: Bình Dương kiến nghị Thủ tướng Chính phủ giao tỉnh làm cơ quan chủ quản.",
    ),
    ends_in="central",
    drafted_days_ago=43,
    plot=(
        *opening("binhduong.bactanuyen", days=(42, 41, 40)),
        *to_the_leader(
            "binhduong.ubnd.head",
            days=(36, 34, 32),
            route="central",
            ground="beyond_authority",
            subject="Về việc kiến nghị Thủ tướng Chính phủ giao cơ quan chủ quản dự án cầu Hiếu Liêm 2",
            content=(
                "Dự án cầu Hiếu Liêm 2 nằm trên địa bàn hai tỉnh Bình Dương và Đồng Nai. HĐND hai"
                " tỉnh đã đồng ý để Bình Dương chủ trì.\n\nViệc giao cơ quan chủ quản vượt thẩm"
                " quyền của UBND tỉnh. Sở Kế hoạch và Đầu tư kính trình UBND tỉnh ký văn bản kiến"
                " nghị Thủ tướng Chính phủ xem xét, quyết định."
            ),
        ),
        Step(
            "issue",
            "approve_central",
            "binhduong.ubnd.head",
            {
                "authority": "Thủ tướng Chính phủ",
                "ground": "beyond_authority",
            },
            29,
            "09:30",
        ),
    ),
)

THANH_HOI_2 = Case(
    key="thanh_hoi_2",
    number=9,
    title="Phân công chủ trì và đề nghị ngân sách trung ương hỗ trợ các cầu Thạnh Hội 2, Tân An, Tân Hiền",
    project=(
        "Dự án cầu Thạnh Hội 2 (1.300 tỷ đồng), cầu Tân An (1.120 tỷ đồng) và cầu Tân Hiền qua sông Đồng Nai"
    ),
    sides=(
        Side(
            "binhduong",
            "works",
            "Đề nghị chủ trì cầu Thạnh Hội 2 và cầu Tân An; ngân sách địa phương chỉ cân đối được"
            " một phần, cần ngân sách trung ương hỗ trợ 50%.",
        ),
        Side(
            "dongnai",
            "works",
            "Đề nghị chủ trì cầu Tân Hiền; thống nhất cùng kiến nghị ngân sách trung ương hỗ trợ.",
        ),
    ),
    reporter="binhduong.gtvt",
    kinds=("authority", "funding"),
    tried=(
        "Hai bên đã thống nhất về sự cần thiết đầu tư và dự kiến phân công chủ trì từng cầu; chưa"
        " có cơ chế hỗ trợ vốn và chưa có văn bản giao chủ trì chính thức."
    ),
    proposal=(
        "Đề xuất UBND tỉnh báo cáo Hội đồng vùng: (1) thống nhất Bình Dương chủ trì cầu Thạnh Hội 2"
        " và cầu Tân An, Đồng Nai chủ trì cầu Tân Hiền; (2) kiến nghị ngân sách trung ương hỗ trợ"
        " 50% tổng mức đầu tư."
    ),
    legal_bases=(PLAN_1067, PUBLIC_INVESTMENT, "Luật Ngân sách nhà nước"),
    timeline=(
        "01/7/2025: Bình Dương hợp nhất vào Thành phố Hồ Chí Minh theo Nghị quyết số 202/2025/QH15.",
        (
            "26/12/2025: HĐND Thành phố Hồ Chí Minh thông qua: Thành phố chủ trì cầu Thạnh Hội 2 và"
            " cầu Tân An, Đồng Nai chủ trì cầu Tân Hiền."
        ),
    ),
    ends_in="committee_office",
    drafted_days_ago=14,
    plot=(
        *opening("binhduong.gtvt", days=(13, 12, 11)),
        *to_the_leader(
            "binhduong.ubnd.head",
            days=(5, 1, 0),
            route="council",
            ground="beyond_authority",
            subject="Về việc báo cáo Hội đồng vùng về các cầu Thạnh Hội 2, Tân An, Tân Hiền",
            content=(
                "Ba cầu qua sông Đồng Nai kết nối hai địa phương có tổng nhu cầu vốn lớn, vượt khả"
                " năng cân đối của ngân sách địa phương; phân công chủ trì chưa có văn bản chính"
                " thức.\n\nSở Kế hoạch và Đầu tư kính trình UBND tỉnh xem xét, báo cáo Chủ tịch Hội"
                " đồng vùng về phân công chủ trì và kiến nghị ngân sách trung ương hỗ trợ 50%."
            ),
        )[:2],
    ),
)

MECHANISM_SCREENED = Case(
    key="co_che_co_quan_chu_quan",
    number=8,
    title="Cơ chế giao một địa phương làm cơ quan chủ quản dự án cầu, đường nằm trên địa bàn hai tỉnh",
    project="",
    amended_text=(
        "Quy định về giao một địa phương làm cơ quan chủ quản dự án nằm trên địa bàn từ hai tỉnh"
        " trở lên (pháp luật về đầu tư công)"
    ),
    sides=(
        Side(
            "binhduong",
            "works",
            "Các dự án cầu giáp ranh (Hiếu Liêm 2, Thạnh Hội 2, Tân An) đều phải báo cáo Thủ tướng"
            " Chính phủ giao cơ quan chủ quản dù hai bên đã thống nhất; thời gian chuẩn bị đầu tư"
            " kéo dài.",
        ),
        Side(
            "dongnai",
            "works",
            "Thống nhất cần có cơ chế chung; đồng ý để địa phương có khối lượng lớn hơn làm cơ quan"
            " chủ quản, phần giải phóng mặt bằng do từng tỉnh thực hiện.",
        ),
    ),
    reporter="binhduong.gtvt",
    kinds=("mechanism", "authority"),
    tried=(
        "Hai tỉnh đã thống nhất theo từng dự án; HĐND hai tỉnh đã đồng ý đối với cầu Hiếu Liêm 2."
        " Ngày 26/5/2025, Bình Dương phải kiến nghị Thủ tướng Chính phủ riêng cho dự án này."
    ),
    proposal=(
        "Đề xuất Chủ tịch Hội đồng vùng kiến nghị cấp có thẩm quyền: khi HĐND các tỉnh liên quan đã"
        " thống nhất, được giao một địa phương làm cơ quan chủ quản dự án nhóm B, nhóm C nằm trên"
        " địa bàn hai tỉnh, không phải trình Thủ tướng Chính phủ từng dự án."
    ),
    legal_bases=(PLAN_1067, RESOLUTION_128, PUBLIC_INVESTMENT),
    timeline=(
        (
            "18/3/2021: UBND tỉnh Bình Dương ban hành Kế hoạch số 1067/KH-UBND; mục III.5 giao các"
            " Sở tham mưu đề xuất cơ chế, chính sách với Chủ tịch Hội đồng Vùng."
        ),
        (
            "26/5/2025: Bình Dương kiến nghị Thủ tướng Chính phủ giao tỉnh làm cơ quan chủ quản dự"
            " án cầu Hiếu Liêm 2."
        ),
    ),
    ends_in="council",
    drafted_days_ago=36,
    plot=(
        *opening("binhduong.gtvt", days=(35, 34, 33)),
        *to_the_leader(
            "binhduong.ubnd.head",
            days=(28, 27, 26),
            route="council",
            ground="policy",
            subject="Về việc đề xuất Chủ tịch Hội đồng vùng về cơ chế giao cơ quan chủ quản dự án liên tỉnh",
            content=(
                "Thực hiện mục III.5 Kế hoạch số 1067/KH-UBND ngày 18/3/2021, Sở Giao thông vận tải"
                " đề xuất cơ chế giao cơ quan chủ quản đối với dự án nằm trên địa bàn hai"
                " tỉnh.\n\nViệc từng dự án đều phải báo cáo Thủ tướng Chính phủ làm kéo dài thời"
                " gian chuẩn bị đầu tư, trong khi hai địa phương đã thống nhất. Đây là nội dung về"
                " cơ chế, chính sách, vượt thẩm quyền của UBND tỉnh.\n\nSở Kế hoạch và Đầu tư kính"
                " trình UBND tỉnh xem xét, đề xuất Chủ tịch Hội đồng vùng kinh tế trọng điểm phía"
                " Nam."
            ),
        ),
        Step(
            "issue",
            "approve_council",
            "binhduong.ubnd.head",
            {
                "council": "ktdtphianam",
                "ground": "policy",
            },
            22,
            "10:00",
        ),
        Step(
            "dossier",
            "file",
            "binhduong.skhdt.head",
            {
                "dossier": {
                    "subject": (
                        "Hồ sơ đề xuất cơ chế giao một địa phương làm cơ quan chủ quản dự án nằm"
                        " trên địa bàn hai tỉnh"
                    ),
                    "content": (
                        "I. Sự cần thiết\nCác dự án cầu qua sông ranh giới đều thuộc địa bàn hai"
                        " tỉnh. Pháp luật hiện hành yêu cầu giao cơ quan chủ quản theo từng dự"
                        " án.\n\nII. Nội dung đề xuất\nKhi HĐND các tỉnh liên quan thống nhất, được"
                        " giao một địa phương làm cơ quan chủ quản dự án nhóm B, nhóm C; mỗi địa"
                        " phương tự giải phóng mặt bằng phần thuộc địa bàn.\n\nIII. Kiến nghị\nĐề"
                        " nghị Hội đồng vùng xem xét, có ý kiến và kiến nghị cấp có thẩm quyền sửa"
                        " đổi, bổ sung quy định."
                    ),
                },
            },
            17,
            "15:30",
        ),
        Step("dossier", "screen", "ktdtphianam.vanphong.officer", {}, 6, "09:15"),
    ),
)

AUTHORITY = (CAT_LAI, HIEU_LIEM_2, THANH_HOI_2, MECHANISM_SCREENED)
