"""Word files as tests make them: a paragraph for each text, a table with a row for each line."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import docx

#: A loop over lines, as people write it into the rows of a table.
LOOP = (("{%tr for 行 in 使用材料 %}", ""), ("{{ 行.名称 }}", "{{ 行.金额 }}"), ("{%tr endfor %}", ""))


def word_file(*paragraphs: str, rows: Sequence[Sequence[str]] = (), header: str = "") -> bytes:
    """Return a .docx."""
    book = docx.Document()
    for text in paragraphs:
        book.add_paragraph(text)
    if rows:
        table = book.add_table(rows=len(rows), cols=len(rows[0]))
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                table.cell(place, column).text = text
    if header:
        book.sections[0].header.paragraphs[0].text = header
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a .docx with parts added or replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, part in parts.items():
            after.writestr(name, part)
    return target.getvalue()


def part(content: bytes, name: str) -> bytes:
    """Return one part of a .docx."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name)


def texts(content: bytes) -> list[str]:
    """Return the paragraphs, then the cells, then the header of a .docx."""
    book = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return [*(one.text for one in book.paragraphs), *cells, *(one.text for one in book.sections[0].header.paragraphs)]
