"""Papers as the template takes them: plain data, one sheet for each copy."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from gongdan.domain.forms import PaperSize
from gongdan.domain.papers import (
    Paper,
    PaperBlock,
    PaperGrid,
    PaperImage,
    PaperPhotos,
    PaperSignature,
    PaperSignatures,
    PaperTable,
    PaperText,
)
from gongdan.printing.drawings import picture_drawing, qr_drawing

#: Returns the bytes of a picture by its hash; empty when they are gone.
Pictures = Callable[[str], bytes]

#: Characters that no font draws and no PDF may hold.
_UNPRINTED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SMALL: Final = frozenset({PaperSize.A5, PaperSize.A5_LANDSCAPE})
_FLIPPED: Final = frozenset({PaperSize.A4_LANDSCAPE, PaperSize.A5_LANDSCAPE})


def job_of(papers: Sequence[Paper], pictures: Pictures) -> Mapping[str, Any]:
    """Return what the template needs for a PDF of these papers, each with all its copies."""
    first = papers[0]
    return {
        "title": _clean(f"{first.title} {first.number}".strip()),
        "author": _clean(first.company),
        "sheets": [sheet for paper in papers for sheet in _sheets(paper, pictures)],
    }


def digests(papers: Sequence[Paper]) -> frozenset[str]:
    """Return the hashes of all pictures on the papers."""
    found: set[str] = set()
    for paper in papers:
        for block in paper.blocks:
            if isinstance(block, PaperPhotos):
                found |= {image.sha256 for image in block.images}
            elif isinstance(block, PaperSignatures):
                found |= {box.image.sha256 for box in block.boxes if box.image}
    return frozenset(found)


def _sheets(paper: Paper, pictures: Pictures) -> Iterator[Mapping[str, Any]]:
    blocks = [_block(block, pictures) for block in paper.blocks]
    for mark in paper.copies:
        yield {
            "title": _clean(paper.title),
            "company": _clean(paper.company),
            "number": _clean(paper.number),
            "mark": _clean(mark),
            "paper": "a5" if paper.size in _SMALL else "a4",
            "small": paper.size in _SMALL,
            "flipped": paper.size in _FLIPPED,
            "qr": qr_drawing(paper.qr),
            "watermark": _clean(paper.watermark),
            "footer": _clean(paper.footer),
            "language": paper.language,
            "words": {"number": paper.words.number, "page": paper.words.page, "day": paper.words.day},
            "blocks": blocks,
        }


def _block(block: PaperBlock, pictures: Pictures) -> Mapping[str, Any]:
    match block:
        case PaperGrid():
            return _grid(block)
        case PaperTable():
            return _table(block)
        case PaperSignatures():
            boxes = [_signature(box, pictures) for box in block.boxes]
            return {"kind": "signatures", "boxes": boxes, "seal": _clean(block.seal)}
        case PaperText():
            return {"kind": "text", "text": _clean(block.text), "small": block.is_small}
        case PaperPhotos():
            shown = [_picture(image, pictures) for image in block.images]
            return {"kind": "photos", "heading": _clean(block.heading), "images": [one for one in shown if one]}


def _grid(block: PaperGrid) -> Mapping[str, Any]:
    rows = [
        [
            {"label": _clean(cell.label), "value": _clean(cell.value), "span": cell.span, "lines": cell.lines}
            for cell in row
        ]
        for row in block.rows
    ]
    return {
        "kind": "grid",
        "heading": _clean(block.heading),
        "columns": block.columns,
        "preface": _clean(block.preface),
        "rows": rows,
    }


def _table(block: PaperTable) -> Mapping[str, Any]:
    return {
        "kind": "table",
        "heading": _clean(block.heading),
        "titles": [_clean(title) for title in block.titles],
        "widths": list(block.widths),
        "rows": [[_clean(value) for value in row] for row in block.rows],
        "right": sorted(block.right),
        "totals": [[_clean(value) for value in row] for row in block.totals],
        "closing": _clean(block.closing),
    }


def _signature(box: PaperSignature, pictures: Pictures) -> Mapping[str, str]:
    return {
        "label": _clean(box.label),
        "name": _clean(box.name),
        "at": _clean(box.at),
        "note": _clean(box.note),
        "drawing": picture_drawing(pictures(box.image.sha256)) if box.image else "",
    }


def _picture(image: PaperImage, pictures: Pictures) -> Mapping[str, str] | None:
    drawing = picture_drawing(pictures(image.sha256))
    return {"drawing": drawing, "caption": _clean(image.caption)} if drawing else None


def _clean(text: str) -> str:
    return _UNPRINTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
