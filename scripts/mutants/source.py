# SPDX-License-Identifier: MIT
"""C sources as tokens, functions and statements: as much of C as our formatted code uses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""(?P<skip>/\*.*?\*/|//[^\n]*|\\\n|\s+)
    |(?P<directive>^\#[ \t]*(?!define)\w+(?:\\\n|[^\n])*)
    |(?P<define>^\#[ \t]*define[ \t]+\w+(?:\([^)]*\))?)
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<number>\d\w*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||\#\#|[-+*/%&|^]=|.)""",
    re.X | re.S | re.M,
)
OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
# Words that a declaration begins with, besides names of types.
TYPE_WORDS = {"const", "volatile", "static", "extern", "register", "typedef", "struct", "enum", "union",
              "void", "char", "short", "int", "long", "unsigned", "signed", "bool", "_Static_assert"}  # fmt: skip
CONTROL = {"if", "while", "for", "switch"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass
class Statement:
    """kind: expression, declaration, jump (break, continue, goto), return, control, or block."""

    kind: str
    first: int  # tokens, as indices
    last: int
    in_block: bool  # its parent is a block, not the `if` before it
    condition: tuple[int, int] | None = None  # the tokens between the parentheses


@dataclass
class Region:
    """A function's body, a macro's, or a table's."""

    kind: str  # function, macro, table
    name: str
    tokens: list[Token]
    head: int  # where its declaration begins
    returns: str = ""  # a function's type
    partner: dict[int, int] = field(default_factory=dict)  # of each bracket
    statements: list[Statement] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


def tokens_of(text: str) -> list[Token]:
    return [
        Token(m.lastgroup or "", m[0], m.start())
        for m in TOKEN.finditer(text)
        if m.lastgroup not in ("skip", "directive")
    ]


def partners(tokens: list[Token]) -> dict[int, int]:
    """The index of each bracket's other one."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind == "mark" and token.text in OPEN:
            waiting.append(i)
        elif token.kind == "mark" and token.text in CLOSE and waiting:
            found[i] = waiting.pop()
            found[found[i]] = i
    return found


def regions_of(text: str) -> Iterator[Region]:
    """What holds code, in the order of the file."""
    plain: list[Token] = []
    tokens = tokens_of(text)
    i = 0
    while i < len(tokens):
        if tokens[i].kind != "define":
            plain.append(tokens[i])
            i += 1
            continue
        end = end_of_line(text, tokens[i].end)
        body = [t for t in tokens[i + 1 :] if t.start < end]
        if body:
            name = re.findall(r"\w+", tokens[i].text)[1]
            yield Region("macro", name, body, body[0].start, partner=partners(body))
        i += 1 + len(body)
    yield from top_level(text, plain)


def end_of_line(text: str, start: int) -> int:
    match = re.compile(r"(?:\\\n|[^\n])*").match(text, start)
    assert match
    return match.end()


def top_level(text: str, tokens: list[Token]) -> Iterator[Region]:
    partner = partners(tokens)
    start = i = 0  # start: of the declaration in hand
    while i < len(tokens):
        word = tokens[i].text
        if word == "{" and i > start and tokens[i - 1].text == ")":
            yield function(text, tokens[start:i], tokens[i : partner[i] + 1])
            i = start = partner[i] + 1
            continue
        if word == "=":
            end = next(k for k in range(i, len(tokens)) if tokens[k].text == ";" and flat(tokens, i, k, partner))
            body = tokens[i + 1 : end]
            name = tokens[before_brackets(tokens, i - 1, partner)].text
            yield Region("table", name, body, body[0].start, partner=partners(body))
            i = end
        elif word in OPEN and i in partner:
            i = partner[i]
        if i < len(tokens) and tokens[i].text == ";":
            start = i + 1
        i += 1


def flat(tokens: list[Token], start: int, at: int, partner: dict[int, int]) -> bool:
    """Whether `at` is in no bracket that opens at `start` or later."""
    i = start
    while i < at:
        i = partner[i] + 1 if tokens[i].text in OPEN and i in partner else i + 1
    return i == at


def before_brackets(tokens: list[Token], i: int, partner: dict[int, int]) -> int:
    while tokens[i].text == "]":
        i = partner[i] - 1
    return i


def function(text: str, head: list[Token], body: list[Token]) -> Region:
    partner = partners(head)
    first = partner[len(head) - 1] - 1  # the name, or the `)` of MACRO(name)
    if head[first].text == ")":
        first = partner[first] - 1
    name = text[head[first].start : head[partner[len(head) - 1] - 1].end]
    words: list[str] = []
    i = 0
    while i < first:
        if head[i].text == "__attribute__":
            i = partner[i + 1]
        elif head[i].text not in ("static", "inline", "extern") and not head[i].text.isupper():
            words.append(head[i].text)
        i += 1
    region = Region("function", name, body, head[0].start, " ".join(words), partners(body))
    region.statements = list(Statements(region).block(0))
    return region


class Statements:
    """Walks through a function's body."""

    def __init__(self, region: Region) -> None:
        self.tokens = region.tokens
        self.partner = region.partner
        self.at = 0

    def text(self, ahead: int = 0) -> str:
        i = self.at + ahead
        return self.tokens[i].text if i < len(self.tokens) else ""

    def block(self, start: int) -> Iterator[Statement]:
        end = self.partner[start]
        self.at = start + 1
        while self.at < end:
            yield from self.statement(True)
        self.at = end + 1

    def statement(self, in_block: bool) -> Iterator[Statement]:
        self.labels()
        first, word = self.at, self.text()
        if word == "{":
            yield from self.block(first)
        elif word == "}":  # a label at the end of a block
            return
        elif word == "do":
            self.at += 1
            inner = list(self.statement(False))
            condition = self.parentheses(1)
            self.at += 1
            yield Statement("control", first, self.at - 1, in_block, condition)
            yield from inner
        elif word in CONTROL or self.is_loop_macro():
            condition = self.parentheses(1)
            inner = list(self.statement(False))
            if self.text() == "else":
                self.at += 1
                inner += self.statement(False)
            yield Statement("control", first, self.at - 1, in_block, self.of_condition(word, condition))
            yield from inner
        else:
            yield self.simple(first, in_block)

    def labels(self) -> None:
        while True:
            if self.text() in ("case", "default"):
                while self.text() != ":":
                    self.at += 1
                self.at += 1
            elif self.text(1) == ":" and self.tokens[self.at].kind == "name":
                self.at += 2
            else:
                return

    def parentheses(self, ahead: int) -> tuple[int, int]:
        start = self.at + ahead
        self.at = self.partner[start] + 1
        return start + 1, self.partner[start] - 1

    def of_condition(self, word: str, inside: tuple[int, int]) -> tuple[int, int] | None:
        """The part of the parentheses that decides."""
        if word != "for":
            return inside if word in ("if", "while") else None
        marks = [i for i in range(*inside) if self.tokens[i].text == ";"]
        return (marks[0] + 1, marks[1] - 1) if len(marks) == 2 and marks[1] > marks[0] + 1 else None

    def is_loop_macro(self) -> bool:
        """for_each_x (...) ...: nothing else has a statement right after its parentheses."""
        if self.tokens[self.at].kind != "name" or self.text(1) != "(" or self.text() == "return":
            return False
        after = self.tokens[self.partner[self.at + 1] + 1]
        return after.text == "{" or after.kind == "name"

    def simple(self, first: int, in_block: bool) -> Statement:
        while self.text() != ";":
            self.at = self.partner[self.at] + 1 if self.text() in OPEN else self.at + 1
        self.at += 1
        return Statement(self.kind(first), first, self.at - 1, in_block)

    def kind(self, first: int) -> str:
        token, after = self.tokens[first], self.tokens[first + 1]
        if token.text == "return":
            return "return"
        if token.text in ("break", "continue", "goto"):
            return "jump"
        if token.text in TYPE_WORDS or (token.kind == "name" and after.kind == "name"):
            return "expression" if token.text == "__asm__" else "declaration"
        if token.kind == "name" and after.text == "*" and self.tokens[first + 2].kind == "name":
            return "declaration"
        return "expression"
