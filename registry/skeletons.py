"""What names share that people take for one another. Pure text rules, no tables."""

# In this order: marks between letters go first, so that `r-n` is found as well. `1`, `i` and `l` become one letter.
_REWRITES = (("-", ""), ("_", ""), ("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"))


def skeleton(name: str) -> str:
    """What look-alikes of a name share: `support`, `sup-port`, `supp0rt` and `Support` have one skeleton.

    `*` stays, so that a pattern has a skeleton too.
    """
    text = name.lower()
    for written, read in _REWRITES:
        text = text.replace(written, read)
    return text
