"""The mutants of a piece of C, for scripts/mutate: one operator, constant or condition broken each."""
import re

TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
    r"|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||\+=|-=|\*=|/=|%=|&=|\|=|\^="
    r"|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|[A-Za-z_]\w*|\s+|.", re.S)
SWAPS = {
    "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="],
    "+": ["-"], "/": ["*"], "%": ["/"], "<<": [">>"], ">>": ["<<"], "&&": ["||"], "||": ["&&"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "++": ["--"], "--": ["++"],
    "^": ["&"], "|": ["&"], "true": ["false"], "false": ["true"],
}
BINARY_ONLY = {"-": ["+"], "*": ["/"], "&": ["|"]}


def tokens_of(text):
    """(start, token) of everything but space, comments and preprocessor lines."""
    found = []
    for match in TOKEN.finditer(text):
        token = match.group()
        if token.isspace() or token.startswith(("//", "/*")):
            continue
        line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        if line.lstrip().startswith("#") or token == "#":
            continue
        found.append((match.start(), token))
    return found


def is_binary(tokens, i):
    before = tokens[i - 1][1]
    return before in (")", "]") or re.match(r"[A-Za-z_0-9]", before) and before not in (
        "return", "sizeof", "case") or before.startswith(('"', "'"))


def is_type(token):
    return token in ("void", "char", "const", "bool", "size_t", "float", "double", "int") or \
        re.match(r"(Vk[A-Z]\w*|u?int\d+_t)$", token) is not None


def mutants_of(text):
    """(start, end, replacement) of each mutant."""
    tokens = tokens_of(text)
    depth = 0  # of braces: declarations outside of functions are left alone, but for enums and constants
    found = []
    skip_until = -1
    for i, (start, token) in enumerate(tokens):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
        if i < skip_until:
            continue
        if token in ("__attribute__", "_Static_assert", "struct", "sizeof") and token != "sizeof":
            if token != "struct":
                level = 0
                for j in range(i + 1, len(tokens)):
                    level += {"(": 1, ")": -1}.get(tokens[j][1], 0)
                    if level == 0:
                        skip_until = j + 1
                        break
            continue
        if token in SWAPS:
            found += [(start, start + len(token), new) for new in SWAPS[token]]
        elif token in BINARY_ONLY and is_binary(tokens, i):
            before, after = tokens[i - 1][1], tokens[i + 1][1]
            pointer = token == "*" and (is_type(before) or tokens[i - 2][1] in ("struct", "enum")
                                        or after in ("const", ")", "*", ","))
            cast = before == ")" and is_cast(tokens, i - 1)
            if not pointer and not cast:
                found += [(start, start + len(token), new) for new in BINARY_ONLY[token]]
        elif re.match(r"\d", token) and depth >= 0:
            digits = re.match(r"0[xX][0-9a-fA-F]+|\d+", token).group()
            suffix = token[len(digits):]
            value = int(digits, 0)
            if tokens[i - 1][1] == "{" and tokens[i + 1][1] == "}":
                continue  # {0}: all zero
            found.append((start, start + len(token), str(value + 1) + suffix))
        elif token in ("if", "while") and tokens[i + 1][1] == "(":
            level = 0
            for j in range(i + 1, len(tokens)):
                level += {"(": 1, ")": -1}.get(tokens[j][1], 0)
                if level == 0:
                    inside = [token for _, token in tokens[i + 1:j]]
                    compares = sum(token in ("==", "!=") for token in inside)
                    if compares == 1 and not {"&&", "||"} & set(inside):
                        break  # the comparison's own mutant is the same
                    condition = text[tokens[i + 1][0]:tokens[j][0] + 1]
                    found.append((tokens[i + 1][0], tokens[j][0] + 1, "(!%s)" % condition))
                    break
    return found


def is_cast(tokens, close):
    level = 0
    for j in range(close, -1, -1):
        level += {")": 1, "(": -1}.get(tokens[j][1], 0)
        if level == 0:
            inside = [token for _, token in tokens[j + 1:close]]
            return bool(inside) and all(
                is_type(token) or token in ("struct", "enum", "*", "unsigned", "long") or
                token.startswith("ash_") for token in inside) and j > 0 and \
                not re.match(r"[A-Za-z_0-9]", tokens[j - 1][1])
    return False


def name_of(text, mutant):
    """A mutant's name holds as long as its line does: line, which of its places, what it becomes."""
    start, end, new = mutant
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    line = " ".join(text[begin:stop].split())
    same_before = text[:begin].count(text[begin:stop] + "\n")
    if same_before:
        line += " #%d" % (same_before + 1)
    old = " ".join(text[start:end].split())
    new = " ".join(new.split())
    if old and new == "(!%s)" % old:
        return "%s | not" % line
    before = text[begin:start].count(text[start:end]) + 1
    return "%s | %s %d | %s" % (line, old, before, new)
