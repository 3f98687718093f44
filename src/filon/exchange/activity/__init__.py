"""Activity sheets: electricity, fuels, reagents and carriage as rows of a CSV file or of a workbook's sheet "5 Energy".

document = read(data, "energy.csv")     # the same events every time, from the bytes alone
"""

from filon.exchange.activity.read import inside, is_sheet, read
from filon.exchange.activity.write import Row, write

__all__ = ["Row", "inside", "is_sheet", "read", "write"]
