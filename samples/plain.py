"""Builds the text formats: TXT in several shapes, Markdown, HTML."""

import html
import textwrap
from collections.abc import Iterator

from samples.source import Block, Kind, Source

WIDTH = 72


def text(source: Source) -> bytes:
    """Paragraphs as single lines, UTF-8."""
    return ("\n\n".join(_lines(source)) + "\n").encode()


def windows_1252(source: Source) -> bytes:
    """As written by an old word processor: code page 1252, CR LF."""
    return ("\r\n\r\n".join(_lines(source)) + "\r\n").encode("windows-1252")


def wrapped(source: Source) -> bytes:
    """Hard-wrapped at 72 columns, headings in capitals, clauses with a hanging indent."""
    out = []
    for block in source.blocks:
        if block.kind in (Kind.TITLE, Kind.HEADING):
            out.append(f"{block.number} {block.plain}".strip().upper())
        else:
            lead = f"{block.number}  " if block.number else ""
            hanging = " " * len(lead)
            out.append(textwrap.fill(lead + block.plain, WIDTH, subsequent_indent=hanging))
    return ("\n\n".join(out) + "\n").encode()


def markdown(source: Source) -> bytes:
    """Markdown with numbers written out."""
    marks = {Kind.TITLE: "# ", Kind.HEADING: "## ", Kind.ITEM: "- "}
    parts = []
    for block in source.blocks:
        number = "" if block.kind is Kind.ITEM else block.number
        body = _table(block) if block.kind is Kind.TABLE else f"{number} {block.plain}".strip()
        parts.append(marks.get(block.kind, "") + body)
    return ("\n\n".join(parts) + "\n").encode()


def page(source: Source) -> bytes:
    """An HTML page as a web site shows it, with navigation and a footer around the contract."""
    body = "\n".join(_html_blocks(source))
    return (
        f'<!DOCTYPE html>\n<html lang="{source.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(source.title)}</title>\n"
        "<style>body { font-family: serif } nav a { margin-right: 1em }</style>\n</head>\n<body>\n"
        '<nav><a href="/">Home</a><a href="/legal">Legal documents</a><a href="/contact">Contact</a></nav>\n'
        f"<main>\n{body}\n</main>\n"
        f"<footer>Version of {source.date.isoformat()} · Page kept by the legal department</footer>\n"
        "</body>\n</html>\n"
    ).encode()


def _lines(source: Source) -> Iterator[str]:
    for block in source.blocks:
        if block.kind is Kind.TABLE:
            yield "\n".join("\t".join(row) for row in block.rows)
        else:
            yield f"{block.number} {block.plain}".strip()


def _table(block: Block) -> str:
    head, *rows = block.rows
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html_blocks(source: Source) -> Iterator[str]:
    for block in source.blocks:
        content = html.escape(f"{block.number} {block.plain}".strip(), quote=False)
        if block.kind is Kind.TITLE:
            yield f"<h1>{content}</h1>"
        elif block.kind is Kind.HEADING:
            yield f"<h2>{content}</h2>"
        elif block.kind is Kind.TABLE:
            rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block.rows)
            yield "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"
        else:
            yield f"<p>{content}</p>"
