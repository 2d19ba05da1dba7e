"""Reads the text box: words, phrases, conditions, proximity, wildcards, fields. Never fails.

The grammar, loosest first: ``either OR either``, ``both AND both``, items side by side, each with
``NOT``, ``-`` or ``+``, then ``a w/10 b``, then words, quotations and brackets.
"""

import re
from dataclasses import dataclass

from indexer.index.analysis import tokens as analysed
from indexer.index.query import Node, Phrase, TextField, Wildcard, Word
from search_app.query.clause import (
    Clause,
    all_of,
    condition,
    either,
    excluded,
    joined,
    near,
    required,
    tree,
)
from search_app.query.lexer import Kind, Token, tokens

# One word to the reader: "work-for-hire", "jane@example.com", "1,000,000.00", "supplier's".
_PIECES = re.compile(r"\w+(?:(?:['.&@‐‑-]|(?<=\d),(?=\d))\w+)*")
_LETTERS = re.compile(r"[^\W\d_]")
_ENDING = re.compile(r"\(\w+\)")  # of "party(ies)"
_WILDCARD = re.compile(r"(\w{2,}[\w*?]*)[*!]|(\w{2,}[\w*?]*[*?]\w[\w*?]*)")
_OPERANDS = {Kind.WORD, Kind.QUOTED, Kind.OPEN, Kind.FIELD}
_SIGNS = {Kind.NOT, Kind.EXCLUDE, Kind.REQUIRE}


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as understood.

    Attributes:
        tree: What the lexical list must match; None where there is nothing to match.
        condition: What hits found by meaning must match too: phrases, required and excluded words,
            explicit AND and OR; None for plain words.
        semantic_text: What the encoder reads; empty where meaning has nothing to go by.
        notices: Sentences for the user on what was left out or read differently.
        words: The words looked for, as typed.
    """

    tree: Node | None
    condition: Node | None
    semantic_text: str
    notices: tuple[str, ...]
    words: tuple[str, ...]


def parse(text: str) -> ParsedQuery:
    """Reads a text of any length and content; an empty one gives an empty query."""
    found, notices = tokens(text)
    reader = _Reader(found, notices)
    clause = reader.read()
    words = clause.words
    if not clause.asks and clause.common:
        clause = Clause(required=(Phrase(clause.common),))
        words = clause.required[0].words if isinstance(clause.required[0], Phrase) else ()
        notices.append("All these words are very common; they are searched as an exact phrase.")
        return ParsedQuery(tree(clause), condition(clause), "", tuple(notices), words)
    if not clause.asks and text.strip():
        notices.append("There is no word to search for in the text.")
    meaning = " ".join(words)
    return ParsedQuery(
        tree(clause), condition(clause), meaning if _LETTERS.search(meaning) else "", tuple(notices), words
    )


class _Reader:
    """Walks over the tokens once; each method reads one level of the grammar."""

    def __init__(self, found: list[Token], notices: list[str]) -> None:
        self.tokens = found
        self.notices = notices
        self.place = 0
        self.field = TextField.TEXT

    def read(self) -> Clause:
        """Reads everything; brackets are balanced, so that nothing is left over."""
        return self.either()

    def either(self) -> Clause:
        parts = [self.both()]
        while self.take(Kind.OR):
            parts.append(self.both())
        asking = [part for part in parts if part.asks]
        self.complain_if(len(asking) < len(parts) > 1, "OR")
        return either(asking) if len(asking) > 1 else joined(asking or parts)

    def both(self) -> Clause:
        parts = [self.run()]
        while self.take(Kind.AND):
            parts.append(self.run())
        asking = [part for part in parts if part.asks]
        self.complain_if(len(asking) < len(parts) > 1, "AND")
        if len(asking) > 1:
            return joined(required(part) for part in asking)
        return joined(asking or parts)

    def run(self) -> Clause:
        items = []
        while (kind := self.kind()) in _OPERANDS | _SIGNS | {Kind.NEAR}:
            if kind is Kind.NEAR:
                self.place += 1
                self.complain_if(True, self.tokens[self.place - 1].text)
                continue
            items.append(self.item())
        return joined(items)

    def item(self) -> Clause:
        sign = None
        while self.kind() in _SIGNS:
            sign = self.advance()
        if self.kind() not in _OPERANDS:
            self.complain_if(sign is not None and sign.kind is Kind.NOT, "NOT")
            return Clause()
        found = self.proximity()
        if sign is None:
            return found
        if not found.asks and found.common:
            found = Clause(required=tuple(Phrase((word,), field=self.field) for word in found.common))
        return required(found, starred=True) if sign.kind is Kind.REQUIRE else excluded(found)

    def proximity(self) -> Clause:
        left = self.operand()
        while self.kind() is Kind.NEAR and self.next_is_operand():
            operator = self.advance()
            right = self.operand()
            left = self.close(left, right, operator)
        return left

    def close(self, left: Clause, right: Clause, operator: Token) -> Clause:
        """Joins two operands by a proximity operator, as closely as the index can tell."""
        one, other = tree(left), tree(right)
        whole = joined((required(left), required(right)))
        if one is None or other is None:
            self.complain_if(True, operator.text)
            return whole
        distance = operator.distance or 0
        found = near(_last(one), other, distance, ordered=operator.ordered)
        if found is None:
            self.notices.append(
                f"{operator.text} needs words on both sides; here both must stand in the passage."
            )
            return whole
        kept = (one, found) if _last(one) is not one else (found,)
        return Clause(required=(all_of(kept),), words=whole.words)

    def operand(self) -> Clause:
        token = self.advance()
        if token.kind is Kind.FIELD:
            return self.in_field(token)
        if token.kind is Kind.OPEN:
            found = self.either()
            self.take(Kind.CLOSE)
            return required(found) if found.required or found.excluded else found
        if token.kind is Kind.QUOTED:
            return self.quoted(token)
        return self.word(token.text)

    def in_field(self, token: Token) -> Clause:
        if self.kind() not in {Kind.WORD, Kind.QUOTED, Kind.OPEN}:
            return self.word(token.text)
        outer, self.field = self.field, token.field
        found = required(self.operand())
        self.field = outer
        return Clause(required=found.required, excluded=found.excluded)

    def quoted(self, token: Token) -> Clause:
        words = tuple(_PIECES.findall(token.text))
        slop = (token.distance or 0) if len(words) > 1 else 0
        phrase = Phrase(words, slop=slop, ordered=slop == 0, field=self.field)
        return Clause(required=(phrase,), words=(token.text,))

    def word(self, text: str) -> Clause:
        """Reads a plain word, which may be a wildcard or several words in one ("goods/services")."""
        text = _ENDING.sub("", text)
        wildcard = _WILDCARD.fullmatch(text.strip(".,;:'"))
        if wildcard:
            pattern = wildcard[2] or wildcard[1].rstrip("*") + "*"
            return Clause(loose=(Wildcard(pattern, self.field),))
        if "*" in text:
            self.notices.append(f"A * needs two letters in front of it; “{text}” is searched without it.")
        pieces = tuple(_PIECES.findall(text))
        kept = tuple(Word(piece, self.field) for piece in pieces if analysed(piece))
        return Clause(loose=kept, words=(text,), common=() if kept else pieces)

    def kind(self) -> Kind | None:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else None

    def advance(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def take(self, kind: Kind) -> bool:
        if self.kind() is not kind:
            return False
        self.place += 1
        return True

    def next_is_operand(self) -> bool:
        following = self.place + 1
        return following < len(self.tokens) and self.tokens[following].kind in _OPERANDS

    def complain_if(self, wrong: bool, operator: str) -> None:
        notice = f"{operator} has nothing on one side and was left out."
        if wrong and notice not in self.notices:
            self.notices.append(notice)


def _last(node: Node) -> Node:
    """In ``a w/5 b w/5 c`` the second operator looks from b, the last word of the first."""
    if isinstance(node, Phrase) and node.slop:
        return Word(node.words[-1], node.field)
    return node
