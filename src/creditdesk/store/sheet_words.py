"""The words that tell a header and a row of totals in the files of the common keyword tools.

Seen in the exports of Google Ads (keyword planner, search terms), Search Console, Ahrefs, Semrush, Moz, Ubersuggest,
Keywords Everywhere and Screaming Frog, 2026-11, and in those of the first two in other languages.
"""

import re
import unicodedata

KEYWORDS = (
    *("keyword", "keywords", "key phrase", "key phrases", "key word", "key words", "keyphrase", "keyword phrase"),
    *("keyword text", "target keyword", "target keywords", "focus keyword", "main keyword", "primary keyword"),
    *("tracked keyword", "tracked keywords", "keyword idea", "keyword ideas", "seed keyword"),
    *("query", "queries", "top queries", "top query", "search query", "search queries"),
    *("search term", "search terms", "search keyword", "search keywords", "search phrase", "phrase", "phrases", "term"),
    *("suchbegriff", "suchbegriffe", "suchanfrage", "suchanfragen", "häufigste suchanfragen", "top suchanfragen"),
    *("schlüsselwort", "schlüsselwörter", "mot clé", "mots clés", "requête", "requêtes", "principales requêtes"),
    *("requêtes les plus fréquentes", "terme de recherche", "termes de recherche", "palabra clave", "palabras clave"),
    *("consulta", "consultas", "consultas principales", "principales consultas", "término de búsqueda"),
    *("términos de búsqueda", "parola chiave", "parole chiave", "query più frequenti", "query principali"),
    *("termine di ricerca", "palavra chave", "palavras chave", "principais consultas", "termo de pesquisa"),
    *("zoekwoord", "zoekwoorden", "zoekterm", "zoektermen", "zoekopdracht", "populairste zoekopdrachten"),
    *("sökord", "sökterm", "søgeord", "søkeord", "hakusana", "słowo kluczowe", "słowa kluczowe", "zapytanie"),
    *("najczęstsze zapytania", "klíčové slovo", "kulcsszó", "cuvânt cheie", "anahtar kelime", "anahtar kelimeler"),
    *("ключевое слово", "ключевые слова", "ключевая фраза", "запрос", "запросы", "поисковый запрос"),
    *("популярные запросы", "ключове слово", "キーワード", "検索キーワード", "検索語句", "上位のクエリ"),
    *("关键词", "关键字", "關鍵字", "关键字词", "키워드", "검색어"),
)
"""Names of columns that hold keywords, the likeliest first, as `plain` gives them."""
TARGETS = (
    *("domain", "domains", "target", "targets", "url", "urls", "top pages", "page", "pages", "address"),
    *("landing page", "ip", "ips", "ip address", "ip addresses"),
)
"""Names of columns that hold what else is imported, the likeliest first."""
KNOWN = (*KEYWORDS, *TARGETS)
UNMISTAKABLE = ("keyword", "keywords", "top queries", "search term", "search terms")
"""Those that are a header also above a plain list; any other word there may be an item of it."""

_COUNT = re.compile(r"\s*[(\[][\d.,\s]*[)\]]$")
_TOTALS = (
    "total|totals|grand total|grand totals|sub ?total|overall total|overall|sum|sums|summe|gesamt|gesamtsumme|"
    "gesamtergebnis|insgesamt|somme|total général|totale|totale complessivo|suma|razem|totaal|totaal generaal|totalt|"
    "summa|celkem|összesen|toplam|genel toplam|итого|всего|общий итог|усього|合計|総計|总计|總計|合计|합계|총계"
)
_NOUNS = "keywords?|key phrases|queries|search terms|rows|results|records|items|lines|urls|domains|pages"
_AMOUNT = r"[-+]?[\d.,\s'\u2019]*\d[\d.,]*"
_TITLE = re.compile(rf"(?:{_TOTALS})(?:\s+(?:{_NOUNS}))?(?:\s*[:=].*|\s+[-–].*|\s*\(.*\)|\s+{_AMOUNT}|)", re.I | re.S)
_LINE = re.compile(rf"(?:{_TOTALS})(?:\s+(?:{_NOUNS}))?\s*[:=]\s*{_AMOUNT}", re.I)
_BARE = re.compile(rf"(?:{_TOTALS})(?:\s+{_AMOUNT})?", re.I)
_NOTHING = frozenset({"", "-", "--", "—", "–", "n/a", "na", "n.a."})
_NUMBER = re.compile(r"[-+<>~]?\s*[$€£¥]?[\d.,\s'\u2019]*\d[\d.,]*\s*[%$€£¥]?")


def plain(cell: str) -> str:
    """A header's cell as the words above are written: without case, marks between words, and a count behind it."""
    words = unicodedata.normalize("NFC", cell.replace("\ufeff", "")).replace("_", " ").replace("-", " ")
    return " ".join(_COUNT.sub("", words.strip()).rstrip(":*").split()).casefold()


def is_number(cell: str) -> bool:
    """Whether a cell is a number as tools write them: 1,234.5, 12 %, $0.40, <10."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_nothing(cell: str) -> bool:
    """Whether a cell stands for no value."""
    return cell.strip().casefold() in _NOTHING


def is_total(cell: str) -> bool:
    """Whether a cell of a table is the title of totals: "Total", "Total: search terms", "Grand total", "Summe"."""
    return _TITLE.fullmatch(cell.strip()) is not None


def is_total_line(line: str) -> bool:
    """Whether a line of a plain list is surely one of totals: "Total: 123"."""
    return _LINE.fullmatch(line.strip()) is not None


def is_bare_total(line: str) -> bool:
    """Whether a line of a plain list is "Total" or "Total 123", which may be an item just as well."""
    return _BARE.fullmatch(line.strip()) is not None
