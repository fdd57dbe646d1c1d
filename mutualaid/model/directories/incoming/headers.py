# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that stand above the columns of lists, in several languages, and what they mean.

A *target* is where a column goes: a field of the kind of record, or a word of ours where a column
makes several (``skills``, ``fixes``) or is no field (``id``, a kind of contact).
"""

from collections.abc import Mapping
from typing import Final

from mutualaid.model.directories.incoming.item import Sort
from mutualaid.model.text import plain

#: Targets that every sort has.
_SOURCE: Final[Mapping[str, str]] = {
    "id": "id; code; number; no; nr; ref; reference; key; uid; uuid; identifier; identificador;"
    " codigo; numero; clave; identifiant; numéro; référence; kennung; nummer; lfd nr; schlüssel;"
    " رقم; المعرف; الرقم; kod; record id; entry id",
    "origin": "origin; source; list; origen; fuente; source de données; origine; herkunft; quelle;"
    " المصدر",
    "origin_id": "id there; origin id; id in the list",
    "licence": "licence; license; licencia; lizenz; الرخصة; الترخيص",
    "updated": "updated; last updated; changed; modified; last modified; actualizado; modificado;"
    " mis à jour; modifié; aktualisiert; geändert; stand; آخر تحديث; updated at",
}
_CONTACTS: Final[Mapping[str, str]] = {
    "phone": "phone; telephone; tel; mobile; cell; cell phone; phone number; mobile number;"
    " telephone number; whatsapp; contact number; teléfono; telefono; móvil; celular; número de"
    " teléfono; téléphone; portable; numéro de téléphone; telefon; handy; telefonnummer;"
    " handynummer; mobil; rufnummer; الهاتف; هاتف; رقم الهاتف; جوال; الجوال; موبايل; telefone",
    "email": "email; e mail; mail; email address; e mail address; correo; correo electrónico;"
    " courriel; adresse email; adresse e mail; e mail adresse; البريد الإلكتروني; بريد إلكتروني;"
    " البريد; ايميل; إيميل",
    "signal": "signal; signal name; signal username",
    "other": "other contact; contact; contact details; how to reach; contacto; otro contacto;"
    " coordonnées; kontakt; kontaktdaten; anderer kontakt; autre contact; التواصل; جهة الاتصال;"
    " facebook; telegram; instagram",
}
_AREA: Final = (
    "area; neighbourhood; neighborhood; district; quarter; zone; ward; barrio; zona; distrito;"
    " colonia; quartier; secteur; arrondissement; viertel; stadtteil; kiez; bezirk; ortsteil;"
    " الحي; المنطقة; حي; منطقة; where; location; lugar; lieu; ort; المكان"
)
_STREET: Final = (
    "address; street; street address; postal address; dirección; calle; domicilio; adresse; rue;"
    " anschrift; straße; strasse; العنوان; عنوان; الشارع; home address; address 1"
)

TARGETS: Final[Mapping[Sort, Mapping[str, str]]] = {
    Sort.PERSON: {
        "name": "name; full name; person; neighbour; neighbor; member; volunteer; nombre; nombre"
        " completo; nombre y apellidos; vecino; voluntario; nom; nom complet; nom et prénom;"
        " bénévole; voisin; vollständiger name; nachbar; mitglied; freiwillige; الاسم; اسم;"
        " الاسم الكامل; المتطوع; nome; display name; contact name",
        "given": "first name; given name; forename; prénom; vorname; primer nombre; nombre de"
        " pila; الاسم الأول",
        "family": "last name; family name; surname; apellido; apellidos; nom de famille; nachname;"
        " familienname; اسم العائلة; الكنية; اللقب",
        "area": _AREA,
        "languages": "languages; language; speaks; languages spoken; idioma; idiomas; lenguas;"
        " langue; langues; langues parlées; sprache; sprachen; اللغة; اللغات; لغات",
        "availability": "availability; available; when available; hours; free; disponibilidad;"
        " disponible; horario; disponibilité; disponibilités; verfügbarkeit; verfügbar; zeiten;"
        " التوفر; الأوقات المتاحة; متاح; when",
        "skills": "can do; skills; skill; can help with; what can you do; help; offers; abilities;"
        " talents; habilidades; sabe hacer; puede ayudar con; compétences; sait faire; peut aider;"
        " fähigkeiten; kann; kenntnisse; hilft bei; المهارات; مهارات; يستطيع; يمكنه",
        "skills:teach": "can teach; teaches; puede enseñar; enseña; peut enseigner; enseigne; kann"
        " lehren; unterrichtet; kann beibringen; يعلم; يمكنه تعليم",
        "skills:learn": "wants to learn; would like to learn; learning; quiere aprender; veut"
        " apprendre; souhaite apprendre; möchte lernen; will lernen; يريد أن يتعلم",
        "fixes": "repairs; fixes; can fix; can repair; repara; arregla; puede arreglar; répare;"
        " réparations; repariert; kann reparieren; يصلح; إصلاح; التصليح",
        **_CONTACTS,
        "address": _STREET,
        **_SOURCE,
    },
    Sort.POST: {
        "kind": "need or offer; kind; type; need offer; offer or request; request type; exchange"
        " type; tipo; oferta o necesidad; pide u ofrece; genre; offre ou demande; art; gesuch oder"
        " angebot; angebot gesuch; النوع; عرض أو طلب; طلب أو عرض",
        "title": "title; what; subject; headline; summary; request; need; offer; título; titulo;"
        " qué; asunto; necesidad; oferta; titre; quoi; objet; besoin; offre; demande; titel; was;"
        " betreff; bedarf; angebot; gesuch; العنوان; ماذا; الموضوع; الطلب; الحاجة; العرض",
        "text": "text; description; details; message; notes; note; texto; descripción; detalles;"
        " mensaje; notas; texte; détails; remarques; beschreibung; einzelheiten; nachricht;"
        " anmerkung; anmerkungen; bemerkung; الوصف; النص; التفاصيل; ملاحظات",
        "category": "category; categories; theme; topic; categoría; categoria; tema; catégorie;"
        " thème; kategorie; rubrik; thema; الفئة; التصنيف; الباب",
        "urgency": "urgency; urgent; priority; how soon; urgencia; urgente; prioridad; urgence;"
        " priorité; dringlichkeit; dringend; priorität; الاستعجال; الأولوية; عاجل",
        "area": _AREA,
        "when": "when; time; date and time; cuándo; cuando; fecha y hora; quand; horaire; wann;"
        " zeit; termin; متى; الوقت; الموعد",
        "starts": "from; start; starts; begin; begins; date; start date; desde; inicio; comienza;"
        " fecha; début; commence; von; beginn; ab; datum; من; البداية; التاريخ; تاريخ",
        "ends": "until; end; to; end time; hasta; fin; termina; jusqu à; bis; ende; إلى; حتى;"
        " النهاية",
        "repeat": "repeats; repeat; recurring; se repite; repetición; répétition; récurrence;"
        " wiederholt sich; wiederholung; يتكرر; التكرار",
        "expires": "ends; expires; expiry; valid until; stays until; deadline; caduca; vence;"
        " válido hasta; expire; valable jusqu au; läuft ab; gültig bis; ينتهي; صالح حتى",
        "mode": "mode; exchange; how; transaction type; modo; intercambio; modalidad; échange;"
        " mode d échange; tausch; form; الطريقة; نوع التبادل",
        "parts": "parts; quantity; how many; number needed; partes; cantidad; cuántos; quantité;"
        " combien; nombre; teile; menge; anzahl; wie viele; الأجزاء; الكمية; العدد",
        "language": "language; lang; idioma; langue; sprache; اللغة",
        "status": "status; state; open; estado; statut; état; zustand; الحالة",
        "by": "posted by; by; name; who; owner; author; contact name; publicado por; quién; nombre;"
        " publié par; qui; nom; von wem; eingestellt von; wer; من قبل; الاسم; صاحب الإعلان",
        "for": "for; on behalf of; for whom; beneficiary; para; en nombre de; para quién; pour; au"
        " nom de; pour qui; für; für wen; im namen von; لأجل; نيابة عن; المستفيد",
        **_CONTACTS,
        "address": _STREET,
        **_SOURCE,
    },
    Sort.PLACE: {
        "name": "name; place; organisation; organization; venue; service; agency; nombre; lugar;"
        " organización; entidad; servicio; nom; lieu; organisme; association; structure; ort;"
        " organisation; einrichtung; verein; الاسم; المكان; المؤسسة; الجهة; المنظمة; site name;"
        " location name",
        "kind": "kind; type; kind of place; sort; tipo; tipo de lugar; genre; type de lieu; art;"
        " art des ortes; النوع; نوع المكان",
        "city": "city; town; ciudad; localidad; ville; commune; stadt; ort; المدينة",
        "area": _AREA,
        "address": _STREET,
        "postcode": "postcode; postal code; zip; zip code; código postal; code postal; plz;"
        " postleitzahl; الرمز البريدي",
        "hours": "opening hours; hours; open; times; schedule; horario; horarios; horas de"
        " apertura; horaires; heures d ouverture; öffnungszeiten; geöffnet; zeiten; أوقات الدوام;"
        " ساعات العمل; أوقات العمل",
        "about": "about; description; notes; what they do; services; descripción; notas;"
        " servicios; à propos; remarques; prestations; beschreibung; angebote; anmerkungen; الوصف;"
        " الخدمات; ملاحظات; عن المكان",
        "fixes": "repairs; fixes; what is repaired; repara; répare; repariert; يصلح; الإصلاحات",
        "confirmed": "confirmed; checked; last checked; verified; last verified; confirmado;"
        " verificado; vérifié; bestätigt; geprüft; تم التحقق; مؤكد",
        "lat": "latitude; lat; latitud; breite; breitengrad; خط العرض",
        "lon": "longitude; lon; lng; long; longitud; länge; längengrad; خط الطول",
        "website": "website; web; url; homepage; link; sitio web; página web; site; site web;"
        " webseite; internetseite; الموقع; الموقع الإلكتروني",
        "post address": "post address",
        **_CONTACTS,
        **_SOURCE,
    },
    Sort.REPAIR: {
        "date": "date; event date; day; fecha; jour; datum; tag; التاريخ; تاريخ",
        "category": "category; product category; device; categoría; aparato; catégorie; appareil;"
        " kategorie; gerät; الفئة; الجهاز; type of item",
        "item": "item; product; object; partner product category; what; artículo; objeto; article;"
        " objet; gegenstand; الغرض; القطعة",
        "brand": "brand; make; manufacturer; marca; fabricante; marque; fabricant; marke;"
        " hersteller; الماركة; العلامة التجارية",
        "problem": "problem; fault; what was wrong; problema; avería; problème; panne; fehler;"
        " defekt; المشكلة; العطل",
        "outcome": "outcome; result; repair status; status; fixed; resultado; reparado; résultat;"
        " réparé; ergebnis; repariert; النتيجة; تم الإصلاح",
        "barrier": "barrier; why not; repair barrier if end of life; reason; barrera; motivo;"
        " obstacle; raison; hindernis; grund; السبب; العائق",
        "year": "year; year of manufacture; made in; año; année; baujahr; jahr; سنة الصنع",
        "age": "age; product age; years old; edad; antigüedad; âge; alter; العمر",
        "country": "country; país; pais; pays; land; البلد",
        "place": "place; repair group; group identifier; where; session; workshop; repair cafe;"
        " venue; event; lugar; taller; lieu; atelier; ort; werkstatt; المكان; الورشة",
        "provider": "data provider",
        **_SOURCE,
    },
}

#: Words that, above a column that is nothing else, say that it holds ways to reach somebody.
REACHES: Final[frozenset[str]] = frozenset(
    plain(word)
    for word in (
        "tel phone phones telephone landline mobile cell cellphone fax whatsapp signal telegram"
        " email mail contact kin emergency telefono teléfono fijo movil móvil celular correo"
        " contacto emergencia téléphone fixe portable courriel coordonnées urgence telefon"
        " festnetz handy mobil rufnummer kontakt notfall notfallkontakt angehörige هاتف الهاتف"
        " جوال الجوال موبايل البريد بريد ايميل طوارئ الطوارئ نقال الأرضي"
    ).split()
)
#: Such that may say something else too: what stands in the column tells.
MAY_REACH: Final[frozenset[str]] = frozenset(
    plain(word)
    for word in (
        "home work office private privat dienstlich geschäftlich arbeit zuhause daheim casa trabajo"
        " oficina privado maison domicile travail bureau privé urgent parents mother father son"
        " daughter parent بيت البيت منزل المنزل عمل العمل خاص"
    ).split()
)

#: What each target is called where a person chooses among them.
LABELS: Final[Mapping[str, str]] = {
    "id": "id in this list",
    "origin": "name of the list it comes from",
    "origin_id": "id in the list it comes from",
    "licence": "licence",
    "updated": "when it was last changed",
    "phone": "phone",
    "email": "email",
    "signal": "Signal",
    "other": "another contact",
    "address": "address",
    "post address": "postal address",
    "name": "name",
    "given": "first name",
    "family": "last name",
    "area": "area",
    "languages": "languages",
    "availability": "when they are available",
    "skills": "what they can do",
    "skills:teach": "what they can teach",
    "skills:learn": "what they want to learn",
    "fixes": "what is repaired",
    "kind": "need or offer, or kind of place",
    "title": "title",
    "text": "text",
    "category": "category",
    "urgency": "urgency",
    "when": "when, in words",
    "starts": "from (date and time)",
    "ends": "until (date and time)",
    "repeat": "weekly or monthly",
    "expires": "how long it stays",
    "mode": "gift, lend, swap, …",
    "parts": "how many",
    "language": "language",
    "status": "status",
    "by": "who posted it",
    "for": "for whom",
    "city": "town",
    "postcode": "postcode",
    "hours": "opening hours",
    "about": "description",
    "confirmed": "when it was checked",
    "lat": "latitude",
    "lon": "longitude",
    "website": "website",
    "date": "date",
    "item": "item",
    "brand": "brand",
    "problem": "problem",
    "outcome": "what came of it",
    "barrier": "why it was not repaired",
    "year": "year of manufacture",
    "age": "age in years",
    "country": "country (three letters)",
    "place": "where it was repaired",
    "provider": "who published it",
}


def _index(sort: Sort) -> Mapping[str, tuple[str, ...]]:
    """Plain header → targets, the likeliest first."""
    found: dict[str, tuple[str, ...]] = {}
    for target, words in TARGETS[sort].items():
        for word in dict.fromkeys(plain(word) for word in (target, *words.split(";"))):
            found[word] = (*found.get(word, ()), target)
    return found


INDEX: Final[Mapping[Sort, Mapping[str, tuple[str, ...]]]] = {sort: _index(sort) for sort in Sort}


#: Words in the name of a file or a sheet that say what it is about.
ABOUT: Final[Mapping[Sort, frozenset[str]]] = {
    sort: frozenset(plain(words).split())
    for sort, words in {
        Sort.PERSON: "people persons neighbours neighbors members volunteers contacts personas"
        " vecinos voluntarios contactos personnes voisins benevoles personen nachbarn mitglieder"
        " freiwillige kontakte helfer الناس المتطوعون الجيران directory phonebook",
        Sort.POST: "posts needs offers requests board necesidades ofertas anuncios annonces besoins"
        " offres demandes gesuche angebote bedarf الطلبات العروض الاحتياجات wants",
        Sort.PLACE: "places organisations organizations services locations venues lugares"
        " organizaciones servicios lieux organismes orte einrichtungen الأماكن المؤسسات hubs",
        Sort.REPAIR: "repairs repair reparaciones reparations reparaturen الإصلاحات ords",
    }.items()
}
