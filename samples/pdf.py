"""Builds PDF files with running header and footer, in one column or two."""

from datetime import UTC, datetime, time

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from samples.source import Block, Kind, Source

_MARGIN = 25.0
_LINE = 5.2


class _Paper(FPDF):
    """A4 paper with the contract's name above and page numbers below."""

    def __init__(self, source: Source) -> None:
        super().__init__(format="A4")
        self._running = f"{source.title}   |   {source.date.year}"
        self.core_fonts_encoding = "windows-1252"
        # Uncompressed, so that the bytes do not depend on the compression library.
        self.set_compression(False)
        self.set_creation_date(datetime.combine(source.date, time(9), UTC))
        self.set_producer("Clausewatch samples")
        self.set_title(source.title)
        self.set_lang(source.language)
        self.set_margins(_MARGIN, 28, _MARGIN)
        self.set_auto_page_break(True, 25)
        self.alias_nb_pages()

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_y(14)
        self.cell(0, 5, self._running, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(28)

    def footer(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_y(-16)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="C")


def pages(source: Source) -> bytes:
    """One column, justified."""
    paper = _Paper(source)
    paper.add_page()
    for block in source.blocks:
        _style(paper, block)
        if block.kind is Kind.HEADING and paper.will_page_break(4 * _LINE):
            paper.add_page()
            _style(paper, block)
        align = "C" if block.kind is Kind.TITLE else "J"
        paper.multi_cell(0, _LINE, _content(block), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(2.4)
    return bytes(paper.output())


def columns(source: Source) -> bytes:
    """Two columns under a title that runs across the page."""
    paper = _Paper(source)
    paper.add_page()
    title, *rest = source.blocks
    _style(paper, title)
    paper.multi_cell(0, 8, title.plain, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(4)
    with paper.text_columns(ncols=2, gutter=9, text_align="L", line_height=1.35) as body:
        for block in rest:
            _style(paper, block, smaller=0.5)
            with body.paragraph(top_margin=2.2) as paragraph:
                paragraph.write(_content(block))
    return bytes(paper.output())


def _style(paper: FPDF, block: Block, smaller: float = 0.0) -> None:
    if block.kind is Kind.TITLE:
        paper.set_font("Times", "B", 16)
    elif block.kind is Kind.HEADING:
        paper.set_font("Times", "B", 11.5 - smaller)
    else:
        paper.set_font("Times", size=11 - smaller)


def _content(block: Block) -> str:
    if block.kind is Kind.TABLE:
        return "\n".join("   ".join(row) for row in block.rows)
    return f"{block.number}  {block.plain}".strip()
