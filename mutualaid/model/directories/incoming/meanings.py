# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What words in cells mean, in several languages: need or offer, how urgent, what came of a
repair, and the like."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.text import plain
from mutualaid.model.values import (
    Mode,
    PlaceKind,
    PostKind,
    PostStatus,
    RepairOutcome,
    Repeat,
    Urgency,
)


def _words(said: Mapping[str, str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for meaning, words in said.items():
        for word in (meaning, *words.split(";")):
            found.setdefault(plain(word), str(meaning))
    return found


KINDS: Final = _words(
    {
        PostKind.NEED: "need; needs; request; want; wanted; wants; ask; asks; asking; demand;"
        " seeking; necesidad; necesita; pide; busca; solicitud; besoin; demande; cherche; gesuch;"
        " bedarf; sucht; suche; brauche; حاجة; طلب; أحتاج; مطلوب; help wanted; in search of; iso",
        PostKind.OFFER: "offer; offers; offering; give; gives; have; supply; oferta; ofrece; doy;"
        " offre; propose; donne; angebot; biete; bietet; عرض; أعرض; متوفر",
    }
)
URGENCIES: Final = _words(
    {
        Urgency.TODAY: "now; urgent; yes; immediately; critical; high; asap; very urgent;"
        " emergency;"
        " hoy; ahora; urgente; alta; sí; aujourd hui; haute; oui; immédiat; heute; sofort;"
        " dringend; hoch; ja; اليوم; عاجل; الآن; عاجل جدا; sehr dringend; 1",
        Urgency.DAYS: "in days; within days; soon; medium; a few days; days; pronto; media; días;"
        " bientôt; moyenne; jours; bald; mittel; tage; قريبا; أيام; 2",
        Urgency.WEEK: "this week; within a week; weeks; esta semana; semana; cette semaine;"
        " semaine; diese woche; woche; هذا الأسبوع; أسبوع; 3",
        Urgency.ANYTIME: "any time; low; no; not urgent; whenever; normal; sin prisa; baja; no"
        " urgente; cuando sea; quand possible; basse; non; pas urgent; jederzeit; niedrig; nein;"
        " nicht dringend; في أي وقت; غير عاجل; 4",
    }
)
MODES: Final = _words(
    {
        Mode.GIFT: "free; give away; receive donate; regalo; gratis; donación; don; gratuit;"
        " geschenk; kostenlos; umsonst; هدية; مجانا; hadiya",
        Mode.LEND: "loan; borrow; borrow lend; lending; préstamo; prestar; prêt; prêter; leihen;"
        " verleih; إعارة; استعارة",
        Mode.POOL: "share; shared; together; compartir; commun; partage; gemeinsam; teilen; مشترك",
        Mode.SWAP: "exchange; barter; trade; trueque; intercambio; échange; troc; tausch; tauschen;"
        " مقايضة; تبادل",
        Mode.HOURS: "time; time bank; horas; tiempo; heures; temps; stunden; zeit; ساعات; وقت",
        Mode.COST: "at cost; buy sell; rent lease; sell; al costo; coste; prix coûtant; vente;"
        " selbstkosten; kosten; verkauf; بالتكلفة; بيع",
    }
)
REPEATS: Final = _words(
    {
        Repeat.WEEKLY: "every week; each week; week; semanal; cada semana; hebdomadaire; chaque"
        " semaine; wöchentlich; jede woche; أسبوعيا; كل أسبوع",
        Repeat.MONTHLY: "every month; each month; month; mensual; cada mes; mensuel; chaque mois;"
        " monatlich; jeden monat; شهريا; كل شهر",
    }
)
PLACE_KINDS: Final = _words(
    {
        PlaceKind.ORGANIZATION: "organisation; association; charity; ngo; service; club;"
        " organización; asociación; ong; entidad; verein; einrichtung; مؤسسة; جمعية; منظمة; church",
        PlaceKind.HUB: "community hub; community centre; community center; centre; center; library;"
        " centro; centro comunitario; centre social; zentrum; stadtteilzentrum; bibliothek; مركز;"
        " مكتبة",
        PlaceKind.KITCHEN: "food bank; food; soup kitchen; community kitchen; pantry; meals;"
        " cocina;"
        " comedor; banco de alimentos; cuisine; banque alimentaire; küche; tafel; essen; مطبخ",
        PlaceKind.CLINIC: "health; doctor; medical; hospital; pharmacy; clínica; salud; médico;"
        " clinique; santé; klinik; arzt; praxis; gesundheit; عيادة; صحة; مستشفى",
        PlaceKind.WORKSHOP: "makerspace; tool library; taller; atelier; werkstatt; ورشة; garage",
        PlaceKind.REPAIR: "repair cafe; repair session; repair café; repair group; reparación;"
        " café reparación; réparation; reparatur; reparaturcafé; إصلاح",
    }
)
OUTCOMES: Final = _words(
    {
        RepairOutcome.FIXED: "repaired; mended; working; yes; success; 1; reparado; arreglado; sí;"
        " réparé; oui; repariert; ja; erfolgreich; تم الإصلاح; نعم",
        RepairOutcome.REPAIRABLE: "can be repaired; advised; part needed; 2; reparable; aconsejado;"
        " réparable; reparierbar; قابل للإصلاح",
        RepairOutcome.END_OF_LIFE: "end of life; not fixed; not repairable; dead; broken; no;"
        " failed;"
        " 3; no reparable; irreparable; fin de vida; non réparé; non; irréparable; nicht repariert;"
        " nein; kaputt; لم يتم الإصلاح; لا",
        RepairOutcome.UNKNOWN: "not known; ?; 0; desconocido; inconnu; unbekannt; غير معروف",
    }
)
STANDING: Final = frozenset(
    plain(word)
    for word in (
        "standing, always, ongoing, open ended, no end, never, permanent, permanente, siempre,"
        "toujours, dauernd, dauerhaft, immer, دائم, دائما"
    ).split(",")
)
#: Statuses of posts that are over, by any word for them.
OVER: Final = frozenset(
    plain(word)
    for word in (
        *(str(each) for each in PostStatus if each.is_past),
        *"closed; fulfilled; completed; complete; cancelled; canceled; filled; resolved; inactive;"
        " deleted; cerrado; cumplido; resuelto; fermé; terminé; résolu; geschlossen; erledigt;"
        " abgeschlossen; مغلق; منتهي; تم".split(";"),
    )
)
_CATEGORY_WORDS: Final = {
    "arts": "arte; música; musique; kunst; musik; فنون",
    "garden": "jardín; huerto; jardin; garten; حديقة",
    "transport": "transporte; transporte; fahrten; fahrdienst; نقل; مواصلات; rides; lifts",
    "food": "comida; alimentos; nourriture; repas; essen; lebensmittel; طعام; meals",
    "animals": "animales; mascotas; animaux; tiere; حيوانات; pets",
    "care": "cuidados; acompañamiento; soins; aide à la personne; pflege; betreuung; رعاية",
    "children": "niños; infancia; enfants; garde d enfants; kinder; kinderbetreuung; أطفال",
    "community": "comunidad; communauté; gemeinschaft; مجتمع",
    "repair": "reparación; réparation; reparatur; إصلاح",
    "tech": "tecnología; informática; informatique; technik; computer; تقنية; it",
    "housing": "vivienda; logement; wohnen; wohnung; سكن; shelter",
    "health": "salud; santé; gesundheit; صحة",
    "tools": "herramientas; outils; werkzeug; أدوات",
    "translation": "traducción; traduction; übersetzung; ترجمة",
    "forms": "trámites; papeleo; démarches; administratif; formulare; behörden; معاملات",
    "learning": "aprendizaje; clases; apprentissage; cours; lernen; unterricht; تعليم; education",
    "organizing": "organización; organisation; organisieren; تنظيم",
    "other": "otros; otro; autre; autres; sonstiges; andere; أخرى; misc",
}


@lru_cache(maxsize=1)
def _categories() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in CATEGORIES:
        for word in (each.id, each.name, *_CATEGORY_WORDS.get(each.id, "").split(";")):
            found.setdefault(plain(word), each.id)
    for each in CATEGORIES:
        for word in each.words:
            found.setdefault(plain(word), each.id)
    return found


def category(text: str) -> str:
    """The id of the category of posts that a word or a name means, "" for none."""
    return _categories().get(plain(text), "")
