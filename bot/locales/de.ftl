### Die Meldungen des Bots auf Deutsch. Was hier fehlt, wird aus en.ftl genommen.
### `command-…` und `choice-…` sind die Namen der Befehle, wie Discord sie anzeigt.

## Antworten

verdict-strong = Klarer Treffer
verdict-weak = Unsicherer Treffer
verdict-none = Die Quellen sagen es nicht
weak-explained = Diese Textstellen könnten die Antwort enthalten; vor der Verwendung bitte lesen.
nearest-explained = Nichts hiervon ist eine gute Antwort. Dies sind die nächstliegenden Textstellen.
none-explained = Keine Textstelle beantwortet diese Frage.
covered = Was die Quellen behandeln: { $titles }.
covered-and-more = Was die Quellen behandeln: { $titles } und { $count ->
    [one] 1 weiteres Dokument
   *[other] { $count } weitere Dokumente
}.
covered-year = Sie stammen aus dem Jahr { $year }.
covered-years = Sie stammen aus den Jahren { $first } bis { $last }.
nothing-fits = Kein Dokument, das durchsucht werden darf, passt zu Quelle, seit und bis; mit einem Datum fallen undatierte Dokumente weg.
nothing-to-search = Hier gibt es nichts, was durchsucht werden darf. Wer diesen Server verwaltet, kann mit /zugriff erlauben Sammlungen freigeben.
searched-for = gesucht wurde: { $question }
searched-also = gesucht wurde auch: { $names }
narrowed-to = nur in: { $what }
passages-from-to = Textstellen { $first } bis { $last }
also = wörtlich oder fast wörtlich auch an { $count ->
    [one] 1 anderen Stelle
   *[other] { $count } anderen Stellen
}
figures = Zahlen
figures-differ = sie weichen voneinander ab; jede ist aus ihrer Quelle zitiert
figures-more = und { $count ->
    [one] 1 weitere Zahl
   *[other] { $count } weitere Zahlen
} in den Textstellen
footer = { $documents }, { $passages } · Index erstellt { $ago }
documents = { $count ->
    [one] 1 Dokument
   *[other] { $count } Dokumente
}
passages = { $count ->
    [one] 1 Textstelle
   *[other] { $count } Textstellen
}
keys-not-kept = Die Zitatschlüssel dieser Antwort konnten nicht gespeichert werden: Nach dem nächsten Aufbau des Index funktionieren sie vielleicht nicht mehr.
more-seen = Mit den eigenen Rollen ist mehr zu sehen als in diesem Kanal. Dafür noch einmal mit privat: True fragen.

button-cite = Zitieren
button-more = Weitere Textstellen
button-share = Teilen
button-discuss = Diskutieren
button-nearest = Trotzdem Nächstliegendes zeigen
button-post = Im Kanal posten
button-around = Im Zusammenhang lesen
button-source = Quelle öffnen
button-open = Im Dokument öffnen
button-earlier = Zurück
button-later = Weiter
button-add = Hinzufügen
button-cancel = Abbrechen
button-remove = Entfernen

thread-opened = Hier kann es weitergehen: { $thread }
thread-name = Diskussion
thread-intro = Hier kann es weitergehen: mit einer Erwähnung von mir oder mit /frage. Kurze Fragen wie „und 2021?“ werden zusammen mit der vorigen gesucht.
shared = Im Kanal geteilt.
shared-by = Geteilt von { $who }
found-for = Zu dieser Nachricht gefunden für { $who }

## Zitate

style-markdown = Markdown
style-plain = Nur Text
style-footnote = Fußnote
citation-in-file = Bitte aus der angehängten Datei kopieren.
words-today = Heute steht dort
posted = Gepostet.
posted-by = zitiert von { $who }
status-intact = Unverändert
    .explained = Dieselben Worte stehen an derselben Stelle.
status-moved = Verschoben
    .explained = Dieselben Worte stehen jetzt woanders: { $where }.
status-changed = Geändert
    .explained = Im Dokument stehen dort jetzt andere Worte.
status-gone = Verschwunden
    .explained = Keine Quelle enthält diese Worte noch; so wurden sie gezeigt.

## Begriffe

defined-by-team = aus der Liste des Teams

## Stöbern

sources-title = Quellen
from-to = { $first } bis { $last }
status-title = Der Index
status-generation = Generation `{ $name }`, erstellt { $ago }.
status-size = Durchsucht werden können { $documents }, { $passages }.
status-model = Modell: { $name }
status-building = Er wird gerade neu aufgebaut.
status-fresh = Er entspricht dem Stand der Dateien.
status-stale = Seither haben sich Dateien geändert; wer den Server verwaltet, kann /index aktualisieren ausführen.
files-added = Hinzugefügt
files-changed = Geändert
files-removed = Entfernt
files-failed = Fehlgeschlagen
files-empty = Ohne Text
files-warnings = Hinweise
and-more = { $count ->
    [one] und 1 weitere
   *[other] und { $count } weitere
}
help-title = askbrief
help-intro = Ich finde in den Dokumenten des Teams die Textstellen, die eine Frage beantworten, zitiere sie wörtlich und sage es, wenn sie keine Antwort enthalten.
help-ask = **Fragen**: `/frage frage: Wie viele Kämpfer gibt es?`, oder mich erwähnen, oder mir direkt schreiben. `quelle`, `seit` und `bis` grenzen die Suche ein; mit `privat` sieht niemand sonst die Antwort.
help-cite = **Zitieren**: neben einer Textstelle auf „Zitieren“ drücken. `/zitat schlüssel:` sagt, ob ein Zitat noch stimmt; `/stelle schlüssel:` zeigt, was davor und danach steht.
help-define = **Nachschlagen**: `/begriff name:` sagt, wofür eine Abkürzung oder ein Name steht und welche Textstelle das sagt.
help-check = **Eine Behauptung prüfen**: an einer Nachricht Apps → Quellen finden.
help-follow = **Nachfragen**: auf eine Antwort antworten und mich dabei erwähnen („und 2021?“), oder auf „Diskutieren“ drücken und im Thread weiterfragen.
help-browse = **Stöbern**: `/quellen` listet die Dokumente auf, `/status` sagt, wie aktuell der Index ist.
help-feedback = **Rückmeldung**: 👍 und 👎 unter einer Antwort helfen dem Team, die Antworten zu messen und zu verbessern.
help-admin = **Für die Verwaltung**: `/index aktualisieren`, `/index hinzufügen`, `/index entfernen`; `/zugriff` bestimmt, welche Kanäle und Rollen welche Sammlungen sehen.

## Rückmeldung

thanks = Danke.
feedback-title = Was war falsch?
feedback-reason = Was war falsch?
feedback-comment = In eigenen Worten
feedback-comment-hint = In welchem Dokument steht es? Wie wäre die Antwort richtig gewesen?
reason-wrong-passage = Die falsche Textstelle
reason-missing-document = Ein Dokument fehlt
reason-nothing-to-say = Es hätte keine Antwort geben dürfen
reason-other = Etwas anderes

## Aufbau

build-running = Der Index wird neu aufgebaut
build-done = Der Index ist neu aufgebaut
build-nothing-to-do = Der Index ist auf dem neuesten Stand
build-failed = Der Index konnte nicht neu aufgebaut werden; der alte bleibt in Betrieb
build-size = { $documents }, { $passages } in { $seconds } s.
build-generation = Generation { $name }
stage-starting = Es geht los
stage-reading = Dokumente werden gelesen
stage-encoding = Neue Textstellen werden kodiert
stage-counting-terms = Begriffe werden gezählt
stage-learning-names = Namen werden gelernt
add-title = Dieses Dokument hinzufügen?
add-as = Als **{ $path }**, mit dem Titel **{ $title }**.
add-others = { $count ->
    [one] Es enthält 1 weiteres Dokument.
   *[other] Es enthält { $count } weitere Dokumente.
}
add-words = { $count ->
    [one] 1 Wort
   *[other] { $count } Wörter
}. Es beginnt so:
add-replaces = ⚠ Ein Dokument dieses Namens gibt es schon: Es würde ersetzt.
add-discarded = Nicht hinzugefügt.
added-building = Hinzugefügt. Der Index wird neu aufgebaut.
remove-title = Dieses Dokument entfernen?
remove-sure = **{ $path }**, **{ $title }**. Zitate daraus werden als verschwunden gemeldet. Die Datei bleibt im Zustandsordner erhalten.
removed-building = Entfernt. Der Index wird neu aufgebaut.
remove-cancelled = Es wurde nichts entfernt.

## Zugriff

access-title = Wer was sehen darf
access-open = Dieser Server ist **offen**: Alle hier sehen alle seine Dokumente. Das erste `/zugriff erlauben` schließt ihn; `/zugriff schließen` tut es sofort.
access-closed = Dieser Server ist **geschlossen**: Eine Sammlung ist nur dort zu sehen, wo sie freigegeben wurde.
access-rule = { $collection } → { $target }
access-everyone = alle
access-allowed = Freigegeben: { $collection } → { $target }. Dieser Server ist geschlossen: Alles andere ist verborgen.
access-revoked = Freigabe entzogen: { $collection } → { $target }.
access-no-rule = Eine solche Regel gab es nicht; es hat sich nichts geändert.
access-opened = Dieser Server ist offen: Alle hier sehen alle seine Dokumente. Seine Regeln bleiben für das nächste Schließen erhalten.
access-now-closed = Dieser Server ist geschlossen: Eine Sammlung ist nur dort zu sehen, wo sie freigegeben wurde.
collection-everything = **alle Sammlungen**
collection-top = **Dokumente ohne Sammlung**
choice-everything = alle Sammlungen, auch künftige
choice-top = Dokumente ohne Sammlung

## Was schiefgehen kann

error-id = { $sentence }
    -# Kennung { $id }
error-unexpected = Bei mir ist etwas schiefgegangen. Einzelheiten stehen unter dieser Kennung im Protokoll.
error-busy = Ich bin mit anderen Fragen beschäftigt; gleich noch einmal versuchen.
error-leaving = Ich starte neu; in einer Minute noch einmal versuchen.
error-cooling-person = Das sind viele Fragen auf einmal; in { $seconds } s noch einmal versuchen.
error-cooling-guild = Von diesem Server kommen gerade viele Fragen; in { $seconds } s noch einmal versuchen.
error-manager-only = Das kann nur, wer diesen Server verwalten darf.
error-may-not-write = Wer in diesem Kanal nicht schreiben darf, kann auch durch mich nichts posten.
error-server-only = Das geht nur in einem Kanal eines Servers, nicht in Direktnachrichten.
error-not-served = Für diesen Server bin ich nicht eingerichtet; bei Fragen bitte an meinen Betreiber wenden.
error-not-yours = Dieser Knopf ist nur für die Person, die gefragt hat.
error-too-old = Diese Antwort kenne ich nicht mehr; bitte noch einmal fragen.
error-old-button = Dieser Knopf stammt aus einer älteren Version von mir; bitte noch einmal fragen.
error-no-question = Was soll ich suchen? Die Frage bitte hinter meinen Namen schreiben.
error-cannot-read = Eine Antwort kann ich nur lesen, wenn sie mich erwähnt: beim Antworten „@ AN“ lassen oder meinen Namen schreiben.
error-no-words = In dieser Nachricht stehen keine Wörter, nach denen ich suchen könnte.
error-unknown-source = Eine Quelle „{ $name }“ gibt es hier nicht: bitte eine aus der Liste wählen.
error-unknown-collection = Eine Sammlung „{ $name }“ gibt es nicht: bitte eine aus der Liste wählen.
error-unknown-key = Unter dem Schlüssel „{ $key }“ ist keine Textstelle bekannt: Schreibweise prüfen oder noch einmal fragen.
error-unknown-name = Die Quellen, die durchsucht werden dürfen, sagen nicht, wofür „{ $name }“ steht.
error-unknown-name-similar = Die Quellen, die durchsucht werden dürfen, sagen nicht, wofür „{ $name }“ steht. Ähnliche Namen: { $similar }
error-unknown-place = Die Stelle „{ $place }“ finde ich nicht. Stellen sehen so aus: report.pdf p. 12.
error-malformed-key = „{ $key }“ ist kein Zitatschlüssel; Schlüssel sehen so aus: ttp-report-k7f3qa.
error-date = { $option ->
    [since] seit
   *[until] bis
} ist „{ $value }“: ein Jahr, einen Monat oder einen Tag angeben, also 2022, 2022-07 oder 2022-07-05.
error-not-for-channel = Das darf nicht allen in diesem Kanal gezeigt werden.
error-discord-permission = Das lässt mich Discord hier nicht tun: Mir fehlt in diesem Kanal eine Berechtigung.
error-discord = Discord hat meine Antwort nicht angenommen; bitte noch einmal versuchen.
error-target = Bitte entweder einen Kanal oder eine Rolle wählen.
error-upload-type = „{ $name }“ kann ich nicht lesen: Hinzugefügt werden können unter anderem Dateien mit diesen Endungen: { $suffixes }.
error-upload-size = „{ $name }“ ist zu groß: { $size } MiB, erlaubt sind { $limit } MiB.
error-upload-name = „{ $name }“ kann kein Dokument heißen: möglich sind Buchstaben, Ziffern, Leerzeichen, Punkte und Bindestriche.
error-upload-gone = Diese Datei wartet nicht mehr darauf, hinzugefügt zu werden; bitte noch einmal hinzufügen.
error-upload-empty = In „{ $name }“ steht kein Text.
error-document-gone = Dieses Dokument gibt es nicht mehr.
error-thread-here = Hier kann kein Thread eröffnet werden.

## Befehle

command-ask = frage
    .description = Die Textstellen finden, die eine Frage beantworten, wörtlich zitiert
    .question = frage
    .question-description = Was gesucht wird, in Worten
    .source = quelle
    .source-description = Nur diese Sammlung oder dieses Dokument
    .since = seit
    .since-description = Nur Dokumente von 2022, 2022-07 oder 2022-07-05 oder später
    .until = bis
    .until-description = Nur Dokumente von damals oder früher
    .top = anzahl
    .top-description = Wie viele Textstellen auf einmal (1 bis 5)
    .private = privat
    .private-description = Niemand sonst sieht die Antwort
command-cite = zitat
    .description = Einen Zitatschlüssel auflösen: Stimmt das Zitat noch?
    .key = schlüssel
    .key-description = Ein Schlüssel (ttp-report-k7f3qa) oder eine Stelle (report.pdf p. 12)
    .style = form
    .style-description = Wie das Zitat geschrieben werden soll
choice-markdown = Markdown
choice-plain = Nur Text
choice-footnote = Fußnote
command-define = begriff
    .description = Sagen, wofür eine Abkürzung oder ein Name steht, mit der Textstelle, die es sagt
    .name = name
    .name-description = Eine Abkürzung oder ein anderer Name, etwa TTP
command-passage = stelle
    .description = Eine Textstelle mit dem Text davor und danach zeigen
    .key = schlüssel
    .key-description = Ein Schlüssel (ttp-report-k7f3qa) oder eine Stelle (report.pdf p. 12)
command-find-sources = Quellen finden
command-sources = quellen
    .description = Die Dokumente auflisten, die durchsucht werden können
    .collection = sammlung
    .collection-description = Nur diese Sammlung
command-status = status
    .description = Zeigen, welcher Index in Betrieb ist, wie alt er ist und was sich seither geändert hat
command-help = hilfe
    .description = Was ich kann, mit Beispielen
command-index = index
    .description = Den Index aktualisieren, Dokumente hinzufügen und entfernen
command-index-rebuild = aktualisieren
    .description = Den Index auf den Stand der Dokumente bringen
command-index-add = hinzufügen
    .description = Eine angehängte Datei zu den Dokumenten hinzufügen
    .file = datei
    .file-description = Das Dokument
    .collection = sammlung
    .collection-description = In diese Sammlung; ein neuer Name legt eine neue an
command-index-remove = entfernen
    .description = Ein Dokument aus dem Index nehmen
    .document = dokument
    .document-description = Welches Dokument
command-access = zugriff
    .description = Wer welche Sammlungen sehen darf
command-access-allow = erlauben
    .description = Eine Sammlung für einen Kanal oder eine Rolle freigeben; alles andere ist verborgen
    .collection = sammlung
    .collection-description = Welche Sammlung
    .channel = kanal
    .channel-description = Wer diesen Kanal liest
    .role = rolle
    .role-description = Wer diese Rolle hat
command-access-revoke = entziehen
    .description = Eine Sammlung für einen Kanal oder eine Rolle wieder sperren
    .collection = sammlung
    .collection-description = Welche Sammlung
    .channel = kanal
    .channel-description = Für diesen Kanal
    .role = rolle
    .role-description = Für diese Rolle
command-access-list = liste
    .description = Zeigen, wer was sehen darf
command-access-close = schließen
    .description = Nur zeigen, was für einen Kanal oder eine Rolle freigegeben wurde
command-access-open = öffnen
    .description = Allen hier alle Dokumente dieses Servers zeigen
