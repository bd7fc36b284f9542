"""What a line of a list is called, for one and for many: definitions name one ("keyword", "IP address", "query")."""


def many(noun: str) -> str:
    """The plural of a noun; one that is a plural already stays as it is."""
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def one(noun: str) -> str:
    """The singular of a noun; one that is a singular already stays as it is."""
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def counted(count: int, noun: str) -> str:
    """A counted thing: "1 query", "1,240 queries"."""
    return f"{count:,} {one(noun) if count == 1 else many(noun)}"
