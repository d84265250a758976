"""Why a file is not read. Each names the file, the rule and the way out; none shows a stack trace."""

from dataclasses import dataclass
from typing import ClassVar

from gongdan.errors import FileRefused
from gongdan.text import msg


@dataclass(eq=False)
class EmptyFile(FileRefused):
    """The file, or the sheet that was asked for, holds nothing."""

    code: ClassVar[str] = "file_empty"
    text: ClassVar[str] = msg("文件“{name}”是空的")
    remedy: ClassVar[str] = msg("请确认导出或保存成功，再重新选择文件")


@dataclass(eq=False)
class DamagedFile(FileRefused):
    """The file is cut off or its parts contradict each other."""

    code: ClassVar[str] = "file_damaged"
    text: ClassVar[str] = msg("文件“{name}”已损坏，无法读取（{reason}）")
    remedy: ClassVar[str] = msg("请在表格软件里打开并另存为 xlsx；打不开时请重新获取文件")


@dataclass(eq=False)
class EncryptedFile(FileRefused):
    """The workbook is protected with a password."""

    code: ClassVar[str] = "file_encrypted"
    text: ClassVar[str] = msg("文件“{name}”设有打开密码")
    remedy: ClassVar[str] = msg("请在表格软件里取消密码，另存后再导入")


@dataclass(eq=False)
class MacroFile(FileRefused):
    """The workbook carries a program."""

    code: ClassVar[str] = "file_macro"
    text: ClassVar[str] = msg("文件“{name}”带有宏，不接收")
    remedy: ClassVar[str] = msg("请另存为不带宏的 xlsx 后再导入")


@dataclass(eq=False)
class WebPageFile(FileRefused):
    """A web page or XML text carries the name of a workbook."""

    code: ClassVar[str] = "file_web_page"
    text: ClassVar[str] = msg("文件“{name}”其实是网页，不是表格文件")
    remedy: ClassVar[str] = msg("请用表格软件打开它，另存为 xlsx 后再导入")


@dataclass(eq=False)
class UnsupportedFile(FileRefused):
    """The content is of no kind that holds a table."""

    code: ClassVar[str] = "file_unsupported"
    text: ClassVar[str] = msg("文件“{name}”不是 xlsx、xls、ods 或 csv 表格")
    remedy: ClassVar[str] = msg("请另存为 xlsx 或 csv 后再导入")


@dataclass(eq=False)
class FileTooLarge(FileRefused):
    """The file is larger than the limit."""

    code: ClassVar[str] = "file_too_large"
    text: ClassVar[str] = msg("文件“{name}”超过 {limit_mb} MB")
    remedy: ClassVar[str] = msg("请拆成几个文件，或请管理员调整上限")

    limit_mb: int = 0


@dataclass(eq=False)
class WorkbookTooLarge(FileRefused):
    """The unpacked content is larger than any table that a person keeps."""

    code: ClassVar[str] = "workbook_too_large"
    text: ClassVar[str] = msg("文件“{name}”解开后过大（{measure}超过 {limit}）")
    remedy: ClassVar[str] = msg("请删去空白的行列和无关的工作表，或拆成几个文件")

    measure: str = ""
    limit: int = 0


@dataclass(eq=False)
class UnsafeXml(FileRefused):
    """A part of the workbook declares entities, which no spreadsheet program writes."""

    code: ClassVar[str] = "file_unsafe_xml"
    text: ClassVar[str] = msg("文件“{name}”含有不安全的 XML 声明")
    remedy: ClassVar[str] = msg("请勿使用来历不明的文件；用表格软件另存为 xlsx 后再导入")


@dataclass(eq=False)
class SheetNotFound(FileRefused):
    """The workbook has no sheet of that name."""

    code: ClassVar[str] = "sheet_not_found"
    text: ClassVar[str] = msg("文件“{name}”里没有工作表“{sheet}”，现有：{sheets}")
    remedy: ClassVar[str] = msg("请选择现有的工作表")

    sheet: str = ""
    sheets: str = ""


@dataclass(eq=False)
class UnreadableText(FileRefused):
    """The bytes of a text file fit no encoding that was tried."""

    code: ClassVar[str] = "file_encoding"
    text: ClassVar[str] = msg("文件“{name}”的文字编码无法识别（已试 {encodings}）")
    remedy: ClassVar[str] = msg("请另存为“CSV UTF-8”，或指明文件的编码")

    encodings: str = ""


@dataclass(eq=False)
class BrokenQuotes(FileRefused):
    """A quote in a text file is never closed, so that rows run into each other."""

    code: ClassVar[str] = "file_quotes"
    text: ClassVar[str] = msg("文件“{name}”第 {line} 行附近的引号不成对")
    remedy: ClassVar[str] = msg("请补上或删去多余的引号，或另存为 xlsx 后再导入")

    line: int = 0
