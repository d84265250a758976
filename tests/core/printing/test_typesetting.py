"""Papers become PDFs whose text can be read back; whatever goes wrong, it is said in words and nothing is left."""

from __future__ import annotations

import io
import os
import signal
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pypdf import PdfReader

from gongdan.domain.forms import PaperSize
from gongdan.domain.papers import PaperImage, PaperPhotos, PaperSignature, PaperSignatures
from gongdan.printing import typesetter as typesetting
from gongdan.printing.errors import PaperTooLong, PdfNotInstalled, PrinterStopped
from gongdan.printing.typesetter import Limits, Typesetter
from tests.core.printing.sheets import SLIP, long_slip, saying


def red_dot() -> bytes:
    """Return a PNG of one pixel."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\xff\x00\x00")),
        (b"IEND", b""),
    )
    framed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    made = Typesetter()
    yield made
    made.close()


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(content).pages)


def test_chinese_text_can_be_read_back_from_the_pdf(typesetter: Typesetter) -> None:
    text = text_of(typesetter.set([SLIP]))
    lines = [line.strip() for line in text.splitlines()]
    assert "幸福物业" in lines
    assert "维修服务单" in lines
    assert "编号：WX-2026-0001" in lines
    assert "业主姓名 张三 联系电话 13800138000" in lines
    assert "三角阀 1 45.00" in lines
    assert "人民币大写：肆拾玖元整" in lines
    assert "第 1 页 共 1 页" in text
    assert "单位盖章" in lines


def test_the_chinese_font_is_embedded_as_a_subset(typesetter: Typesetter) -> None:
    fonts = read(typesetter.set([SLIP])).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]  # a PDF's own names
    inner = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert {font["/BaseFont"][8:].removesuffix("-Identity-H") for font in inner} == {
        "NotoSerifSC-Regular", "NotoSansSC-Regular",
    }  # fmt: skip
    for font in inner:
        assert font["/BaseFont"][7] == "+"
        assert "/FontFile3" in font["/FontDescriptor"]


def test_what_looks_like_markup_or_code_is_printed_as_typed(typesetter: Typesetter) -> None:
    typed = '#read("/etc/passwd") #import "@preview/cetz:0.3.4" $x^2$ *bold* _low_ `code` <label> \\n [a] {b}'
    text = text_of(typesetter.set([saying(typed)]))
    assert "".join(typed.split()) in "".join(text.split())
    assert "root:" not in text


def test_characters_that_no_paper_can_hold_are_left_out(typesetter: Typesetter) -> None:
    assert "前后" in text_of(typesetter.set([saying("前\x00\x1b\ufffe后")]))


def test_a_long_word_stays_between_its_grid_lines(typesetter: Typesetter) -> None:
    page = read(typesetter.set([saying("A" * 400)])).pages[0]
    # Without places to break, one line would hold all of them.
    assert max(len(line) for line in page.extract_text().splitlines()) < 150


def test_each_copy_has_its_mark_and_counts_its_own_pages(typesetter: Typesetter) -> None:
    pages = read(typesetter.set([replace(long_slip(60), copies=("第一联 业主", "第二联 财务"))])).pages
    assert len(pages) == 4
    texts = [page.extract_text() for page in pages]
    assert [("第一联 业主" in text, "第二联 财务" in text) for text in texts] == [(True, False)] * 2 + [
        (False, True)
    ] * 2
    assert ["第 1 页 共 2 页" in text for text in texts] == [True, False, True, False]
    assert ["第 2 页 共 2 页" in text for text in texts] == [False, True, False, True]


def test_the_heading_of_a_table_comes_again_on_every_page(typesetter: Typesetter) -> None:
    pages = read(typesetter.set([long_slip(120)])).pages
    assert len(pages) > 2
    assert all("序号 名称" in page.extract_text() for page in pages[:-1])


def test_signatures_and_seal_stay_together(typesetter: Typesetter) -> None:
    for lines in range(30, 44, 2):
        texts = [page.extract_text() for page in read(typesetter.set([long_slip(lines)])).pages]
        holding = [("维修人员" in text, "业主签字" in text, "单位盖章" in text) for text in texts]
        assert holding.count((True, True, True)) == 1
        assert set(holding) <= {(True, True, True), (False, False, False)}


@pytest.mark.parametrize(
    ("size", "millimetres"),
    [
        (PaperSize.A4, (210, 297)),
        (PaperSize.A4_LANDSCAPE, (297, 210)),
        (PaperSize.A5, (148, 210)),
        (PaperSize.A5_LANDSCAPE, (210, 148)),
    ],
)
def test_a_paper_has_the_size_of_its_form(
    typesetter: Typesetter, size: PaperSize, millimetres: tuple[int, int]
) -> None:
    box = read(typesetter.set([replace(SLIP, size=size)])).pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == millimetres


def test_several_papers_make_one_pdf(typesetter: Typesetter) -> None:
    pages = read(typesetter.set([SLIP, replace(SLIP, number="WX-2026-0002", size=PaperSize.A5)])).pages
    assert ["WX-2026-0001" in page.extract_text() for page in pages] == [True, False]
    assert ["WX-2026-0002" in page.extract_text() for page in pages] == [False, True]


def test_the_same_paper_gives_the_same_bytes(typesetter: Typesetter) -> None:
    assert typesetter.set([SLIP]) == typesetter.set([SLIP])


def test_a_drawn_signature_and_photos_stand_on_the_paper(typesetter: Typesetter) -> None:
    image = PaperImage("0" * 64, "维修前")
    signed = PaperSignatures((PaperSignature("业主签字", image=image),))
    page = read(
        typesetter.set([replace(SLIP, blocks=(signed, PaperPhotos("照片", (image,))))], lambda _: red_dot())
    ).pages[0]
    assert "维修前" in page.extract_text()
    # The same picture is kept once.
    assert len(page.images) == 1


def test_a_damaged_picture_leaves_its_place_empty_and_the_others_stay(typesetter: Typesetter) -> None:
    stored = {"whole": red_dot(), "damaged": red_dot()[:-20] + bytes(20)}
    photos = PaperPhotos("照片", (PaperImage("damaged", "维修前"), PaperImage("whole", "维修后")))
    page = read(typesetter.set([replace(SLIP, blocks=(photos,))], stored.__getitem__)).pages[0]
    assert len(page.images) == 1
    assert "维修后" in page.extract_text()


def test_a_picture_that_is_none_leaves_its_place_empty(typesetter: Typesetter) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    signed = PaperSignatures((PaperSignature("业主签字", "张三", image=PaperImage("0" * 64)),))
    assert "张三" in text_of(typesetter.set([replace(SLIP, blocks=(signed,))], lambda _: svg))


def test_five_thousand_lines_are_printed_to_the_last(typesetter: Typesetter) -> None:
    pages = read(typesetter.set([long_slip(5000)])).pages
    assert "材料5000" in pages[-1].extract_text() + pages[-2].extract_text()
    assert f"共 {len(pages)} 页" in pages[0].extract_text()


def test_a_paper_that_takes_too_long_is_refused_and_the_next_one_is_printed() -> None:
    typesetter = Typesetter(Limits(seconds=1))
    try:
        typesetter.set([SLIP])
        with pytest.raises(PaperTooLong) as refused:
            typesetter.set([long_slip(100_000)])
        assert refused.value.title == "维修服务单 WX-2026-0001"
        assert refused.value.seconds == 1
        assert "维修服务单" in text_of(typesetter.set([SLIP]))
    finally:
        typesetter.close()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX limits the memory of a process")
def test_a_paper_beyond_the_memory_is_refused_in_words() -> None:
    typesetter = Typesetter(Limits(memory_mb=400))
    try:
        with pytest.raises(PrinterStopped):
            typesetter.set([long_slip(30_000)])
        assert "维修服务单" in text_of(typesetter.set([SLIP]))
    finally:
        typesetter.close()


def test_a_killed_process_is_told_in_words_and_the_next_paper_is_printed(typesetter: Typesetter) -> None:
    typesetter.set([SLIP])
    process = typesetter._press._process  # type: ignore[union-attr]  # it has just printed

    def kill() -> None:
        time.sleep(0.5)
        os.kill(process.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(PrinterStopped) as stopped:
        typesetter.set([long_slip(20_000)])
    killer.join()
    assert stopped.value.title == "维修服务单 WX-2026-0001"
    assert "维修服务单" in text_of(typesetter.set([SLIP]))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux shows what a process has open")  # noqa: PTH112 -- a folder of the system
def test_the_process_can_open_no_file_and_no_socket(typesetter: Typesetter) -> None:
    typesetter.set([SLIP])
    with open(f"/proc/{typesetter._press._process.pid}/limits", encoding="ascii") as file:  # type: ignore[union-attr]  # it has just printed  # noqa: PTH123 -- as above
        limits = {line[:26].strip(): line[26:].split()[:2] for line in file}
    assert limits["Max open files"] == ["0", "0"]
    assert limits["Max file size"] == ["0", "0"]


def test_one_process_serves_many_papers_and_is_then_begun_anew() -> None:
    typesetter = Typesetter(Limits(jobs=2))
    try:
        processes = []
        for _ in range(3):
            typesetter.set([SLIP])
            processes.append(typesetter._press._process.pid)  # type: ignore[union-attr]  # it has just printed
        assert processes[0] == processes[1] != processes[2]
    finally:
        typesetter.close()


def test_closing_ends_the_process_and_removes_its_folder() -> None:
    typesetter = Typesetter()
    typesetter.set([SLIP])
    press = typesetter._press
    typesetter.close()
    assert press is not None
    assert press._process.returncode is not None
    assert not os.path.exists(press._empty.name)  # noqa: PTH110 -- the name is a text


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    with pytest.raises(PdfNotInstalled) as refused:
        Typesetter().set([SLIP])
    assert "pip install 'gongdan[pdf]'" in refused.value.remedy


def test_the_shipped_font_is_used_and_said_so(typesetter: Typesetter) -> None:
    fonts = typesetter.fonts()
    assert (fonts.song, fonts.hei, fonts.is_shipped) == ("Noto Serif SC", "Noto Sans SC", True)
