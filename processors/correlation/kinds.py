"""Whether a name is nobody's, or a mere kind of people: "unknown persons", "two men on a moped", "hommes armés".

The words are general, in several languages, of no particular story. Where neither is found the name is a party's.
"""

from __future__ import annotations

import re
from typing import Final

from .linking.concepts import bits_of, concepts_of
from .linking.lexicon import country_of
from .linking.script import fold as in_latin
from .linking.script import has_case, term_of
from .names import fold

#: one such word, and nobody is named, whatever the others say
_NOBODY: Final = re.compile(
    r"\b(unnamed|unknown|unidentified|undisclosed|inconnue?s?|non identifie\w*|desconocid[oa]s?|no identificad[oa]s?"
    r"|sin identificar|desconhecid[oa]s?|nao identificad[oa]s?|ignot[aio]|sconosciut[aio]|non identificat[aio]"
    r"|unbekannte[nr]?|unidentifizierte[nr]?|onbekenden?|ongeidentificeerde|okand[ae]?|ukendte?|ukjente?"
    r"|nieznan\w+|niezidentyfikowan\w+|nepoznat\w*|neznam\w+|neidentifikovan\w+|ismeretlen\w*|necunoscut\w*"
    r"|neidentificat\w*|αγνωστ\w+|неизвестн\w+|неустановленн\w+|неопознанн\w+|непознат\w*|невідом\w+"
    r"|невстановлен\w+|مجهول\w*|ناشناس\w*|نامعلوم|bilinmeyen|kimligi belirsiz|tidak dikenal|tak dikenal"
    r"|tidak dikenali|wasiojulikana|asiyejulikana|אלמוני\w*|לא ידועים|anaithnide?)\b"
)
#: how sure one is, and the small words between: of no account in a name
HEDGES: Final = frozenset(
    ("suspected", "alleged", "presumed", "supposed", "apparent", "believed", "the", "some", "a", "to", "be", "at",
     "least", "one", "several", "few", "of", "and")
)  # fmt: skip
#: people of a party: "Red Front fighters" are Red Front
MEMBERS: Final = frozenset(
    ("members", "member", "militants", "militant", "fighters", "fighter", "elements", "gunmen", "bomber", "bombers",
     "terrorists", "terrorist", "troops", "soldiers", "men", "suspects")
)  # fmt: skip
#: what may be a part of the name: "Rapid Example Forces" are the REF
BODIES: Final = frozenset(("group", "groups", "forces", "force"))


_SINGLE_LETTERS: Final = re.compile(r"\b\w(?: \w\b)+")


def joined(words: str) -> str:
    """Single letters as one word: "U.S.", and what folding leaves of a word of some scripts."""
    return _SINGLE_LETTERS.sub(lambda letters: letters.group().replace(" ", ""), words)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(part for line in lines for word in line.split() for part in joined(fold(word)).split())


#: of one person or several
_PEOPLE: Final = MEMBERS | _words(
    "gunman man woman women boy boys girl girls teenager teenagers youths youngsters brothers people",
    "persons person individual individuals attackers attacker assailants assailant axeman knifeman raiders raider",
    "horsemen horseman bandits bandit robbers robber insurgents insurgent rebels rebel jihadists jihadist",
    "extremists extremist militiamen criminals gangsters arsonists arsonist vandals hooligans pirates kidnappers",
    "hijackers perpetrators perpetrator suspect shooter shooters rioters looters protesters protestors protester",
    "demonstrators demonstrator villagers locals residents herdsmen herders tribesmen inmates inmate prisoners",
    "prisoner driver drivers homme hommes femme femmes jeune jeunes individu individus personne personnes",
    "assaillant assaillants agresseur agresseurs tireur tireurs djihadiste djihadistes jihadistes terroriste",
    "terroristes rebelles cavaliers pilleurs émeutiers kamikaze kamikazes détenus manifestants malfaiteurs hombre",
    "hombres mujer joven jóvenes muchacho muchachos individuo individuos sujeto sujetos pistolero pistoleros",
    "sicario sicarios bandidos encapuchado encapuchados atacante atacantes agresor agresores asaltantes",
    "terrorista terroristas internos reos civiles homem homens rapaz rapazes bandido indivíduo indivíduos",
    "atirador atiradores encapuzado encapuzados invasores detentos uomo uomini giovane giovani ragazzo ragazzi",
    "individui aggressore aggressori attentatore attentatori terroristi Mann Männer Männern Frau Jugendliche",
    "Jugendlicher Täter Tätern Angreifer Angreifern Attentäter Terroristen Vermummte Demonstranten Bewaffnete",
    "Maskierte mann mannen daders overvallers silahlı kişi kişiler saldırgan saldırganlar terörist teröristler",
    "militanlar genç orang pria pelaku penyerang penembak kriminal teroris lelaki pemberontak perampok perusuh",
    "боевики боевиков боевик террористы террористов террорист вооруженные люди мужчина мужчины мужчин нападавшие",
    "нападавший бандиты бандитов радикалы экстремисты мародеры погромщики стрелок протестующие митингующие",
    "чоловіки нападники",
    "mężczyzna mężczyźni mężczyzn nożownik napastnik napastnicy protestujący muškarci muškarac napadač napadači",
    "demonstranti",
    "مسلحون مسلحين المسلحون المسلحين مسلحو مسلح مسلحان ملثم ملثمون ملثمين ملثمان مهاجم مهاجمون مهاجمين ارهابي",
    "إرهابي ارهابيون إرهابيون ارهابيين الارهابيين متظاهرون متظاهرين خاطفون لصوص رجال شبان افراد مهاجمان مهاجمین",
    "تفنگداران تفنگدار اشرار مردان دہشت گرد شدت پسند حملہ آور ڈاکو سوار מחבלים מחבל יורים חמושים חמוש צעירים भीड़",
    "हमलावर बदमाश आतंकी आतंकवादी नक्सली দুর্বৃত্তরা দুর্বৃত্ত জঙ্গিরা জঙ্গি বন্দুকধারী",
    "watu wanaume wauaji maharamia wapiganaji 괴한",
    "soldats soldados soldati Soldaten askerler солдаты солдат захватчики захватчиков стрелявшие жители جنود",
)
#: of many at once, of what they used, and of how they looked
_OTHERS: Final = BODIES | _words(
    "armed masked hooded gang gangs militia militias mob crowd police military security drone drones helicopter",
    "helicopters warplane warplanes aircraft youth in on with motorbike motorbikes motorcycle motorcycles uniform",
    "uniforms camouflage armé armés armes armées masqué masqués cagoulé cagoulés groupe groupes foule milice",
    "présumé présumés moto motos sécurité à en sur un une des les le la armado armados grupo grupos banda bandas",
    "multitud turba los las unos unas uno una el con multidão os as o um uns uma umas armato armati armata gruppo",
    "folla il gli lo due ein eine einen einem der die das bewaffnete bewaffneter bewaffneten maskierte vermummte",
    "een de gewapende grup kalabalık bir kelompok bersenjata bertopeng massa",
    "вооруженных группа группы толпа неких uzbrojeni zamaskowani naoružani maskirani grupa",
    "عصابات عصابة قطاع طرق من و مجموعة مجموعات مسلحة حشد ہجوم موٹر سائیکل گروه",
    "wenye silaha van bus truck lorry taxi местные طائرة مسيّرة",
)
_COUNTS: Final = _words(
    "two three four five six seven eight nine ten eleven twelve dozen dozens around about",
    "deux trois quatre cinq sept huit neuf dix douze quinzaine trentaine dizaine plusieurs quelques",
    "dos tres cuatro cinco seis siete ocho nueve diez varios",
    "dois duas três quatro sete oito dez vários tre quattro cinque sei sette otto nove dieci alcuni",
    "zwei drei vier fünf sechs sieben acht neun zehn mehrere twee drie vijf zes",
    "iki üç dört beş altı yedi sekiz dokuz dua tiga empat lima enam tujuh delapan",
    "два двое три трое четыре четверо пять пятеро шесть несколько около około dwóch trzech dva tri četiri pet",
    "ثلاثة أربعة خمسة ستة سبعة ثمانية عدة دو سه چهار پنج چار",
)
#: with what is counted where that is one letter
_FIGURE: Final = re.compile(r"\d+\w?$")
#: classes of the lists that reports are read with, whose words name no group
_ATTACKERS: Final = bits_of("attackers", "bandits and armed robbers")


def names_nobody(folded: str) -> bool:
    """Of a folded name: "unknown persons", "Unbekannte", "неизвестные"."""
    return _NOBODY.search(folded) is not None


def is_kind_of_people(folded: list[str], written: list[str]) -> bool:
    """Whether these words only say what kind of people it was, how many, on what.

    So they do if each of them says such a thing ("hommes armés"). Or if they are opened by such people and none has a
    capital or names a country: what follows describes them ("two men on a moped").
    """
    if all(_is_such(word) for word in folded):
        return True
    told = [word for word in folded if word not in HEDGES and word not in _COUNTS and word not in _OTHERS]
    return (
        bool(told)
        and _is_people(told[0])
        and all(map(has_case, written[:1]))
        and not any(word != word.lower() or country_of(in_latin(word)) for word in written)
    )


def _is_such(word: str) -> bool:
    return word in HEDGES or word in _OTHERS or word in _COUNTS or _FIGURE.match(word) is not None or _is_people(word)


def _is_people(word: str) -> bool:
    return word in _PEOPLE or concepts_of(term_of(word), classes=_ATTACKERS) != 0
