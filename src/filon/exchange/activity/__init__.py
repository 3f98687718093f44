"""Activity sheets: electricity, fuels, reagents and carriage as rows of a CSV file or of a workbook's sheet "5 Energy".

document = read(data, "energy.csv")     # the same events every time, from the bytes alone
"""

from filon.exchange.activity.read import is_sheet, read
from filon.exchange.activity.write import Row, write

__all__ = ["Row", "is_sheet", "read", "write"]
