"""Vietnam's public holidays and swapped days 2024-2027: the data a new calendar starts with.

For the public sector of the whole country. A data migration copies it into the editable calendar;
after that the stored rows are the truth, because swaps are announced late (2/1/2026 was decided on
25/12/2025). Listed: days off under the Labour Code 2019 art. 112, their compensation when they fall
on a weekly rest day (art. 111.3), and the swaps the Government ordered. Weekends around them are
not listed, the calendar knows them. `provisional`: the rule is known, the date not yet announced.
"""

from dataclasses import dataclass
from datetime import date

from workflows.calendar import WorkingCalendar

# Outside these years the lists say nothing and only weekends are off.
COVERED_YEARS = range(2024, 2028)


@dataclass(frozen=True)
class DayOff:
    day: date
    name: str
    basis: str
    provisional: bool = False

    @property
    def label(self) -> str:
        """The name as people see it in an explanation."""
        return f"{self.name} (dự kiến)" if self.provisional else self.name


@dataclass(frozen=True)
class MakeUpDay:
    day: date
    name: str
    basis: str
    instead_of: date


LABOUR_CODE = "Bộ luật Lao động 2019, Điều 112 khoản 1"
COMPENSATION = "Bộ luật Lao động 2019, Điều 111 khoản 3 (nghỉ bù ngày làm việc kế tiếp)"
LETTER_2024 = "Văn bản 8662/VPCP-KGVX ngày 03/11/2023"
LETTER_2024_SWAP = "Văn bản 2450/VPCP-KGVX ngày 12/4/2024"
LETTER_2025 = "Văn bản 8726/VPCP-KGVX ngày 26/11/2024; Thông báo 6150/TB-BLĐTBXH"
LETTER_2026_SWAP = "Công văn 12729/VPCP-KGVX ngày 25/12/2025"
# Seen in the press only (13/10/2025); the number of the letter was not.
LETTER_2026 = "Ý kiến Thủ tướng do VPCP truyền đạt tháng 10/2025 (số văn bản chưa rõ)"
# The Politburo chose the day; the act that amends art. 112 was not seen by us.
CULTURE_DAY = "Nghị quyết 80-NQ/TW ngày 07/01/2026; Nghị quyết 30/NQ-CP (bổ sung Điều 112 khoản 1)"
NOT_ANNOUNCED = "chưa có thông báo; theo Bộ luật Lao động 2019, Điều 112"
# Tết 2027 begins on a Saturday as in 2024, when 2 days before and 3 after were chosen. With 1
# before and 4 after, 11/2/2027 would be off in place of 4/2/2027.
TET_2027 = f"{NOT_ANNOUNCED}, 2 ngày trước và 3 ngày sau như Tết 2024 (cùng thứ trong tuần)"

NEW_YEAR = "Tết Dương lịch"
TET = "Tết Nguyên đán"
TET_COMPENSATION = "Nghỉ bù Tết Nguyên đán"
HUNG_KINGS = "Giỗ Tổ Hùng Vương"
REUNIFICATION = "Ngày Chiến thắng 30/4"
LABOUR_DAY = "Ngày Quốc tế Lao động 1/5"
NATIONAL_DAY = "Quốc khánh 2/9"
CULTURE = "Ngày Văn hóa Việt Nam"


OFF_DAYS: list[DayOff] = [
    # 2024
    DayOff(date(2024, 1, 1), NEW_YEAR, LABOUR_CODE),
    DayOff(date(2024, 2, 8), TET, LETTER_2024),
    DayOff(date(2024, 2, 9), TET, LETTER_2024),
    DayOff(date(2024, 2, 10), TET, LETTER_2024),  # Saturday
    DayOff(date(2024, 2, 11), TET, LETTER_2024),  # Sunday
    DayOff(date(2024, 2, 12), TET, LETTER_2024),
    DayOff(date(2024, 2, 13), TET_COMPENSATION, LETTER_2024),
    DayOff(date(2024, 2, 14), TET_COMPENSATION, LETTER_2024),
    DayOff(date(2024, 4, 18), HUNG_KINGS, LABOUR_CODE),
    DayOff(date(2024, 4, 29), "Nghỉ hoán đổi, làm bù 4/5/2024", LETTER_2024_SWAP),
    DayOff(date(2024, 4, 30), REUNIFICATION, LABOUR_CODE),
    DayOff(date(2024, 5, 1), LABOUR_DAY, LABOUR_CODE),
    DayOff(date(2024, 9, 2), NATIONAL_DAY, LETTER_2024),
    DayOff(date(2024, 9, 3), NATIONAL_DAY, LETTER_2024),
    # 2025
    DayOff(date(2025, 1, 1), NEW_YEAR, LABOUR_CODE),
    DayOff(date(2025, 1, 27), TET, LETTER_2025),
    DayOff(date(2025, 1, 28), TET, LETTER_2025),
    DayOff(date(2025, 1, 29), TET, LETTER_2025),
    DayOff(date(2025, 1, 30), TET, LETTER_2025),
    DayOff(date(2025, 1, 31), TET, LETTER_2025),
    DayOff(date(2025, 4, 7), HUNG_KINGS, LABOUR_CODE),
    DayOff(date(2025, 4, 30), REUNIFICATION, LABOUR_CODE),
    DayOff(date(2025, 5, 1), LABOUR_DAY, LABOUR_CODE),
    DayOff(date(2025, 5, 2), "Nghỉ hoán đổi, làm bù 26/4/2025", LETTER_2025),
    DayOff(date(2025, 9, 1), NATIONAL_DAY, LETTER_2025),
    DayOff(date(2025, 9, 2), NATIONAL_DAY, LETTER_2025),
    # 2026
    DayOff(date(2026, 1, 1), NEW_YEAR, LABOUR_CODE),
    DayOff(date(2026, 1, 2), "Nghỉ hoán đổi, làm bù 10/1/2026", LETTER_2026_SWAP),
    DayOff(date(2026, 2, 16), TET, LETTER_2026),
    DayOff(date(2026, 2, 17), TET, LETTER_2026),
    DayOff(date(2026, 2, 18), TET, LETTER_2026),
    DayOff(date(2026, 2, 19), TET, LETTER_2026),
    DayOff(date(2026, 2, 20), TET, LETTER_2026),
    DayOff(date(2026, 4, 26), HUNG_KINGS, LABOUR_CODE),  # Sunday
    DayOff(date(2026, 4, 27), "Nghỉ bù Giỗ Tổ Hùng Vương", COMPENSATION),
    DayOff(date(2026, 4, 30), REUNIFICATION, LABOUR_CODE),
    DayOff(date(2026, 5, 1), LABOUR_DAY, LABOUR_CODE),
    DayOff(date(2026, 8, 31), "Nghỉ hoán đổi, làm bù 22/8/2026", LETTER_2026),
    DayOff(date(2026, 9, 1), NATIONAL_DAY, LETTER_2026),
    DayOff(date(2026, 9, 2), NATIONAL_DAY, LETTER_2026),
    DayOff(date(2026, 11, 24), CULTURE, CULTURE_DAY),
    # 2027: what the Code fixes to a date stands; Tết and the day beside 2/9 wait for the notice.
    DayOff(date(2027, 1, 1), NEW_YEAR, LABOUR_CODE),
    DayOff(date(2027, 2, 4), TET, TET_2027, provisional=True),
    DayOff(date(2027, 2, 5), TET, TET_2027, provisional=True),
    DayOff(date(2027, 2, 6), TET, TET_2027, provisional=True),  # Saturday
    DayOff(date(2027, 2, 7), TET, TET_2027, provisional=True),  # Sunday
    DayOff(date(2027, 2, 8), TET, TET_2027, provisional=True),
    DayOff(date(2027, 2, 9), TET_COMPENSATION, TET_2027, provisional=True),
    DayOff(date(2027, 2, 10), TET_COMPENSATION, TET_2027, provisional=True),
    DayOff(date(2027, 4, 16), HUNG_KINGS, LABOUR_CODE),
    DayOff(date(2027, 4, 30), REUNIFICATION, LABOUR_CODE),
    DayOff(date(2027, 5, 1), LABOUR_DAY, LABOUR_CODE),  # Saturday
    DayOff(date(2027, 5, 3), "Nghỉ bù Ngày Quốc tế Lao động 1/5", COMPENSATION),
    DayOff(date(2027, 9, 2), NATIONAL_DAY, LABOUR_CODE),
    DayOff(date(2027, 9, 3), NATIONAL_DAY, f"{NOT_ANNOUNCED}, ngày liền kề sau", provisional=True),
    DayOff(date(2027, 11, 24), CULTURE, CULTURE_DAY),
]


MAKE_UP_DAYS: list[MakeUpDay] = [
    MakeUpDay(date(2024, 5, 4), "Làm bù ngày 29/4/2024", LETTER_2024_SWAP, date(2024, 4, 29)),
    MakeUpDay(date(2025, 4, 26), "Làm bù ngày 2/5/2025", LETTER_2025, date(2025, 5, 2)),
    MakeUpDay(date(2026, 1, 10), "Làm bù ngày 2/1/2026", LETTER_2026_SWAP, date(2026, 1, 2)),
    MakeUpDay(date(2026, 8, 22), "Làm bù ngày 31/8/2026", LETTER_2026, date(2026, 8, 31)),
]


def national_calendar() -> WorkingCalendar:
    """The calendar these lists make, with the default office hours."""
    return WorkingCalendar(
        days_off={off.day: off.label for off in OFF_DAYS},
        make_up_days={worked.day: worked.name for worked in MAKE_UP_DAYS},
    )
