# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses in parts, as other directories keep them, and on one line, as we do.

Nothing is guessed: a line is taken apart only where street, town, province and postal code all
stand in it, in this order, with commas between them. Half an address is none.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

#: ISO 3166-1: three letters, then two.
_COUNTRIES: Final = """
    ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU
    AUTAT AZEAZ BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ
    BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI
    CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE
    DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK
    FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR
    GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN
    IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH
    KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV
    MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN
    MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI
    NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL
    PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG
    SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI
    SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT
    TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG
    VIRVI VNMVN VUTVU WLFWF WSMWS XKXXK YEMYE ZAFZA ZMBZM ZWEZW
"""
_TWO_LETTERS: Final = {each[:3]: each[3:] for each in _COUNTRIES.split()}

_DIGIT: Final = re.compile(r"\d", re.ASCII)
_POSTAL_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,9}")
_STATE_AND_CODE: Final = re.compile(r"(\D*[^\W\d])\s+(\d[A-Z0-9 -]{2,9})")
_PARTS: Final = ("address_1", "address_2", "city", "state_province", "postal_code")


class Address(NamedTuple):
    """All parts but ``second`` are there."""

    first: str
    second: str
    city: str
    province: str
    postal_code: str


def two_letters(country: str) -> str:
    """The two letters of a country (ISO 3166-1) given by three, "" where there is no such."""
    return _TWO_LETTERS.get(country, "")


def parse(text: str) -> Address | None:
    """The parts of a whole address on one line; None where not all of them are plain to see."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 3 or not all(parts):
        return None
    if found := _STATE_AND_CODE.fullmatch(parts[-1]):  # "Springfield, IL 62701"
        parts[-1:] = found.groups()
    elif not _POSTAL_CODE.fullmatch(parts[-1]):
        return None
    if not 4 <= len(parts) <= 5 or not _DIGIT.search(parts[-1]) or not _DIGIT.search(parts[0]):
        return None
    if any(_DIGIT.search(part) for part in parts[-3:-1]):
        return None
    return Address(parts[0], parts[1] if len(parts) == 5 else "", *parts[-3:])


def on_one_line(row: Mapping[str, str]) -> str:
    """An address of HSDS on one line, without the country: who reads it lives there."""
    return ", ".join(part for name in _PARTS if (part := " ".join(row.get(name, "").split())))
