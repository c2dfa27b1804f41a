"""The three cases that `manage.py walkthrough` plays, from draft to closed, with all texts.

The demo data holds the same cases part-way: a newcomer can live them through.
"""

from dataclasses import replace

from coordination.demo.cases.authority import MECHANISM_SCREENED
from coordination.demo.cases.bridges import MA_DA_SUBMITTED
from coordination.demo.cases.model import Step, carried_out, opening, resolved, to_the_leader
from coordination.demo.cases.streams import SUOI_SIEP_URGENT

# Route «bilateral»: two localities agree point by point.
MA_DA = replace(
    MA_DA_SUBMITTED,
    ends_in="closed",
    drafted_days_ago=61,
    plot=(
        *opening("binhphuoc.gtvt", days=(60, 59, 58)),
        Step(
            "issue",
            "consult",
            "binhphuoc.skhdt.officer",
            {
                "bodies": ["binhphuoc.tnmt", "binhphuoc.xaydung"],
                "question": (
                    "Đề nghị cho ý kiến về hướng tuyến cầu Mã Đà - ĐT.753, yêu cầu về môi trường,"
                    " đa dạng sinh học và sự phù hợp với quy hoạch."
                ),
                "position": (
                    "Sở Kế hoạch và Đầu tư đề xuất đoạn qua Khu dự trữ sinh quyển thế giới Đồng Nai"
                    " đi bằng cầu cạn dài khoảng 5 km để hạn chế tác động."
                ),
                "due": 15,
            },
            57,
            "09:30",
        ),
        Step(
            "opinion",
            "answer",
            "binhphuoc.tnmt.head",
            {
                "opinion": {
                    "stance": "agree_with_comments",
                    "content": (
                        "Thống nhất chủ trương. Đề nghị đánh giá sơ bộ tác động môi trường và đa"
                        " dạng sinh học ngay ở bước lựa chọn hướng tuyến, có giải pháp cho động vật"
                        " hoang dã đi qua bên dưới cầu cạn."
                    ),
                },
            },
            53,
            "14:10",
            "binhphuoc.tnmt",
        ),
        Step(
            "opinion",
            "answer",
            "binhphuoc.xaydung.head",
            {
                "opinion": {
                    "stance": "agree",
                    "content": (
                        "Thống nhất. Hướng tuyến phía Bình Phước phù hợp định hướng phát triển kết"
                        " cấu hạ tầng của tỉnh."
                    ),
                },
            },
            51,
            "10:45",
            "binhphuoc.xaydung",
        ),
        Step(
            "issue",
            "amend",
            "binhphuoc.skhdt.officer",
            {
                "opinion_table": [
                    {
                        "body": "binhphuoc.tnmt",
                        "uptake": "accepted",
                        "explanation": (
                            "Đã đưa việc đánh giá sơ bộ tác động môi trường và lối đi cho động vật hoang dã"
                            " vào mục II của Tờ trình."
                        ),
                    }
                ]
            },
            50,
            "09:10",
        ),
        *to_the_leader(
            "binhphuoc.ubnd.head",
            days=(48, 47, 46),
            route="bilateral",
            subject="Về việc đề xuất làm việc với tỉnh Đồng Nai về cầu Mã Đà và đường ĐT.753",
            content=(
                "Sở Kế hoạch và Đầu tư nhận được báo cáo của Sở Giao thông vận tải về vướng mắc"
                " hướng tuyến cầu Mã Đà và nâng cấp đường ĐT.753.\n\nI. Tình hình\nTuyến dài khoảng"
                " 76 km, kinh phí dự kiến trên 5.000 tỷ đồng. Tỉnh Đồng Nai chưa thống nhất vì"
                " tuyến đi qua Khu dự trữ sinh quyển thế giới Đồng Nai. Bộ Xây dựng đã đề nghị hai"
                " tỉnh thống nhất trước khi báo cáo Thủ tướng Chính phủ (Văn bản số 154/BXD-KHTC"
                " ngày 07/3/2025).\n\nII. Ý kiến các cơ quan\nSở Tài nguyên và Môi trường, Sở Xây"
                " dựng thống nhất; đề nghị đánh giá sơ bộ tác động môi trường ngay ở bước chọn"
                " hướng tuyến.\n\nIII. Kiến nghị\nKính trình UBND tỉnh đồng ý đề xuất UBND tỉnh"
                " Đồng Nai tổ chức buổi làm việc giữa hai địa phương."
            ),
        ),
        Step("issue", "approve_bilateral", "binhphuoc.ubnd.head", {}, 43, "10:15"),
        Step(
            "meeting",
            "invite",
            "binhphuoc.skhdt.head",
            {
                "slots": [
                    {
                        "days": 6,
                        "hour": "08:00",
                        "place": "Hội trường UBND tỉnh Bình Phước, thành phố Đồng Xoài",
                    },
                    {
                        "days": 8,
                        "hour": "13:30",
                        "place": "Khảo sát thực địa cầu Mã Đà, sau đó họp tại huyện Đồng Phú",
                    },
                ],
                "agenda": (
                    "1. Hướng tuyến cầu Mã Đà và giải pháp qua Khu dự trữ sinh quyển.\n2. Phạm vi"
                    " chủ đầu tư của mỗi tỉnh đối với ĐT.753.\n3. Báo cáo chung của hai tỉnh gửi Bộ"
                    " Xây dựng."
                ),
            },
            42,
            "14:30",
        ),
        Step("meeting", "accept_slot", "dongnai.skhdt.officer", {"slot": 0}, 40, "09:05"),
        Step(
            "meeting",
            "record_held",
            "binhphuoc.skhdt.officer",
            {
                "attendance": (
                    "Bình Phước: Sở KH&ĐT, Sở GTVT, Sở TN&MT. Đồng Nai: Sở KH&ĐT, Sở GTVT, Sở TN&MT."
                ),
            },
            33,
            "11:20",
        ),
        Step(
            "meeting",
            "share_minutes",
            "binhphuoc.skhdt.officer",
            {
                "points": [
                    {
                        "text": (
                            "Thống nhất hướng tuyến qua cầu Mã Đà; đoạn qua Khu dự trữ sinh quyển"
                            " đi bằng cầu cạn dài khoảng 5 km."
                        ),
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "dongnai",
                                "lead": "dongnai.gtvt",
                                "coordinators": ["binhphuoc.gtvt"],
                                "work": (
                                    "Lập phương án hướng tuyến đoạn cầu cạn dài khoảng 5 km qua Khu"
                                    " dự trữ sinh quyển, kèm bình đồ và khái toán"
                                ),
                                "due_in_days": 30,
                                "money": "Kinh phí chuẩn bị đầu tư của tỉnh Đồng Nai",
                                "product": (
                                    "Báo cáo phương án hướng tuyến được hai Sở Giao thông vận tải thống nhất"
                                ),
                            },
                            {
                                "locality": "dongnai",
                                "lead": "dongnai.tnmt",
                                "coordinators": ["binhphuoc.tnmt"],
                                "work": (
                                    "Đánh giá sơ bộ tác động môi trường và đa dạng sinh học của"
                                    " phương án cầu cạn"
                                ),
                                "due_in_days": 45,
                                "money": "Kinh phí chuẩn bị đầu tư của tỉnh Đồng Nai",
                                "product": "Báo cáo đánh giá sơ bộ tác động môi trường",
                            },
                        ],
                    },
                    {
                        "text": (
                            "Bình Phước làm chủ đầu tư nâng cấp ĐT.753 trên địa bàn và chủ trì lập"
                            " báo cáo chung của hai tỉnh gửi Bộ Xây dựng."
                        ),
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "binhphuoc",
                                "lead": "binhphuoc.gtvt",
                                "coordinators": ["dongnai.gtvt", "binhphuoc.bqlda"],
                                "work": (
                                    "Lập báo cáo chung của hai tỉnh gửi Bộ Xây dựng theo Văn bản số"
                                    " 154/BXD-KHTC ngày 07/3/2025"
                                ),
                                "due_in_days": 60,
                                "money": "Trong dự toán được giao",
                                "product": "Báo cáo chung được lãnh đạo UBND hai tỉnh thống nhất",
                            }
                        ],
                    },
                ],
            },
            32,
            "16:00",
        ),
        Step("meeting", "confirm_minutes", "binhphuoc.skhdt.head", {}, 31, "08:40"),
        Step("meeting", "confirm_minutes", "dongnai.skhdt.head", {}, 29, "15:10"),
        *carried_out(
            "dongnai.gtvt",
            "binhphuoc.skhdt.officer",
            on=0,
            days=(28, 18, 17),
            evidence="Báo cáo phương án hướng tuyến đã được hai Sở Giao thông vận tải thống nhất.",
        ),
        *carried_out(
            "dongnai.tnmt",
            "binhphuoc.skhdt.officer",
            on=1,
            days=(16, 14, 13),
            evidence="Báo cáo đánh giá sơ bộ tác động môi trường đã hoàn thành, gửi hai tỉnh.",
        ),
        *carried_out(
            "binhphuoc.gtvt",
            "binhphuoc.skhdt.officer",
            on=2,
            days=(12, 10, 9),
            evidence="Báo cáo chung đã được lãnh đạo UBND hai tỉnh thống nhất, gửi Bộ Xây dựng.",
        ),
        *resolved("binhphuoc.gtvt", days=(7, 6)),
        Step(
            "issue",
            "close",
            "binhphuoc.skhdt.officer",
            {
                "archive": (
                    "Hồ sơ cầu Mã Đà - ĐT.753, lưu tại kho lưu trữ Sở Kế hoạch và Đầu tư; thời hạn"
                    " bảo quản theo quy định."
                ),
            },
            3,
            "15:00",
        ),
    ),
)

# Route «council»: a policy to amend goes to the Chairman of the Regional Council.
MECHANISM_CASE = replace(
    MECHANISM_SCREENED,
    ends_in="closed",
    plot=(
        *MECHANISM_SCREENED.plot[:-1],
        replace(MECHANISM_SCREENED.plot[-1], days_ago=16),
        Step(
            "dossier",
            "schedule",
            "ktdtphianam.vanphong.officer",
            {
                "session": {
                    "name": "Phiên họp lần thứ 5",
                    "in_days": 2,
                    "place": "Thành phố Hồ Chí Minh",
                },
            },
            15,
            "09:00",
        ),
        Step(
            "dossier",
            "record_conclusion",
            "ktdtphianam.vanphong.officer",
            {
                "conclusion": {
                    "number": "05/TB-VPHĐV",
                    "content": (
                        "Hội đồng vùng thống nhất sự cần thiết của cơ chế; Chủ tịch Hội đồng vùng giao hai"
                        " tỉnh rà soát danh mục dự án áp dụng và hoàn thiện dự thảo văn bản kiến nghị cấp"
                        " có thẩm quyền sửa đổi, bổ sung quy định."
                    ),
                },
                "commitments": [
                    {
                        "locality": "binhduong",
                        "lead": "binhduong.gtvt",
                        "coordinators": ["dongnai.gtvt"],
                        "work": (
                            "Rà soát, lập danh mục dự án cầu, đường nhóm B, nhóm C nằm trên địa bàn"
                            " hai tỉnh cần giao một cơ quan chủ quản"
                        ),
                        "due_in_days": 20,
                        "money": "Trong dự toán được giao",
                        "product": "Danh mục dự án được hai Sở Giao thông vận tải thống nhất",
                    },
                    {
                        "locality": "dongnai",
                        "lead": "dongnai.skhdt",
                        "coordinators": ["binhduong.skhdt"],
                        "work": (
                            "Hoàn thiện dự thảo văn bản của Hội đồng vùng kiến nghị sửa đổi, bổ"
                            " sung quy định về giao cơ quan chủ quản"
                        ),
                        "due_in_days": 30,
                        "money": "Trong dự toán được giao",
                        "product": "Dự thảo văn bản kiến nghị kèm báo cáo thuyết minh",
                    },
                ],
            },
            12,
            "16:20",
        ),
        *carried_out(
            "binhduong.gtvt",
            "binhduong.skhdt.officer",
            on=0,
            days=(11, 10, 9),
            evidence="Danh mục dự án đã được hai Sở Giao thông vận tải thống nhất.",
        ),
        *carried_out(
            "dongnai.skhdt",
            "binhduong.skhdt.officer",
            on=1,
            days=(8, 7, 6),
            evidence="Dự thảo văn bản kiến nghị và báo cáo thuyết minh đã gửi Văn phòng Hội đồng vùng.",
        ),
        *resolved("binhduong.gtvt", days=(5, 4)),
        Step(
            "issue",
            "close",
            "binhduong.skhdt.officer",
            {
                "archive": (
                    "Hồ sơ cơ chế cơ quan chủ quản, lưu tại kho lưu trữ Sở Kế hoạch và Đầu tư; thời"
                    " hạn bảo quản theo quy định."
                ),
            },
            2,
            "15:20",
        ),
    ),
)

# Route «directive»: the committee settles what is within its own authority.
DIRECTIVE_CASE = replace(
    SUOI_SIEP_URGENT,
    ends_in="closed",
    plot=(
        *SUOI_SIEP_URGENT.plot,
        Step(
            "issue",
            "close",
            "binhduong.skhdt.officer",
            {
                "archive": (
                    "Hồ sơ công trình khẩn cấp suối Siệp - rạch Cái Cầu, lưu tại kho lưu trữ Sở Kế"
                    " hoạch và Đầu tư."
                ),
            },
            3,
            "16:00",
        ),
    ),
)
