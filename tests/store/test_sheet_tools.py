"""Files as the common keyword tools write them, byte for byte, are read without help."""

from pathlib import Path

import pytest

from creditdesk.store.sheet_reading import read_column

BOM = "\ufeff"
RED = ["red shoes", "blue shoes, wide"]

# name: (file's name, encoding, text, keywords, header's line, rows of totals)
TOOLS = {
    "Google Ads Keyword Planner": (
        "Keyword Stats 2026-11-21 at 10_00_00.csv",
        "utf-16-le",
        BOM + "Keyword Stats 2026-11-21 at 10_00_00\nOctober 1, 2025 - September 30, 2026\n"
        "Keyword\tCurrency\tAvg. monthly searches\tThree month change\tYoY change\tCompetition\n"
        "red shoes\tUSD\t50000\t0%\t0%\tHigh\nblue shoes, wide\tUSD\t\t\t\tLow\n",
        RED,
        3,
        0,
    ),
    "Google Ads Keyword Planner, quoted, with line ends of Windows": (
        "Keyword Stats.csv",
        "utf-16-le",
        BOM + 'Keyword Stats 2026-11-21 at 10_00_00\r\n"October 1, 2025 - September 30, 2026"\r\n'
        'Keyword\tCurrency\tAvg. monthly searches\r\nred shoes\tUSD\t50000\r\n"blue shoes, wide"\tUSD\t20\r\n',
        RED,
        3,
        0,
    ),
    "Google Ads Keyword Planner, commas, an unquoted date": (
        "Keyword Stats.csv",
        "utf-8",
        "Keyword Stats 2026-11-21\nOctober 1, 2025 - September 30, 2026\nKeyword,Currency,Avg. monthly searches\n"
        'red shoes,USD,"50,000"\n"blue shoes, wide",USD,10\n',
        RED,
        3,
        0,
    ),
    "Google Ads search terms": (
        "Search terms report.csv",
        "utf-8",
        'Search terms report\n"October 1, 2026 - October 31, 2026"\n'
        "Search term,Match type,Added/Excluded,Clicks,Cost\nred shoes,Broad match,None,12,1.20\n"
        '"blue shoes, wide",Exact match,None,"1,000",3.00\nTotal: Search terms, --, --,"1,012",4.20\n'
        'Total: Account, --, --,"2,012",8.20\n',
        RED,
        3,
        2,
    ),
    "Google Ads keywords": (
        "Keyword report.csv",
        "utf-16-le",
        BOM + "Keyword report\nAll time\nKeyword status\tKeyword\tMatch type\tClicks\nEnabled\tred shoes\tBroad\t1\n"
        "Paused\tblue shoes, wide\tExact\t2\n--\tTotal: Keywords\t--\t3\nTotal: Account\t --\t --\t5\n",
        RED,
        3,
        2,
    ),
    "Search Console": (
        "Queries.csv",
        "utf-8",
        'Top queries,Clicks,Impressions,CTR,Position\nred shoes,12,1200,1%,8.4\n"blue shoes, wide",1,20,5%,9.1\n',
        RED,
        1,
        0,
    ),
    "Search Console in German": (
        "Suchanfragen.csv",
        "utf-8",
        'Häufigste Suchanfragen,Klicks,Impressionen\nred shoes,12,1200\n"blue shoes, wide",1,20\n',
        RED,
        1,
        0,
    ),
    "Ahrefs": (
        "google_us_red-shoes_matching-terms_2026-11-21.csv",
        "utf-16-le",
        BOM + '"#"\t"Keyword"\t"Country"\t"Difficulty"\t"Volume"\r\n"1"\t"red shoes"\t"us"\t"12"\t"1000"\r\n'
        '"2"\t"blue shoes, wide"\t"us"\t""\t"20"\r\n',
        RED,
        1,
        0,
    ),
    "Ahrefs, big-endian and bare": (
        "matching-terms.csv",
        "utf-16-be",
        BOM + "#\tKeyword\tCountry\tVolume\n1\tred shoes\tus\t1000\n2\tblue shoes, wide\tus\t20\n",
        RED,
        1,
        0,
    ),
    "Semrush": (
        "shoes_broad-match_us_2026-11-21.csv",
        "utf-8",
        "Keyword,Intent,Volume,Keyword Difficulty,CPC (USD),SERP Features\n"
        'red shoes,Commercial,"1,900",30,0.5,"Sitelinks, Reviews"\n"blue shoes, wide",Informational,20,10,0,\n',
        RED,
        1,
        0,
    ),
    "Semrush with semicolons": (
        "shoes.csv",
        "utf-8",
        "Keyword;Volume;CPC\nred shoes;1.900;0,5\nblue shoes, wide;20;0,1\n",
        RED,
        1,
        0,
    ),
    "Semrush, a gap between domains": (
        "gap.csv",
        "utf-8",
        'Keyword,shop.example,rival.example,Volume\nred shoes,1,20,300\n"blue shoes, wide",3,4,20\n',
        RED,
        1,
        0,
    ),
    "Moz": (
        "keyword-suggestions.csv",
        "utf-8",
        BOM + "Keyword,Minimum Volume,Maximum Volume,Difficulty\r\nred shoes,101,200,20\r\n"
        '"blue shoes, wide",11,50,7\r\n',
        RED,
        1,
        0,
    ),
    "Ubersuggest": (
        "ubersuggest_red.csv",
        "utf-8",
        'No,Keywords,Search Volume,CPC\n1,red shoes,100,0.5\n2,"blue shoes, wide",20,0.1\n',
        RED,
        1,
        0,
    ),
    "Keywords Everywhere": (
        "keywords.csv",
        "utf-8",
        BOM + '"#","Keyword","Volume","CPC"\n"1","red shoes","1,000","$0.50"\n"2","blue shoes, wide","0","$0.00"\n',
        RED,
        1,
        0,
    ),
    "Screaming Frog": (
        "internal_all.csv",
        "utf-8",
        BOM + '"Address","Content Type","Status Code"\n"https://shop.example/","text/html","200"\n'
        '"https://shop.example/red?a=1,2","text/html","404"\n',
        ["https://shop.example/", "https://shop.example/red?a=1,2"],
        1,
        0,
    ),
    "Screaming Frog, older": (
        "internal_all.csv",
        "utf-8",
        '"Internal - All"\n"Address","Content Type"\n"https://shop.example/","text/html"\n',
        ["https://shop.example/"],
        2,
        0,
    ),
    "a spreadsheet program's CSV in Western Europe": (
        "liste.csv",
        "cp1252",
        "Mot clé;Volume\r\ncafé crème;1 000\r\nœufs;2\r\n",
        ["café crème", "œufs"],
        1,
        0,
    ),
    "a spreadsheet's hint about its separator": (
        "list.csv",
        "utf-8",
        BOM + "sep=;\r\nVolume;Keyword\r\n1;red shoes\r\n2;blue shoes, wide\r\n",
        RED,
        2,
        0,
    ),
    "text under the name of a workbook": ("list.xls", "utf-8", "Keyword\tVolume\nred shoes\t1\n", ["red shoes"], 1, 0),
}


@pytest.mark.parametrize(("name", "encoding", "text", "keywords", "header", "footer"), TOOLS.values(), ids=TOOLS)
def test_the_file_of_a_tool_is_read_right(
    tmp_path: Path, name: str, encoding: str, text: str, keywords: list[str], header: int, footer: int
) -> None:
    (tmp_path / name).write_bytes(text.encode(encoding))
    column = read_column(tmp_path / name)
    assert (column.lines, column.header_line, column.footer) == (keywords, header, footer)


# name: (file's name, text, keywords, header's line, rows of totals)
ODD = {
    "delimiters behind the rows": ("a.csv", "Keyword;Volume;\nred;1;\nblue;2;\n", ["red", "blue"], 1, 0),
    "and only behind the rows": ("a.csv", "Keyword,Volume\nred,1,\nblue,2,\n", ["red", "blue"], 1, 0),
    "thousands unquoted": (
        "a.csv",
        "Keyword,Volume\nred,1,234\nblue,12\ngreen,1,000,000\n",
        ["red", "blue", "green"],
        1,
        0,
    ),
    "notes in front": ("a.csv", "# by a tool\n# 2026-01-01\n#,Keyword,Volume\n1,red,20\n", ["red"], 3, 0),
    "a title that is a header's word": ("a.csv", "Keywords\n\nKeyword,Volume\nred,1\nblue,2\n", ["red", "blue"], 3, 0),
    "settings above": ("a.csv", "Domain,a.example\nFrom,2026-01-01\n\nKeyword,Place,Volume\nred,1,20\n", ["red"], 4, 0),
    "an empty row and column": ("a.csv", ",,\n,Keyword,Volume\n,red,1\n,blue,2\n", ["red", "blue"], 2, 0),
    "line ends of an old Mac": ("a.csv", "Keyword,Volume\rred,1\rblue,2\r", ["red", "blue"], 1, 0),
    "one column under titles": ("a.csv", "Stats 2026\nOct 1, 2026\nKeyword\nred\nblue\n", ["red", "blue"], 3, 0),
    "totals": ("a.csv", "Keyword,Volume\nred,1\nblue,2\nTotal,3\n", ["red", "blue"], 1, 1),
    "totals with a number in their title": ("a.csv", "Keyword,Volume\nred,1\nTotal: 2,\n", ["red"], 1, 1),
    "totals below blank lines": ("a.csv", "Keyword,Volume\nred,1\n\n,\nSum,3\n\n", ["red", "", "", ""], 1, 1),
    "totals in another column": ("a.csv", "Keyword,Volume\nred,1\n,Total: 3\n", ["red"], 1, 1),
    "totals without a header": (
        "a.csv",
        "red shoes,100\nblue shoes,20\nTotal,120\n",
        ["red shoes", "blue shoes"],
        0,
        1,
    ),
    "totals of a list": ("a.txt", "red\nblue\n\nTotal: 2\n", ["red", "blue", ""], 0, 1),
    "a bare total in capitals": ("a.txt", "red\nblue\nTOTAL\n", ["red", "blue"], 0, 1),
    "a keyword that is total": ("a.txt", "red\ntotal\n", ["red", "total"], 0, 0),
    "a keyword that begins with total": ("a.csv", "Keyword,Volume\nred,1\ntotal war,20\n", ["red", "total war"], 1, 0),
    "totals in the middle": ("a.csv", "Keyword,Volume\nTotal,1\nred,20\n", ["Total", "red"], 1, 0),
    "a count in a quoted header": ("a.csv", '"Keywords (1,234)",Volume\nred,1\n', ["red"], 1, 0),
    "years as names": ("a.csv", "Keyword,2025,2026\nred,1,2\n", ["red"], 1, 0),
}


@pytest.mark.parametrize(("name", "text", "keywords", "header", "footer"), ODD.values(), ids=ODD)
def test_what_else_such_files_hold_is_read_right(
    tmp_path: Path, name: str, text: str, keywords: list[str], header: int, footer: int
) -> None:
    (tmp_path / name).write_bytes(text.encode())
    column = read_column(tmp_path / name)
    assert (column.lines, column.header_line, column.footer) == (keywords, header, footer)
