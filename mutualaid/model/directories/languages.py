# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Languages as people write them ("Spanish", "español"), and their tags (BCP 47: "es")."""

import re
from typing import Final

from mutualaid.model.text import plain

#: Tag, the name that is shown for it, and what else it is called.
_KNOWN: Final = (
    ("af", "Afrikaans"),
    ("am", "Amharic", "አማርኛ"),
    ("ar", "Arabic", "العربية", "عربي"),
    ("az", "Azerbaijani", "azərbaycanca"),
    ("be", "Belarusian", "беларуская"),
    ("ber", "Tamazight", "Berber"),
    ("bg", "Bulgarian", "български"),
    ("bn", "Bengali", "বাংলা", "Bangla"),
    ("bs", "Bosnian", "bosanski"),
    ("ca", "Catalan", "català"),
    ("ckb", "Sorani", "کوردی"),
    ("cs", "Czech", "čeština", "česky"),
    ("cy", "Welsh", "Cymraeg"),
    ("da", "Danish", "dansk"),
    ("de", "German", "Deutsch"),
    ("el", "Greek", "ελληνικά"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Spanish", "español", "castellano"),
    ("et", "Estonian", "eesti"),
    ("eu", "Basque", "euskara"),
    ("fa", "Persian", "فارسی", "Farsi"),
    ("fi", "Finnish", "suomi"),
    ("fr", "French", "français"),
    ("ga", "Irish", "Gaeilge"),
    ("gl", "Galician", "galego"),
    ("gu", "Gujarati", "ગુજરાતી"),
    ("ha", "Hausa"),
    ("he", "Hebrew", "עברית"),
    ("hi", "Hindi", "हिन्दी"),
    ("hr", "Croatian", "hrvatski"),
    ("ht", "Haitian Creole", "kreyòl ayisyen", "kreyòl"),
    ("hu", "Hungarian", "magyar"),
    ("hy", "Armenian", "հայերեն"),
    ("id", "Indonesian", "Bahasa Indonesia"),
    ("ig", "Igbo"),
    ("is", "Icelandic", "íslenska"),
    ("it", "Italian", "italiano"),
    ("ja", "Japanese", "日本語"),
    ("ka", "Georgian", "ქართული"),
    ("km", "Khmer", "ខ្មែរ"),
    ("ko", "Korean", "한국어"),
    ("ku", "Kurdish", "Kurmanji", "kurdî"),
    ("lo", "Lao", "ລາວ"),
    ("lt", "Lithuanian", "lietuvių"),
    ("lv", "Latvian", "latviešu"),
    ("mk", "Macedonian", "македонски"),
    ("ml", "Malayalam", "മലയാളം"),
    ("mr", "Marathi", "मराठी"),
    ("ms", "Malay", "Bahasa Melayu"),
    ("mt", "Maltese", "Malti"),
    ("my", "Burmese", "မြန်မာ"),
    ("ne", "Nepali", "नेपाली"),
    ("nl", "Dutch", "Nederlands"),
    ("no", "Norwegian", "norsk"),
    ("om", "Oromo", "Afaan Oromoo"),
    ("pa", "Punjabi", "ਪੰਜਾਬੀ"),
    ("pl", "Polish", "polski"),
    ("ps", "Pashto", "پښتو"),
    ("pt", "Portuguese", "português"),
    ("qu", "Quechua", "Runasimi"),
    ("ro", "Romanian", "română"),
    ("rom", "Romani"),
    ("ru", "Russian", "русский"),
    ("rw", "Kinyarwanda"),
    ("si", "Sinhala", "සිංහල"),
    ("sk", "Slovak", "slovenčina"),
    ("sl", "Slovene", "slovenščina", "Slovenian"),
    ("so", "Somali", "Soomaali"),
    ("sq", "Albanian", "shqip"),
    ("sr", "Serbian", "српски", "srpski"),
    ("sv", "Swedish", "svenska"),
    ("sw", "Swahili", "Kiswahili"),
    ("ta", "Tamil", "தமிழ்"),
    ("te", "Telugu", "తెలుగు"),
    ("th", "Thai", "ไทย"),
    ("ti", "Tigrinya", "ትግርኛ"),
    ("tl", "Tagalog", "Filipino"),
    ("tr", "Turkish", "Türkçe"),
    ("uk", "Ukrainian", "українська"),
    ("ur", "Urdu", "اردو"),
    ("uz", "Uzbek", "oʻzbekcha"),
    ("vi", "Vietnamese", "Tiếng Việt"),
    ("wo", "Wolof"),
    ("yi", "Yiddish", "ייִדיש"),
    ("yo", "Yoruba", "Yorùbá"),
    ("yue", "Cantonese", "廣東話", "广东话"),
    ("zh", "Chinese", "中文", "Mandarin", "普通话", "國語"),
    ("zu", "Zulu", "isiZulu"),
)
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_TAGS: Final = {plain(name): each[0] for each in _KNOWN for name in each[1:]}
_NAMES: Final = {each[0]: each[1] for each in _KNOWN}


def tag_of(language: str) -> str:
    """The tag of a language that a person named, "" where none is known."""
    tag = _TAGS.get(plain(language), "")
    if not tag and _TAG.fullmatch(language) and language.partition("-")[0].lower() in _NAMES:
        return language
    return tag


def name_of(tag: str) -> str:
    """The name of the language that a tag stands for; a tag that is not known stays as it is."""
    first, hyphen, _ = tag.partition("-")
    name = _NAMES.get(first.lower())
    return tag if name is None else f"{name} ({tag})" if hyphen else name
