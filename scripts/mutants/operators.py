# SPDX-License-Identifier: MIT
"""The operators: each makes mutants of one kind from a region of code, whoever wrote its tests."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from .source import CLOSE, OPEN, Region, Statement, Token, regions_of

BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
NEGATED = {"==": "!=", "!=": "==", "&&": "||", "||": "&&"}
SHIFTED = {"<<": ">>", ">>": "<<", "<<=": ">>=", ">>=": "<<="}
# What binds more than each: part of its operands.
BITS = {"|": {"^", "&"}, "^": {"&"}, "&": set[str]()}
ASSIGN = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
# What ends the operand of a bit operator, at the same depth.
STOPS = ASSIGN | set(BITS) | set(NEGATED) | set(BOUNDARY) | {",", ";", "?", ":", "return", "case"}
# What ends the condition of `?`, going back.
QUESTION_STOPS = ASSIGN | {",", ";", "?", ":", "return", "case"}
# What is called like a function and takes no arguments that could change places, or is not code.
NOT_CALLED = {"if", "while", "for", "switch", "return", "sizeof", "_Static_assert", "__attribute__", "__asm__"}


@dataclass(frozen=True)
class Mutant:
    """text[start:end] of a file becomes `new`."""

    path: str
    region: str
    operator: str
    start: int
    end: int
    new: str
    function: tuple[int, int] | None = None  # where the function is that it is in

    def apply(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]


class Operators:
    """All mutants of one region, as (operator, start, end, new)."""

    Edit = tuple[str, int, int, str]

    def __init__(self, text: str, region: Region, pointers: frozenset[str]) -> None:
        """pointers: the names of members that are."""
        self.source = text
        self.code = text[region.head : region.end]
        self.pointers = pointers
        self.region = region
        self.tokens = region.tokens
        self.partner = region.partner

    def all(self) -> Iterator[Edit]:
        for i, token in enumerate(self.tokens):
            if self.in_static_assert(i):
                continue
            yield from self.of_token(i, token)
        for statement in self.region.statements:
            yield from self.of_statement(statement)

    def in_static_assert(self, at: int) -> bool:
        for i, token in enumerate(self.tokens[: at + 1]):
            if token.text == "_Static_assert" and at <= self.partner.get(i + 1, i):
                return True
        return False

    def text(self, first: int, last: int) -> str:
        return self.source[self.tokens[first].start : self.tokens[last].end]

    def replace(self, operator: str, first: int, last: int, new: str) -> Edit:
        return operator, self.tokens[first].start, self.tokens[last].end, new

    def of_token(self, i: int, token: Token) -> Iterator[Edit]:
        word = token.text
        if token.kind == "number":
            yield from self.number(i, word)
        elif token.kind != "mark" and not (word == "return" or token.kind == "name"):
            return
        elif word in BOUNDARY and self.is_binary(i):
            yield self.replace("boundary", i, i, BOUNDARY[word])
        elif word in NEGATED:
            yield self.replace("negated", i, i, NEGATED[word])
        elif word == "!":
            yield self.replace("negated", i, i, "")
        elif word == "?":
            yield from self.question(i)
        elif word in SHIFTED:
            yield self.replace("shift", i, i, SHIFTED[word])
        elif word in BITS and self.is_binary(i):
            yield from self.bit(i)
        elif word == "=" and self.region.kind == "function" and not self.is_pointer(i - 1):
            yield from self.plus_one(i + 1, self.forward(i + 1, {",", ";"}))
        elif token.kind == "name" and self.is_call(i):
            yield from self.arguments(i + 1)

    def is_binary(self, i: int) -> bool:
        """clang-format puts blanks around a binary operator, and none after another."""
        return self.tokens[i].end < len(self.source) and self.source[self.tokens[i].end] in " \t\n"

    def is_call(self, i: int) -> bool:
        after = self.tokens[i + 1].text if i + 1 < len(self.tokens) else ""
        return after == "(" and self.tokens[i].text not in NOT_CALLED and i + 1 in self.partner

    def number(self, i: int, word: str) -> Iterator[Edit]:
        digits = word.rstrip("uUlL")
        value = int(digits, 0)
        for new in (value + 1, value - 1):
            if new >= 0:
                text = f"{new:#0{len(digits)}x}" if digits.startswith("0x") else f"{new}"
                yield self.replace("one", i, i, text + word[len(digits) :])

    def forward(self, i: int, stops: set[str]) -> int:
        """The last token of what begins at `i`."""
        while i < len(self.tokens) and self.tokens[i].text not in stops and self.tokens[i].text not in CLOSE:
            i = self.partner[i] + 1 if self.tokens[i].text in OPEN and i in self.partner else i + 1
        return i - 1

    def backward(self, i: int, stops: set[str]) -> int:
        """The first token of what ends at `i`."""
        while i >= 0 and self.tokens[i].text not in stops and self.tokens[i].text not in OPEN:
            i = self.partner[i] - 1 if self.tokens[i].text in CLOSE and i in self.partner else i - 1
        return i + 1

    def plus_one(self, first: int, last: int) -> Iterator[Edit]:
        """Of an expression that is no pointer (any test would see it crash), no list, and not only a number."""
        token = self.tokens[first]
        if first > last or token.text in ("{", "&") or token.kind == "string" or self.is_pointer(last):
            return
        if first == last and token.kind == "number":
            return
        text = self.text(first, last)
        yield self.replace("one", first, last, f"{text} + 1" if first == last else f"({text}) + 1")

    def is_pointer(self, i: int) -> bool:
        """Whether the name at `i` is used, or declared, as a pointer in this function or is such a member."""
        token = self.tokens[i]
        if token.kind != "name":
            return False
        if self.tokens[i - 1].text in ("->", "."):
            return token.text in self.pointers
        return bool(re.search(rf"[(\s]\*+{token.text}\b|\b{token.text}->", self.code))

    def question(self, i: int) -> Iterator[Edit]:
        first = self.backward(i - 1, QUESTION_STOPS)
        if first < i:
            yield self.replace("negated", first, i - 1, f"!({self.text(first, i - 1)})")

    def bit(self, i: int) -> Iterator[Edit]:
        stops = STOPS - BITS[self.tokens[i].text]
        first, last = self.backward(i - 1, stops), self.forward(i + 1, stops)
        if first < i < last + 1:
            yield self.replace("bit", first, last, self.text(first, i - 1))
            yield self.replace("bit", first, last, self.text(i + 1, last))

    def arguments(self, bracket: int) -> Iterator[Edit]:
        end = self.partner[bracket]
        spans: list[tuple[int, int]] = []
        i = bracket + 1
        while i < end:
            last = self.forward(i, {","})
            spans.append((i, last))
            i = last + 2
        for first, last in spans:
            if self.region.kind == "function":
                yield from self.plus_one(first, last)
        for one, other in zip(spans, spans[1:]):
            a, b = self.text(*one), self.text(*other)
            if a != b:
                between = self.source[self.tokens[one[1]].end : self.tokens[other[0]].start]
                yield self.replace("swapped", one[0], other[1], b + between + a)

    def of_statement(self, statement: Statement) -> Iterator[Edit]:
        first, last = statement.first, statement.last
        if statement.condition:
            yield from self.condition(*statement.condition)
        if statement.kind in ("expression", "jump", "control"):
            yield self.replace("dropped", first, last, ";")
        if statement.kind == "return" and first + 1 < last and not self.region.returns.endswith("*"):
            yield from self.plus_one(first + 1, last - 1)
        if statement.kind != "declaration":
            yield from self.early_return(statement)

    def condition(self, first: int, last: int) -> Iterator[Edit]:
        """Where it is more than one comparison or a `!`, which are negated by themselves."""
        marks = [i for i in range(first, last + 1) if self.tokens[i].text in NEGATED or self.tokens[i].text == "!"]
        if len(marks) != 1:
            yield self.replace("negated", first, last, f"!({self.text(first, last)})")

    def early_return(self, statement: Statement) -> Iterator[Edit]:
        kind = self.region.returns
        values = {"void": ["return;"], "bool": ["return false;", "return true;"]}.get(
            kind, ["return 0;"] if kind in ("int", "char") or "int" in kind else [f"return ({kind}){{ 0 }};"]
        )
        old = self.text(statement.first, statement.last)
        for new in values:
            if old == new:
                continue
            # Before what is a block of its own; where it would end an `if`, in its place.
            keeps = statement.in_block and statement.kind == "control"
            yield self.replace("return", statement.first, statement.last, f"{new} {old}" if keeps else new)


def pointer_members(texts: Iterable[str]) -> frozenset[str]:
    """The members of structures that are pointers, by their names alone."""
    return frozenset(name for text in texts for name in re.findall(r"^\t.*\*(?:const )?(\w+)(?:\[\w+\])?;", text, re.M))


def mutants_of(path: str, text: str, pointers: frozenset[str] = frozenset()) -> list[Mutant]:
    """Every mutant of a file, once each, in its order. Of a contract, only what functions do."""
    found: dict[tuple[int, int, str], Mutant] = {}
    for region in regions_of(text):
        if region.kind != "function" and path.startswith("mm/include/") and "format" not in path:
            continue
        where = (region.head, region.end) if region.kind == "function" else None
        for operator, start, end, new in Operators(text, region, pointers).all():
            mutant = Mutant(path, region.name, operator, start, end, new, where)
            found.setdefault((start, end, new), mutant)
    return sorted(found.values(), key=lambda m: (m.start, m.end, m.new))


def draw(mutants: list[Mutant], seed: int, count: int) -> list[Mutant]:
    """So many, in the order drawn; a smaller number with the same seed is the beginning of a larger."""
    order = list(range(len(mutants)))
    Random(seed).shuffle(order)
    return [mutants[i] for i in order[:count]]
