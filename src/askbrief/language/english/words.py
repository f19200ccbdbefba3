"""Word lists of English: stop words, negation, opposites, and the words of questions and before names."""

from __future__ import annotations

from importlib import resources

import regex

from askbrief.core.text import pattern

STEMMER = "english"
"""The Snowball stemmer."""
STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between both but by
    can could did do does doing down during each few for from further had has have having he her here hers herself him
    himself his how i if in into is it its itself just me more most my myself no nor not now of off on once only or
    other our ours ourselves out over own same she should so some such than that the their theirs them themselves then
    there these they this those through to too under until up very was we were what when where which while who whom why
    will with would you your yours yourself yourselves dont doesnt didnt isnt arent wasnt werent wont wouldnt cant
    couldnt shouldnt hasnt havent hadnt im ive id ill youre youve hes shes theyre theyve thats theres whats lets
    """.split()
)
"""Words that are not indexed. "us" is not one of them, since "U.S." becomes "us"."""
ABBREVIATIONS = ["ae", "cmdr", "cx", "lt", "max"]
"""Added to the abbreviations of nupunkt, which cuts "Ae. albopictus", "Lt. Col. Smith" and "(max. 6.5 m)"."""
NO_ABBREVIATIONS = frozenset(
    """
    accent acres alike aloud amperes anarchy andorra annum antioch applause arcade arrows ashore axe backs bail bank
    beneficiaries bets biting black bleachers bleak bled bold bombardment bombed bond book bump cancer casey cellular
    chaos chase chases cheerful chest chip chores civilization cliff climb closes coal cold compendium consume cooler
    cow crafts cranes crazy day deafblind deafblindness decks deserved divide drunk dubrovnik dull dusk dvds effusion
    emissivities encyclopedia enter enters equal expats extant faded fairs faulting felixstowe fish fist flag flattery
    flip flourish found fray free futuro galaxies galleries glaucoma gold gouged gracefully grenada guilford gunboat
    gunpoint hacked hall hammerfest hand hard headlamps helper hemodialysis herbes highs hilt hitchhikers hokkaido
    holidays horse hugh hughes human hunts hyperplane idlers info instabilities interventionists intestine invaders
    italic john johns joke jubilation kamchatka kayaks kidnaping kidnapper kindle knees lack lancet laughter laughlin
    lazy leaps lids life liter livorno lock luck lumens macroeconomy mankind marsh mathematics matematicas maximized
    meatus memo misplaced mistletoe monaco month mononucleotides nonsense oceania okay onwards parade park payne pen
    penny pick poland raw reporter reporters rest resurrection rich rites robbins roll rounds row ruin ruined sand sane
    scandal scattering sick sinks sleep south southport splash spruce stake stars stew stock story sulawesi swallowed
    tables tale talent tasks tax taxis thanks thinner threads tonga toulon tread trench trieste tuck untouched utah vase
    vibe victories walk wall weave week west wheat wheel whites wings woods wool works wrath yard york
    """.split()
)
"""Words and names that nupunkt takes for abbreviations, so that it misses the end of "310 pounds a month. Widows"."""
NEGATION = pattern(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|unable|fail(?:s|ed)?|lack(?:s|ed|ing)?|except)\b"
    r"|n['’]t\b",
    regex.IGNORECASE,
)
"""A word that negates a statement."""
SIZE_UNITS = frozenset("acr employe fighter hectar inhabit km member milit resid soldier squar staff troop".split())
"""Stems of the units in which the size of a group or a place is given."""
PARTIAL_EVENTS = frozenset("arrest captur dead detain die execut freed injur kidnap kill releas surrend wound".split())
"""Stems of events that concern only a part: "killed 50 fighters" does not say how many there are."""

# ------------------------------------------------------------------------------------------ names

NO_NAMES = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec i bc ad bce ce am pm
    """.split()
)
"""Words with a capital letter that begin no name."""
BEFORE_NAMES = frozenset(
    """
    a an the this that these those it its he she they we you his her their our your my in on at to from by for with of
    around as if when while where after before since until during although though because but and or so yet nor both
    either neither not no some many most several few all each every any other others another such what who which how why
    there here then now also however moreover furthermore therefore thus hence meanwhile instead despite among between
    under over about according unlike like once one two three first second third finally later earlier today within
    without through throughout upon against along former then-prime only even just perhaps nearly more less much whether
    rather still again following based due compared additionally similarly in-between originally recently currently
    generally usually often sometimes early last next new old
    """.split()
)
"""Words that open a sentence, and may stand before the name that its first capital letter belongs to."""
NEVER_IN_NAMES = BEFORE_NAMES.difference(
    "the a an new old first second third one two three last next my our your".split()
)
"""Those that are no part of a name inside a sentence either."""

# ------------------------------------------------------------------------------------------ questions

MISSPELT = {
    wrong: right
    for right, wrongs in {
        "when": "whn wehn hwen whne wen",
        "where": "wher whre wheer wehre hwere whear",
        "who": "woh whoo",
        "what": "waht wht wat whta hwat whaat",
        "which": "wich whcih whihc wihch whch witch",
        "why": "wyh hwy",
        "how": "hw hwo ohw hoow",
        "many": "mnay mayn manny meny mny",
        "much": "mcuh muhc mutch mch",
        "year": "yaer yeer yera",
        "long": "lnog logn",
        "old": "odl",
    }.items()
    for wrong in wrongs.split()
}
"""Frequent typing errors in question words, with their corrections."""
QUESTION_WORDS = frozenset({"who", "whom", "whose", "what", "which", "where", "when", "why", "how"})
BEFORE_QUESTION_WORD = frozenset(
    """
    in on at to from by for with of during since until till into under about around near after before through up and so
    """.split()
)
"""Words that may stand before the question word that opens a question."""
VERB_FORMS = frozenset(
    """
    is are was were be been do does did has have had can could will would shall should may might must 's
    """.split()
)
"""Verbs after a question word: "what is", "which were"."""
PHRASE_ENDS = VERB_FORMS | set(
    """
    of that who which in on at to from by for with during since until when where while as than and or if because after
    before under between against over there you i we he she it they the a an this these those its their his her called
    named known , ? %
    """.split()
)
"""Words that end a noun phrase."""
COURTESY = frozenset(
    """
    hi hey hello please pls so ok okay tell give show list find name me us say i want need to know get about just quick
    question all any
    """.split()
)
"""Words before the noun phrase of a request without a question word: "please give me the date"."""
POLAR = frozenset("is are was were do does did has have had can could will would should am".split())
"""First words of questions that are answered by yes or no."""
DURATIONS = frozenset({"time", "period", "times", "periods"})
"""After "what is" these nouns ask for a duration ("what is the incubation period"), but "what time is it" does not."""
KIND_OF = frozenset("kind kinds type types sort sorts form forms".split())
"""Nouns that hide the answer type: "what kind of city"."""
ANSWER_NOUNS = {
    noun: answer_type
    for answer_type, nouns in {
        "time": """
            year years month months day days date dates century centuries decade decades time era period season weekday
            birthday birthdate deadline hour
            """,
        "place": """
            country countries city cities state states province provinces region regions town towns village villages
            place places location locations district districts continent continents island islands county counties
            capital capitals street streets road area areas territory territories birthplace venue stadium site nation
            nations neighborhood neighbourhood borough suburb municipality headquarters prefecture destination ocean sea
            river lake mountain valley building airport
            """,
        "person": """
            person people man men woman women king queen president author authors actor actors actress singer singers
            player players leader leaders director writer writers artist artists scientist scientists general minister
            chief commander founder founders inventor emperor pope bishop philosopher composer poet painter architect
            governor mayor senator politician judge officer official spokesperson spokesman spokeswoman chairman ceo
            owner son daughter wife husband father mother brother sister character characters individual individuals
            ruler dictator coach quarterback explorer historian economist physicist chemist biologist astronomer
            mathematician engineer theologian monk saint prophet god goddess musician guitarist drummer rapper producer
            journalist analyst ambassador secretary chancellor hero murderer killer winner successor predecessor
            """,
        "name": """
            name names surname nickname company companies organization organizations organisation organisations group
            groups team teams party parties band bands agency agencies university universities college school
            institution newspaper magazine album albums song songs film films movie movies book books show network
            channel brand title language languages religion tribe tribes army corporation firm bank airline church club
            league nationality ethnicity operation treaty act law battle war award prize dynasty empire program
            programme
            """,
        "share": "percentage percentages percent proportion share fraction rate rates prevalence incidence",
        "money": "price cost budget salary revenue income ransom fine gdp turnover profit",
        "number": "number numbers population amount quantity size ratio count total score figure",
        "measure": """
            age length height weight width depth distance temperature speed duration altitude elevation diameter
            lifespan dose dosage
            """,
        "reason": "reason reasons cause causes purpose",
    }.items()
    for noun in nouns.split()
}
"""The answer type that a noun after "what" or "which" asks for."""
MEASURE_ADJECTIVES = frozenset(
    "long old far tall high deep wide heavy fast quickly large big soon often late early hot cold thick".split()
)
"""Adjectives after "how" that ask for a measure."""
BEFORE_SUBJECT = frozenset({"did", "do", "does"})
"""After the question word these show that the question asks for an object: "whom did they meet"."""
AUXILIARIES = frozenset("was were is are has have had will would can could should".split())
"""After the question word these leave it open whether the question asks for the subject."""
COMPARE_WORDS = frozenset({"compare", "compared", "comparing", "comparison", "contrast"})
COMPARISON_WORDS = frozenset("difference differences distinction differ differs similarities both versus vs".split())
"""Words that show a comparison. Those of COMPARE_WORDS may be followed by "with" or "to" ("compare A with B")."""
COMPARISON_STEMS = frozenset({"compar", "contrast", "versus", "vs"})
"""Index terms that only express a comparison; passages on one of the things seldom have them."""
THING_BOUNDS = frozenset(", ; : ? ! ( ) per within without according happened".split()).union(
    STOP_WORDS, COMPARE_WORDS, COMPARISON_WORDS
)
"""Words and marks that end a thing that is compared, if it is not written with capitals."""
BEFORE_THING = frozenset("the a an its their his her our your those that ones in of from by for on at about".split())
"""Words between "and" and the thing that it joins."""
ARTICLES = frozenset({"the", "a", "an"})
INSIDE_NAMES = frozenset({"of", "for"})
"""Words inside names: "Bank of England"."""
CURRENCY_STEMS = frozenset({"dollar", "euro", "rupe", "pound", "afghani", "yen", "yuan"})
"""Stems of currencies: "how many rupees" asks for a sum of money."""
COMPARATIVES = frozenset("higher lower more less faster slower better worse larger smaller longer".split())
"""After "how much" these ask for a share or a sum, not for a count."""
QUANTITY_STEMS = frozenset(
    """
    amount approxim big cent count current estim exact get give got larg mani much number percent percentag proport
    share size strength strong sum today total
    """.split()
)
"""Stems that ask for a quantity without saying of what."""
HOW_MUCH_STEMS = frozenset({"mani", "much"})
"""Stems of "how many" and "how much", which no answer repeats."""


def opposite_words() -> list[tuple[str, str]]:
    """Return pairs of words with opposite meanings; opposites.txt names their source."""
    lines = resources.files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    return [(one, other) for one, other in (line.split() for line in lines if line and not line.startswith("#"))]
