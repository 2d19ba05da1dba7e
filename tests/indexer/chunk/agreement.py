"""Sentences of an agreement, and what becomes of a text made of them."""

import re

from indexer.chunk import chunk
from indexer.documents import Block, Chunk, Document, Page

PAYMENT = (
    "The Customer shall pay each invoice within thirty days of receipt, in euros, by transfer to the account"
    " named in it, and without set-off except for claims that a court has finally awarded or that are"
    " undisputed. Interest accrues on late payments at the statutory rate from the day after the due date. "
)
LIABILITY = (
    "The Supplier is not liable for loss of profit, loss of data or indirect loss, whether in contract, tort"
    " or otherwise, unless it has acted with intent or gross negligence or the loss is one of life, body or"
    " health. Its total liability in a contract year shall not exceed the fees paid for that year. "
)
PAY = PAYMENT * 2
LIABLE = LIABILITY * 2


def count(text: str) -> int:
    return 2 + len(re.findall(r"\w+|[^\w\s]", text))


def chunks_of(
    text: str, blocks: tuple[Block, ...] = (), pages: tuple[Page, ...] = (), title: str = "Agreement"
) -> tuple[Chunk, ...]:
    return chunk(Document(text, title, "text/plain", blocks, pages), count, 256)


def section_at(text: str, phrase: str, blocks: tuple[Block, ...] = ()) -> str:
    offset = text.index(phrase)
    return next(found.section for found in chunks_of(text, blocks) if found.start <= offset < found.end)
