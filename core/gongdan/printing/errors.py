"""Why something is not printed. Each says what to do; none shows a stack trace."""

from dataclasses import dataclass
from typing import ClassVar

from gongdan.errors import GongdanError, Refused
from gongdan.text import msg


@dataclass(eq=False)
class PdfNotInstalled(GongdanError):
    """The extra that makes PDFs is not there."""

    code: ClassVar[str] = "pdf_not_installed"
    text: ClassVar[str] = msg("这套系统没有安装 PDF 组件")
    remedy: ClassVar[str] = msg("请管理员运行 pip install 'gongdan[pdf]'；也可以打开打印页，用浏览器打印或存为 PDF")


@dataclass(eq=False)
class NoChineseFont(GongdanError):
    """Neither the shipped font nor one of the system can write Chinese."""

    code: ClassVar[str] = "no_chinese_font"
    text: ClassVar[str] = msg("没有可以写中文的字体，不能生成 PDF")
    remedy: ClassVar[str] = msg("请管理员运行 pip install 'gongdan[pdf]'，或安装 Noto CJK 字体")


@dataclass(eq=False)
class PaperTooLong(Refused):
    """The PDF was not done within the limits; the process that made it was ended, and nothing is left of it."""

    code: ClassVar[str] = "paper_too_long"
    text: ClassVar[str] = msg("“{title}”太长，{seconds} 秒内排不完，没有生成 PDF")
    remedy: ClassVar[str] = msg("请减少明细行，或把这份单据分成几份；也可以用浏览器打印")

    title: str = ""
    seconds: int = 0


@dataclass(eq=False)
class PrinterStopped(GongdanError):
    """The process that makes PDFs ended in the middle: killed, or out of memory."""

    code: ClassVar[str] = "printer_stopped"
    text: ClassVar[str] = msg("生成“{title}”时 PDF 组件中断了，没有生成文件")
    remedy: ClassVar[str] = msg("请再试一次；仍不行时请减少明细行或照片，或用浏览器打印")

    title: str = ""


@dataclass(eq=False)
class PaperNotSet(GongdanError):
    """Typst does not take what it was given; this is a defect of gongdan, told with what typst says."""

    code: ClassVar[str] = "paper_not_set"
    text: ClassVar[str] = msg("“{title}”不能排成 PDF：{detail}")
    remedy: ClassVar[str] = msg("请把此信息报告给管理员；也可以用浏览器打印")

    title: str = ""
    detail: str = ""
