"""What an e-mail address, a link and a phone number look like."""

import re

_TLD = (
    r"com|org|net|io|dev|edu|gov|co|me|info|app|ai|tech|xyz|site|online|name|blog|page|uk|de|fr|es|it|pt|nl|be|ch|at|"
    r"pl|cz|se|no|dk|fi|ie|eu|ru|ua|by|kz|gr|tr|il|ae|sa|eg|jp|cn|kr|tw|hk|sg|in|id|my|th|vn|ph|au|nz|ca|us|mx|br|ar|"
    r"cl|pe|za|ng|ke|ro|hu|bg|hr|rs|si|sk|lt|lv|ee|is|lu|li|gg|to|tv|cc|fm|sh|so|tw|cat|studio|design|works|work|pro|"
    r"biz|cloud|space|website|world|life|today|zone|tools|run|technology|academy|agency|digital|art|health|ac|gl|ly|gd|rocks"
)
# An address may hold brackets in pairs ("/Valley_(series)"); one alone belongs to the text around it.
_BODY = r"(?:[^\s|,;<>()\[\]{}]|\([^\s|,;<>()\[\]{}]+\))"
_LAST = r"(?:[^\s|,;<>()\[\]{}.:'\"]|\([^\s|,;<>()\[\]{}]+\))"
EMAIL = re.compile(r"[A-Za-z0-9ÄÖÜäöüß._%+'-]+\s?@\s?(?:[A-Za-z0-9ÄÖÜäöüß-]+\.)+[A-Za-z]{2,24}")
URL = re.compile(
    rf"(?:https?://|www\.){_BODY}+{_LAST}"
    rf"|(?<![@\w./-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+(?:{_TLD})(?:/{_BODY}*{_LAST})?/?(?![\w@.]*@)(?![A-Za-z0-9])"
)
PHONE = re.compile(
    r"(?<![\w/.@#-])(?:\+|00)?\(?\+?\d{1,4}\)?(?:[ \u00a0\u2009\u202f.\-\u2010-\u2015/·]{0,3}\(?\d{1,5}\)?){1,7}"
    r"(?![\w@])(?:\s?(?:x|ext\.?|#)\s?\d{1,6})?"
)


MASKED_PHONE = re.compile(r"\+\d{1,3}[\s(.-]*(?:[\dxX*][\s().-]{0,2}){2,12}[xX*](?![\w@])")
"""A number whose digits the person hid (`+49 176 *** *** **`): still the phone the page shows."""


def phone_digits(text: str) -> str:
    return re.sub(r"\D", "", re.split(r"(?i)\b(?:ext|x)\b|#", text)[0])


def is_phone(text: str) -> bool:
    """Seven to fifteen digits that are no date, year range or postal code."""
    digits = phone_digits(text)
    if not 7 <= len(digits) <= 15:
        return False
    if re.fullmatch(r"\s*(?:19|20)\d{2}\s*[-–—/.]\s*(?:19|20)\d{2}\s*", text):
        return False
    if re.fullmatch(r"\s*\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}\s*", text) or re.fullmatch(
        r"\s*(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}\s*", text
    ):
        return False
    if re.search(r"(?:19|20)\d{2}\s*[–—-]\s*(?:\d{1,2}[./])?(?:19|20)\d{2}", text):
        return False
    if re.fullmatch(r"\s*1\d{3}\s*[\u2010-\u2015]\s*1\d{3}\s*", text) or re.fullmatch(r"\s*\d{4}\.\d{4,5}\s*", text):
        return False  # years of an earlier century, the number of a preprint
    if re.fullmatch(r"\s*\d{4}/\d{2}\s*[-\u2010-\u2015]\s*\d{4}/\d{2}\s*", text):
        return False
    if len(digits) == 8 and re.fullmatch(r"\s*\d{2}[./]\d{4}\s*[–—-]?\s*\d{2}[./]?\d{4}\s*", text):
        return False
    return not (len(digits) < 9 and re.fullmatch(r"\s*\d{5}-\d{3,4}\s*", text))
