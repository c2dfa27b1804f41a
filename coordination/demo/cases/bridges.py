"""Bridges whose route or site two provinces must agree on: cases 1 and 2 of the domain facts."""

from coordination.demo.cases.model import (
    LAND,
    PLAN_1067,
    PUBLIC_INVESTMENT,
    RESOLUTION_128,
    Case,
    Side,
    Step,
    carried_out,
    in_order,
    opening,
    resolved,
    to_the_leader,
)

MA_DA_SUBMITTED = Case(
    key="ma_da",
    number=1,
    title="Thống nhất hướng tuyến cầu Mã Đà và nâng cấp đường ĐT.753 kết nối Bình Phước - Đồng Nai",
    project=(
        "Dự án xây dựng cầu Mã Đà và nâng cấp, mở rộng đường ĐT.753 (dài khoảng 76 km, kinh phí dự"
        " kiến trên 5.000 tỷ đồng)"
    ),
    sides=(
        Side(
            "binhphuoc",
            "works",
            "Tỉnh đã xác định ĐT.753 và cầu Mã Đà là trục kết nối ngắn nhất từ Bình Phước đến Đồng"
            " Nai, sân bay Long Thành và cảng biển; sẵn sàng triển khai phần tuyến trên địa bàn."
            " Cầu Mã Đà chưa được xây dựng lại nên tuyến chưa thông.",
        ),
        Side(
            "dongnai",
            "works",
            "Tỉnh nhiều lần chưa thống nhất vì hướng tuyến đi qua Khu dự trữ sinh quyển thế giới"
            " Đồng Nai, lo ngại tác động đến rừng và đa dạng sinh học. Ngày 13/3/2025, lãnh đạo"
            " UBND tỉnh đã khảo sát thực địa; sau đó tỉnh nghiên cứu phương án cầu cạn dài khoảng 5"
            " km qua khu vực này.",
        ),
    ),
    reporter="binhphuoc.gtvt",
    kinds=("alignment", "environment"),
    tried=(
        "Hai tỉnh đã trao đổi nhiều lần nhưng chưa thống nhất hướng tuyến. Bình Phước đã báo cáo"
        " cấp trên; Bộ Xây dựng có Văn bản số 154/BXD-KHTC ngày 07/3/2025 đề nghị hai tỉnh thống"
        " nhất trước khi báo cáo Thủ tướng Chính phủ."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Đồng Nai để: (1) thống nhất hướng tuyến qua cầu"
        " Mã Đà, trong đó đoạn qua Khu dự trữ sinh quyển đi bằng cầu cạn dài khoảng 5 km; (2) thống"
        " nhất phạm vi mỗi tỉnh làm chủ đầu tư; (3) giao cơ quan lập báo cáo chung của hai tỉnh gửi"
        " Bộ Xây dựng, làm cơ sở báo cáo Thủ tướng Chính phủ."
    ),
    urgency="khẩn",
    legal_bases=(
        RESOLUTION_128,
        PUBLIC_INVESTMENT,
        "Luật Đa dạng sinh học số 20/2008/QH12",
        "Văn bản số 154/BXD-KHTC ngày 07/3/2025 của Bộ Xây dựng",
    ),
    timeline=(
        (
            "07/3/2025: Bộ Xây dựng có Văn bản số 154/BXD-KHTC, đề nghị hai tỉnh thống nhất trước"
            " khi báo cáo Thủ tướng Chính phủ."
        ),
        "13/3/2025: Lãnh đạo UBND tỉnh Đồng Nai khảo sát thực địa khu vực cầu Mã Đà.",
        (
            "Sau đó: Đồng Nai kiến nghị Thủ tướng Chính phủ phương án cầu cạn dài khoảng 5 km qua"
            " Khu dự trữ sinh quyển."
        ),
        (
            "01/7/2025: Hai tỉnh hợp nhất theo Nghị quyết số 202/2025/QH15 ngày 12/6/2025; vướng"
            " mắc không còn là liên tỉnh."
        ),
    ),
    ends_in="submitted",
    drafted_days_ago=3,
    plot=opening("binhphuoc.gtvt", days=(2, 1, 0))[:2],
)

BACH_DANG_2 = Case(
    key="bach_dang_2",
    number=2,
    title="Phối hợp giải phóng mặt bằng và đồng bộ tiến độ đường dẫn cầu Bạch Đằng 2 qua sông Đồng Nai",
    project="Dự án xây dựng cầu Bạch Đằng 2 (dài khoảng 410 m, tổng mức đầu tư khoảng 490 tỷ đồng)",
    sides=(
        Side(
            "binhduong",
            "works",
            "Tỉnh đầu tư đường dẫn trên địa bàn và 50% kinh phí cầu chính; khởi công ngày"
            " 27/12/2021, thời gian thực hiện 450 ngày, dự kiến hoàn thành quý I/2023. Tiến độ chậm"
            " do dịch Covid-19 và mặt bằng.",
        ),
        Side(
            "dongnai",
            "works",
            "Tỉnh đầu tư đường dẫn trên địa bàn và 50% kinh phí cầu chính. Một số vị trí mặt bằng"
            " đường dẫn bàn giao chậm so với kế hoạch.",
        ),
    ),
    reporter="binhduong.bqlda",
    kinds=("land", "schedule"),
    tried=(
        "Ban Quản lý dự án hai bên đã họp giao ban hiện trường và thống nhất phân đoạn bàn giao mặt"
        " bằng, tuy nhiên phần đường dẫn vẫn chưa khớp với tiến độ cầu chính."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Đồng Nai để chốt mốc bàn giao toàn bộ mặt bằng"
        " đường dẫn, mốc hợp long cầu chính và mốc thông xe chung; mỗi bên cử một đầu mối chịu"
        " trách nhiệm."
    ),
    legal_bases=(PLAN_1067, LAND, PUBLIC_INVESTMENT),
    timeline=(
        "27/12/2021: Khởi công cầu Bạch Đằng 2, thời gian thực hiện 450 ngày, dự kiến hoàn thành quý I/2023.",
        "Năm 2022 - 2023: Tiến độ chậm do mặt bằng và ảnh hưởng của dịch Covid-19.",
        "02/9/2024: Thông xe cầu Bạch Đằng 2.",
    ),
    ends_in="closed",
    drafted_days_ago=71,
    plot=in_order(
        *opening("binhduong.bqlda", days=(70, 69, 68)),
        *to_the_leader(
            "binhduong.ubnd.deputy",
            days=(64, 63, 62),
            route="bilateral",
            subject="Về việc làm việc với tỉnh Đồng Nai để đồng bộ tiến độ cầu Bạch Đằng 2",
            content=(
                "Dự án do hai tỉnh cùng đầu tư, mỗi bên thực hiện đường dẫn trên địa bàn và góp 50%"
                " kinh phí cầu chính. Vướng mắc còn lại là mặt bằng đường dẫn và thời điểm hoàn"
                " thành của hai bên.\n\nSở Kế hoạch và Đầu tư kính trình UBND tỉnh đề xuất làm việc"
                " với UBND tỉnh Đồng Nai để chốt mốc bàn giao mặt bằng và mốc thông xe chung."
            ),
        ),
        Step("issue", "approve_bilateral", "binhduong.ubnd.deputy", {}, 60, "10:20"),
        Step(
            "meeting",
            "invite",
            "binhduong.skhdt.head",
            {
                "slots": [
                    {
                        "days": 5,
                        "hour": "08:00",
                        "place": "Hội trường UBND tỉnh Bình Dương, thành phố Thủ Dầu Một",
                    }
                ],
                "agenda": (
                    "1. Tình hình bàn giao mặt bằng đường dẫn hai phía.\n2. Mốc hợp long cầu chính"
                    " và mốc thông xe chung."
                ),
            },
            58,
            "09:40",
        ),
        Step("meeting", "accept_slot", "dongnai.skhdt.officer", {"slot": 0}, 56, "15:05"),
        Step(
            "meeting",
            "record_held",
            "binhduong.skhdt.officer",
            {
                "attendance": (
                    "Bình Dương: Sở KH&ĐT, Sở GTVT, Ban QLDA tỉnh. Đồng Nai: Sở KH&ĐT, Sở GTVT, Ban"
                    " QLDA tỉnh."
                ),
            },
            50,
            "14:00",
        ),
        Step(
            "meeting",
            "share_minutes",
            "binhduong.skhdt.officer",
            {
                "points": [
                    {
                        "text": (
                            "Đồng Nai bàn giao toàn bộ mặt bằng đường dẫn trên địa bàn và hoàn"
                            " thành đường dẫn."
                        ),
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "dongnai",
                                "lead": "dongnai.bqlda",
                                "coordinators": ["dongnai.gtvt"],
                                "work": (
                                    "Bàn giao mặt bằng, hoàn thành đường dẫn cầu Bạch Đằng 2 phía Đồng Nai"
                                ),
                                "due_in_days": 30,
                                "money": "Ngân sách tỉnh Đồng Nai",
                                "product": "Biên bản bàn giao mặt bằng; biên bản nghiệm thu đường dẫn",
                            }
                        ],
                    },
                    {
                        "text": "Bình Dương hoàn thành cầu chính, tổ chức nghiệm thu và thông xe chung.",
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "binhduong",
                                "lead": "binhduong.bqlda",
                                "coordinators": ["binhduong.gtvt", "dongnai.bqlda"],
                                "work": (
                                    "Hoàn thành cầu chính, tổ chức nghiệm thu và thông xe cầu Bạch Đằng 2"
                                ),
                                "due_in_days": 35,
                                "money": "Mỗi tỉnh 50% kinh phí cầu chính",
                                "product": "Biên bản nghiệm thu hoàn thành công trình đưa vào sử dụng",
                            }
                        ],
                    },
                ],
            },
            49,
            "16:00",
        ),
        Step("meeting", "confirm_minutes", "binhduong.skhdt.head", {}, 48, "08:35"),
        Step("meeting", "confirm_minutes", "dongnai.skhdt.head", {}, 46, "10:15"),
        *carried_out(
            "dongnai.bqlda",
            "binhduong.skhdt.officer",
            on=0,
            days=(45, 27, 25),
            evidence="Đã bàn giao toàn bộ mặt bằng; đường dẫn phía Đồng Nai đã nghiệm thu.",
        ),
        *carried_out(
            "binhduong.bqlda",
            "binhduong.skhdt.officer",
            on=1,
            days=(44, 20, 18),
            evidence="Cầu Bạch Đằng 2 đã nghiệm thu và thông xe (thực tế: ngày 02/9/2024).",
        ),
        *resolved("binhduong.bqlda", days=(15, 13)),
        Step(
            "issue",
            "close",
            "binhduong.skhdt.officer",
            {
                "archive": (
                    "Hồ sơ cầu Bạch Đằng 2, lưu tại kho lưu trữ Sở Kế hoạch và Đầu tư; thời hạn bảo"
                    " quản theo quy định."
                ),
            },
            8,
            "15:30",
        ),
    ),
)

BRIDGES = (MA_DA_SUBMITTED, BACH_DANG_2)
