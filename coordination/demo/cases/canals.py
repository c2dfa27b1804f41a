"""Shared waters that one side fouls or digs: cases 3 and 11 of the domain facts."""

from coordination.demo.cases.model import (
    ENVIRONMENT,
    RESOLUTION_128,
    Case,
    Side,
    Step,
    carried_out,
    in_order,
    opening,
    to_the_leader,
)

BA_BO = Case(
    key="ba_bo",
    number=3,
    title="Kiểm soát nguồn thải và khắc phục ô nhiễm kênh Ba Bò",
    project="Dự án cải tạo kênh Ba Bò (tỉnh Bình Dương - Thành phố Hồ Chí Minh)",
    sides=(
        Side(
            "tphcm",
            "affected",
            "Nước kênh vẫn ô nhiễm, ảnh hưởng đời sống người dân hạ lưu; đến năm 2017 tình trạng chưa được"
            " khắc phục. Ngày 23/02/2019, Thành phố đề nghị lập đường dây nóng, chia sẻ quan trắc và kế hoạch"
            " liên tỉnh.",
        ),
        Side(
            "binhduong",
            "works",
            "Lưu vực thượng nguồn tiếp nhận khoảng 20.000 m³ nước thải/ngày đêm từ Khu công nghiệp"
            " Sóng Thần 1, Sóng Thần 2 và các hộ dân; một phần hộ dân chưa đấu nối hệ thống thu"
            " gom.",
        ),
    ),
    reporter="tphcm.tnmt",
    kinds=("environment",),
    tried=(
        "Năm 2008 - 2009, hai địa phương đã có thỏa thuận phân công trách nhiệm từng bên nhưng"
        " không có cơ chế theo dõi; năm 2017 nước kênh vẫn ô nhiễm. Ngày 23/02/2019, Thành phố có"
        " văn bản đề nghị phối hợp lại."
    ),
    proposal=(
        "Đề xuất UBND Thành phố làm việc với UBND tỉnh Bình Dương để giao việc cụ thể từng bên, có"
        " thời hạn và sản phẩm: kiểm soát xả thải khu công nghiệp, đấu nối hộ dân, quan trắc tự"
        " động dùng chung, đường dây nóng và nạo vét định kỳ."
    ),
    legal_bases=(ENVIRONMENT, "Luật Tài nguyên nước số 28/2023/QH15", RESOLUTION_128),
    timeline=(
        "Năm 2008 - 2009: Hai địa phương thỏa thuận phân công trách nhiệm từng bên.",
        "Năm 2017: Kênh Ba Bò vẫn ô nhiễm.",
        (
            "23/02/2019: Thành phố Hồ Chí Minh đề nghị lập đường dây nóng, chia sẻ quan trắc và xây"
            " dựng kế hoạch liên tỉnh."
        ),
    ),
    ends_in="implementing",
    drafted_days_ago=66,
    plot=in_order(
        *opening("tphcm.tnmt", days=(65, 64, 63)),
        *to_the_leader(
            "tphcm.ubnd.head",
            days=(58, 57, 56),
            route="bilateral",
            subject="Về việc làm việc với tỉnh Bình Dương về ô nhiễm kênh Ba Bò",
            content=(
                "Thỏa thuận năm 2008 - 2009 không được theo dõi nên kết quả không bền vững. Lần này"
                " cần giao việc theo từng bên, có thời hạn, kinh phí và sản phẩm, cập nhật công"
                " khai giữa hai bên.\n\nSở Kế hoạch và Đầu tư kính trình UBND Thành phố đồng ý đề"
                " xuất làm việc với UBND tỉnh Bình Dương."
            ),
        ),
        Step("issue", "approve_bilateral", "tphcm.ubnd.head", {}, 53, "09:10"),
        Step(
            "meeting",
            "invite",
            "tphcm.skhdt.head",
            {
                "slots": [
                    {
                        "days": 7,
                        "hour": "08:30",
                        "place": "Trụ sở UBND Thành phố Hồ Chí Minh, 86 Lê Thánh Tôn, Quận 1",
                    },
                    {
                        "days": 8,
                        "hour": "14:00",
                        "place": "Khảo sát thực địa kênh Ba Bò và họp tại UBND thành phố Thủ Đức",
                    },
                ],
                "agenda": (
                    "1. Kết quả thực hiện thỏa thuận năm 2008 - 2009.\n2. Kiểm soát nguồn thải khu"
                    " công nghiệp và hộ dân.\n3. Quan trắc, đường dây nóng.\n4. Nạo vét, duy tu."
                ),
            },
            52,
            "10:50",
        ),
        Step("meeting", "accept_slot", "binhduong.skhdt.officer", {"slot": 0}, 50, "14:35"),
        Step(
            "meeting",
            "record_held",
            "tphcm.skhdt.officer",
            {
                "attendance": (
                    "Thành phố Hồ Chí Minh: Sở KH&ĐT, Sở TN&MT, Sở Xây dựng. Bình Dương: Sở KH&ĐT,"
                    " Sở TN&MT, Sở Xây dựng."
                ),
            },
            42,
            "14:05",
        ),
        Step(
            "meeting",
            "share_minutes",
            "tphcm.skhdt.officer",
            {
                "points": [
                    {
                        "text": (
                            "Bình Dương kiểm tra, giám sát xả thải của Khu công nghiệp Sóng Thần 1"
                            " và Sóng Thần 2."
                        ),
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "binhduong",
                                "lead": "binhduong.tnmt",
                                "coordinators": ["tphcm.tnmt"],
                                "work": (
                                    "Kiểm tra toàn bộ điểm xả của Khu công nghiệp Sóng Thần 1, Sóng"
                                    " Thần 2 vào lưu vực kênh Ba Bò, xử lý vi phạm và thông báo kết"
                                    " quả cho Thành phố Hồ Chí Minh"
                                ),
                                "due_in_days": 20,
                                "money": "Kinh phí sự nghiệp môi trường tỉnh Bình Dương",
                                "product": (
                                    "Báo cáo kết quả kiểm tra kèm danh sách điểm xả và kết quả phân tích mẫu"
                                ),
                            }
                        ],
                    },
                    {
                        "text": "Lập đường dây nóng và quan trắc dùng chung.",
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "tphcm",
                                "lead": "tphcm.tnmt",
                                "coordinators": ["binhduong.tnmt"],
                                "work": (
                                    "Thiết lập đường dây nóng và quy trình tiếp nhận, xử lý thông"
                                    " tin ô nhiễm kênh Ba Bò của hai địa phương"
                                ),
                                "due_in_days": 15,
                                "money": "Trong dự toán được giao",
                                "product": "Quy trình phối hợp và danh sách đầu mối trực",
                            },
                            {
                                "locality": "binhduong",
                                "lead": "binhduong.tnmt",
                                "coordinators": ["tphcm.tnmt"],
                                "work": (
                                    "Lắp đặt trạm quan trắc nước tự động tại ranh giới, chia sẻ dữ"
                                    " liệu liên tục cho hai địa phương"
                                ),
                                "due_in_days": 120,
                                "money": "Ngân sách tỉnh Bình Dương",
                                "product": (
                                    "Trạm quan trắc vận hành, tài khoản truy cập dữ liệu cho hai địa phương"
                                ),
                            },
                        ],
                    },
                    {
                        "text": "Nạo vét, duy tu kênh và đấu nối nước thải hộ dân.",
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "tphcm",
                                "lead": "tphcm.xaydung",
                                "coordinators": [],
                                "work": "Nạo vét, duy tu đoạn kênh thuộc địa bàn Thành phố trước mùa mưa",
                                "due_in_days": 25,
                                "money": "Ngân sách Thành phố",
                                "product": "Biên bản nghiệm thu khối lượng nạo vét",
                            },
                            {
                                "locality": "binhduong",
                                "lead": "binhduong.xaydung",
                                "coordinators": ["binhduong.tnmt"],
                                "work": (
                                    "Lập kế hoạch đấu nối nước thải hộ dân trong lưu vực vào hệ thống thu gom"
                                ),
                                "due_in_days": 60,
                                "money": "Ngân sách tỉnh Bình Dương",
                                "product": "Kế hoạch đấu nối kèm tiến độ theo phường",
                            },
                        ],
                    },
                    {
                        "text": "Trao đổi kết quả quan trắc trong thời gian chưa có trạm tự động.",
                        "agreed": True,
                        "commitments": [
                            {
                                "locality": "binhduong",
                                "lead": "binhduong.tnmt",
                                "coordinators": ["tphcm.tnmt"],
                                "work": (
                                    "Cung cấp số liệu quan trắc nước thải của hai khu công nghiệp từ năm"
                                    " 2009 đến nay"
                                ),
                                "due_in_days": 12,
                                "product": "Bộ số liệu quan trắc theo năm, theo điểm xả",
                            }
                        ],
                    },
                ],
            },
            40,
            "16:15",
        ),
        Step("meeting", "confirm_minutes", "tphcm.skhdt.head", {}, 39, "09:20"),
        Step("meeting", "confirm_minutes", "binhduong.skhdt.head", {}, 36, "15:45"),
        Step("commitment", "take_on", "binhduong.tnmt.officer", {}, 35, "08:20", 0),
        Step("commitment", "take_on", "binhduong.tnmt.officer", {}, 35, "08:25", 2),
        *carried_out(
            "tphcm.tnmt",
            "tphcm.skhdt.officer",
            on=1,
            days=(34, 22, 20),
            evidence="Quy trình phối hợp đường dây nóng đã được hai Sở thống nhất, vận hành thử nghiệm.",
        ),
        # Left undone in 2009, and again: declared unmet, for both sides to see.
        Step("commitment", "take_on", "binhduong.tnmt.officer", {}, 34, "08:40", 5),
        Step(
            "commitment",
            "declare_unmet",
            "tphcm.skhdt.head",
            {
                "reason": (
                    "Quá hạn, đã đôn đốc nhưng chỉ nhận được số liệu từ năm 2020; số liệu trước đó không"
                    " lưu giữ đầy đủ."
                ),
            },
            14,
            "16:00",
            5,
        ),
        # Overdue, and more time is asked for.
        Step(
            "commitment",
            "ask_extension",
            "binhduong.tnmt.head",
            {"until": 21, "reason": "Còn 06 điểm xả phải lấy mẫu lại do mưa lớn trong đợt kiểm tra."},
            3,
            "10:20",
            0,
            act=True,
        ),
        Step("commitment", "take_on", "tphcm.xaydung.officer", {}, 33, "09:00", 3),
        Step(
            "commitment",
            "ask_extension",
            "tphcm.xaydung.head",
            {"until": 25, "reason": "Phải di dời đường ống cấp nước tại cống số 3 trước khi nạo vét."},
            20,
            "09:10",
            3,
            act=True,
        ),
        Step(
            "commitment",
            "grant_extension",
            "tphcm.skhdt.head",
            {"answer": "Đồng ý, không gia hạn thêm vì sắp vào mùa mưa."},
            18,
            "14:30",
            3,
            act=True,
        ),
        Step("commitment", "take_on", "binhduong.xaydung.officer", {}, 33, "10:00", 4),
        Step(
            "commitment",
            "report",
            "tphcm.xaydung.head",
            {
                "evidence": (
                    "Đã hoàn thành nạo vét đoạn kênh thuộc địa bàn; biên bản nghiệm thu khối lượng kèm theo."
                ),
            },
            2,
            "15:10",
            3,
        ),
        Step(
            "commitment",
            "reassign",
            "binhduong.skhdt.head",
            {
                "lead": "binhduong.dian",
                "reason": (
                    "Hộ dân và Khu công nghiệp Sóng Thần 1, Sóng Thần 2 thuộc địa bàn thành phố Dĩ"
                    " An; UBND thành phố Dĩ An trực tiếp vận động, tổ chức đấu nối."
                ),
            },
            1,
            "09:30",
            4,
        ),
    ),
)

DAU_TIENG = Case(
    key="ho_dau_tieng",
    number=11,
    title="Phối hợp quản lý khai thác cát và bảo vệ môi trường hồ Dầu Tiếng",
    project="Chương trình quản lý tài nguyên, bảo vệ môi trường hồ Dầu Tiếng",
    sides=(
        Side(
            "tayninh",
            "works",
            "Tỉnh quản lý phần lớn diện tích mặt hồ; việc cấp phép, kiểm tra khai thác cát do từng"
            " tỉnh thực hiện riêng nên khó xử lý khi phương tiện di chuyển qua ranh giới.",
        ),
        Side(
            "binhduong",
            "works",
            "Có các điểm khai thác, bến bãi phía Bình Dương; đề nghị kiểm tra liên ngành chung.",
        ),
        Side(
            "binhphuoc",
            "affected",
            "Một phần lưu vực và mặt hồ thuộc địa bàn; đề nghị chia sẻ kết quả quan trắc.",
        ),
    ),
    reporter="tayninh.tnmt",
    kinds=("environment",),
    tried=(
        "Chương trình hợp tác giai đoạn 2023 - 2025 (tháng 5/2023) đã nêu nội dung quản lý tài"
        " nguyên chung nhưng chưa có quy chế phối hợp kiểm tra."
    ),
    proposal=(
        "Đề xuất UBND tỉnh làm việc với UBND tỉnh Bình Dương và UBND tỉnh Bình Phước để ban hành"
        " quy chế phối hợp kiểm tra khai thác cát, lịch kiểm tra chung và chia sẻ dữ liệu quan"
        " trắc."
    ),
    legal_bases=(ENVIRONMENT, "Luật Tài nguyên nước số 28/2023/QH15", RESOLUTION_128),
    timeline=(
        (
            "Tháng 5/2023: Chủ tịch UBND hai tỉnh Tây Ninh và Bình Dương ký chương trình hợp tác"
            " giai đoạn 2023 - 2025."
        ),
    ),
    ends_in="bilateral",
    drafted_days_ago=28,
    plot=(
        *opening("tayninh.tnmt", days=(27, 26, 25)),
        *to_the_leader(
            "tayninh.ubnd.head",
            days=(20, 19, 18),
            route="bilateral",
            subject="Về việc làm việc với tỉnh Bình Dương, tỉnh Bình Phước về quản lý hồ Dầu Tiếng",
            content=(
                "Hồ Dầu Tiếng nằm trên địa bàn ba tỉnh; quản lý khai thác cát chưa có quy chế phối"
                " hợp. Sở Kế hoạch và Đầu tư kính trình UBND tỉnh đồng ý đề xuất làm việc giữa các"
                " địa phương."
            ),
        ),
        Step("issue", "approve_bilateral", "tayninh.ubnd.head", {}, 14, "09:50"),
        Step(
            "meeting",
            "invite",
            "tayninh.skhdt.head",
            {
                "slots": [
                    {"days": 14, "hour": "08:00", "place": "Hội trường UBND tỉnh Tây Ninh"},
                    {
                        "days": 16,
                        "hour": "08:00",
                        "place": "Văn phòng quản lý hồ Dầu Tiếng, huyện Dương Minh Châu",
                    },
                ],
                "agenda": (
                    "1. Tình hình khai thác cát, môi trường hồ.\n2. Dự thảo quy chế phối hợp kiểm"
                    " tra.\n3. Chia sẻ dữ liệu quan trắc."
                ),
            },
            8,
            "14:15",
        ),
        Step("meeting", "accept_slot", "binhduong.skhdt.officer", {"slot": 1}, 6, "09:35"),
        Step("meeting", "accept_slot", "binhphuoc.skhdt.officer", {"slot": 1}, 5, "15:25"),
    ),
)

CANALS = (BA_BO, DAU_TIENG)
