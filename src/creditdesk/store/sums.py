"""The sum of a row, and the number of a pool's series.

The sum is a CRC-32: it notices every change of one bit, and every run of changed bits up to 32.
"""

import zlib
from functools import lru_cache
from typing import Any


def row_sum(*values: Any) -> int:
    """The sum of a row's values (integers, texts, None), of 32 bits with a sign: the database keeps those in 4 bytes.

    The text it is made over is all ASCII, so that no version of Unicode changes it.
    """
    return (zlib.crc32(ascii(values).encode()) ^ 0x80000000) - 0x80000000


@lru_cache(maxsize=4096)
def series_of(account: str, pool: str) -> int:
    """The number of a pool's series, of 47 bits: a hash of both ids (FNV-1a), so that it can't be lost.

    Of 10,000 pools two have the same number with a chance of 1 to 3,000,000.
    """
    number = 0xCBF29CE484222325
    for byte in f"{account}\0{pool}".encode("utf-8", "surrogateescape"):
        number = (number ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return (number ^ number >> 47) & 0x7FFFFFFFFFFF
