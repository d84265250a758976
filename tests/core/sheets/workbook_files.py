"""Small workbooks written part by part, for what no spreadsheet program would write."""

import zipfile
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/></Types>'
)


def make_xlsx(
    path: Path,
    rows: str,
    *,
    shared: str = "",
    from_1904: bool = False,
    doctype: str = "",
    doctype_in: str = "",
) -> Path:
    """Write a workbook with one sheet whose data are ``rows``; ``doctype`` goes before one of the parts."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><workbookPr date1904="{int(from_1904)}"/>'
            '<sheets><sheet name="甲" sheetId="1" r:id="rId0"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            "worksheet", "worksheets/sheet1.xml", "sharedStrings", "sharedStrings.xml", "styles", "styles.xml"
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"/>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, (doctype if name == doctype_in else "") + content)
    return path


def _relations(*pairs: str) -> str:
    items = "".join(
        f'<Relationship Id="rId{index // 2}" Type="{_RELATIONS}/{pairs[index]}" Target="{pairs[index + 1]}"/>'
        for index in range(0, len(pairs), 2)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'
