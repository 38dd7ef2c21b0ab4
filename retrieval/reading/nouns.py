"""Nouns and small words by which the grammar of attribution knows who is meant. English."""

from __future__ import annotations

ROLES = frozenset(
    "mp msp mep mla prof gen sen rep gov lt col capt cmdr sgt maj hon mgr president minister secretary spokesman "
    "spokeswoman spokesperson senator governor chancellor ambassador general chief director chairman chairwoman chair "
    "king queen prince princess duke pope cardinal bishop archbishop canon father mayor judge justice professor "
    "doctor dr mr mrs ms miss sir dame lord lady deputy prime foreign defense defence interior finance leader "
    "commander colonel captain major lieutenant sergeant admiral marshal vice head premier representative congressman "
    "congresswoman councillor envoy diplomat lawyer attorney prosecutor solicitor counsel economist analyst critic "
    "writer author editor reporter correspondent journalist historian scientist researcher engineer coach manager "
    "trainer goalkeeper striker defender midfielder player referee owner founder executive officer official adviser "
    "advisor aide expert physician surgeon nurse teacher principal dean rector provost student farmer baker driver "
    "pilot actor actress singer musician composer producer artist illustrator designer architect resident witness "
    "survivor victim activist campaigner organiser organizer candidate predecessor successor widow wife husband son "
    "daughter brother sister mother midshipman rev reverend fr rabbi imam sheikh ceo cfo cto treasurer superintendent "
    "inspector detective sheriff agent operator president-elect first senior junior former then acting assistant "
    "associate interim lead chief-of-staff speaker legislator lawmaker commissioner politician sculptor poet novelist "
    "biographer philosopher translator curator comedian commentator blogger strategist negotiator mediator "
    "investigator laureate astronomer theologian missionary employee worker demonstrator master headmaster".split()
)
"""Words that say what somebody is; in front of a name they are no part of it."""

SURNAMES = frozenset("king prince duke dean bishop pope judge major marshal baker farmer nurse driver father".split())
"""Titles that are names as often: Dean Lombardi, Stephen King."""

BODIES = frozenset(
    "ministry union nations house council state states party department government committee bank agency court army "
    "navy parliament congress senate kingdom office commission group company firm corporation times post university "
    "institute federation kremlin west east north south countries nation association authority board body bureau "
    "cabinet campaign chamber charity church club coalition community confederation consortium delegation embassy "
    "force forces foundation fund gazette herald journal magazine newspaper paper observer telegraph guardian tribune "
    "independent inc ltd plc gmbh llc institution league legislature maker manufacturer mission movement museum "
    "network observatory operator opposition organisation organization panel police press publisher regulator school "
    "service society squad station team tribunal trust unit watchdog wing alliance bloc assembly administration "
    "academy airline airport brewery broadcaster city town village province region republic college hospital library "
    "laboratory records studios pictures games site website channel radio television daily weekly review family "
    "majority minority side crown palace pentagon publication outlet media bros".split()
)
"""Nouns of bodies: what speaks as one though it is many."""

DOCUMENTS = frozenset(
    "release draft treaty treaties document agreement accord pact proposal report statement text clause letter bill "
    "act resolution communique communiqué memo memorandum note paper law decree directive constitution charter "
    "convention protocol contract article section paragraph provision amendment ruling verdict judgment judgement "
    "study survey poll analysis review record transcript message telegram email e-mail filing petition lawsuit "
    "complaint indictment guideline guidance rule regulation policy plan strategy budget manifesto declaration "
    "dossier file book essay column editorial leaflet sign notice figure data statistic census website account "
    "testimony assessment".split()
)
"""Nouns of what is written."""

NO_NAME = frozenset(
    "a an the in on at by of for from to with and but or so yet then when while after before since because although "
    "though if as this that these those his her its their our my your he she it they we you i who which what there "
    "here now today yesterday tonight later earlier meanwhile however still also both all no not according asked "
    "speaking one two three four five six seven eight nine ten monday tuesday wednesday thursday friday saturday "
    "sunday january february march april may june july august september october november december unlike like despite "
    "during under over among once only even local more most less well yes look folks please thank very such much many "
    "how why where whether thus hence therefore similarly additionally furthermore moreover finally eventually "
    "instead subsequently originally initially various other others certain several rather perhaps maybe nevertheless "
    "nonetheless just besides again soon often having being regarding following including considering concerning given "
    "based born known located alongside throughout upon within without towards through beyond above below".split()
)
"""Words that have a capital only because a sentence begins with them, and days and months."""

COMPASS = frozenset(
    "western eastern northern southern soviet south north east west new great the united central former".split()
)
"""What begins the name of a country or a people and never that of a person."""

DETERMINERS = frozenset(
    "the a an this that these those its his her their our my your some many several most both each one two three four "
    "five six".split()
)

LINKS = frozenset("of at in for from with on behind to near within under by".split())
"""Prepositions that tie what follows to the noun before."""

SUBORDINATING = frozenset(
    "because when after if since before until unless that which who whom whose where whether what how why whereas so "
    "than despite".split()
)
"""What begins a clause that is not what the sentence says."""

CONCEDING = frozenset("while although though as".split())
"""What begins a clause that may be."""

MALE = frozenset(
    "mr sir lord king prince duke pope father brother husband son spokesman chairman congressman actor bishop".split()
)

FEMALE = frozenset(
    "mrs ms miss dame lady queen princess duchess mother sister wife daughter widow spokeswoman chairwoman "
    "congresswoman actress".split()
)
