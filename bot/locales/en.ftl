### The bot's words in English. A message that another language lacks is taken from here.

## Answers

verdict-strong = Strong match
verdict-weak = Weak match
verdict-none = The sources don't say
weak-explained = These passages may answer it; read them before you rely on them.
nearest-explained = Nothing here answers it well. These are the nearest passages.
none-explained = No passage answers this question.
covered = What the sources do cover: { $titles }.
covered-and-more = What the sources do cover: { $titles } and { $count ->
    [one] 1 more document
   *[other] { $count } more documents
}.
covered-year = They are dated { $year }.
covered-years = They are dated { $first } to { $last }.
nothing-fits = No document that you may search matches the source and the dates; with a date, undated documents are left out.
nothing-to-search = There is nothing here that you may search. A manager of this server can grant collections with /access allow.
searched-for = searched for: { $question }
searched-also = also searched for: { $names }
narrowed-to = only in: { $what }
passages-from-to = Passages { $first } to { $last }
also = also word for word, or nearly, in { $count ->
    [one] 1 other place
   *[other] { $count } other places
}
figures = Figures
figures-differ = they differ; each is quoted from its source
figures-more = and { $count ->
    [one] 1 other figure
   *[other] { $count } other figures
} in the passages
footer = { $documents }, { $passages } · index built { $ago }
documents = { $count ->
    [one] 1 document
   *[other] { $count } documents
}
passages = { $count ->
    [one] 1 passage
   *[other] { $count } passages
}
keys-not-kept = The citation keys of this answer could not be stored: they may stop working after the next rebuild.
more-seen = Your roles let you see more than this channel does. Ask again with private: True.

button-cite = Cite
button-more = More passages
button-share = Share
button-discuss = Discuss
button-nearest = Show nearest anyway
button-post = Post in channel
button-around = Read around it
button-source = Open source
button-open = Open in the document
button-earlier = Earlier
button-later = Later
button-add = Add it
button-cancel = Cancel
button-remove = Remove it

thread-opened = Continue here: { $thread }
thread-name = Discussion
thread-intro = Continue here: mention me, or use /ask. Short questions such as "and in 2021?" are searched together with the previous one.
shared = Shared in the channel.
shared-by = Shared by { $who }
found-for = Found for this message by { $who }

## Citations

style-markdown = Markdown
style-plain = Plain
style-footnote = Footnote
citation-in-file = Copy it from the attached file.
words-today = Today it says
posted = Posted.
posted-by = cited by { $who }
status-intact = Intact
    .explained = the same words are in the same place.
status-moved = Moved
    .explained = the same words are elsewhere now: { $where }.
status-changed = Changed
    .explained = the document has different words there now.
status-gone = Gone
    .explained = no source contains these words any more; this is how they were shown.

## Definitions

defined-by-team = from the team's list of aliases

## Browsing

sources-title = Sources
from-to = { $first } to { $last }
status-title = The index
status-generation = Generation `{ $name }`, built { $ago }.
status-size = You may search { $documents }, { $passages }.
status-model = Model: { $name }
status-building = It is being rebuilt now.
status-fresh = It is up to date with the files.
status-stale = Files have changed since; a manager can run /index rebuild.
files-added = Added
files-changed = Changed
files-removed = Removed
files-failed = Failed
files-empty = No text in
files-warnings = Notes
and-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
help-title = askbrief
help-intro = I find the passages that answer your question in your team's documents, quote them exactly, and say so when they hold no answer.
help-ask = **Ask**: `/ask question: how many fighters are there?`, or mention me, or write to me directly. `source`, `since` and `until` narrow the search; `private` shows the answer to you alone.
help-cite = **Cite**: press Cite beside a passage. `/cite key:` says whether a quote still stands; `/passage key:` shows what is around it.
help-define = **Define**: `/define name:` says what an acronym or a name stands for, and which passage says so.
help-check = **Check a claim**: on a message, Apps → Find sources.
help-follow = **Follow up**: reply to an answer and mention me ("and in 2021?"), or press Discuss and go on in the thread.
help-browse = **Browse**: `/sources` lists the documents, `/status` says how fresh the index is.
help-feedback = **Feedback**: 👍 and 👎 under an answer help your team to measure and improve the answers.
help-admin = **For managers**: `/index rebuild`, `/index add`, `/index remove`; `/access` decides which channels and roles see which collections.

## Feedback

thanks = Thank you.
feedback-title = What was wrong?
feedback-reason = What was wrong?
feedback-comment = In your words
feedback-comment-hint = Which document has it? What should it have said?
reason-wrong-passage = The wrong passage
reason-missing-document = A document is missing
reason-nothing-to-say = There should have been no answer
reason-other = Something else

## Building

build-running = Rebuilding the index
build-done = The index is rebuilt
build-nothing-to-do = The index is up to date
build-failed = The index could not be rebuilt; the old one keeps serving
build-size = { $documents }, { $passages } in { $seconds } s.
build-generation = generation { $name }
stage-starting = Starting
stage-reading = Reading the documents
stage-encoding = Encoding new passages
stage-counting-terms = Counting terms
stage-learning-names = Learning names
add-title = Add this document?
add-as = As **{ $path }**, titled **{ $title }**.
add-others = { $count ->
    [one] It contains 1 more document.
   *[other] It contains { $count } more documents.
}
add-words = { $count ->
    [one] 1 word
   *[other] { $count } words
}. It begins:
add-replaces = ⚠ A document of this name is there already: it would be replaced.
add-discarded = Not added.
added-building = Added. The index is being rebuilt.
remove-title = Remove this document?
remove-sure = **{ $path }**, **{ $title }**. Citations of it will say that it is gone. The file is kept in the state folder.
removed-building = Removed. The index is being rebuilt.
remove-cancelled = Nothing was removed.

## Access

access-title = Who may see what
access-open = This server is **open**: everybody here sees all of its documents. The first `/access allow` closes it; `/access close` does so at once.
access-closed = This server is **closed**: a collection is visible only where it was granted.
access-rule = { $collection } → { $target }
access-everyone = everyone
access-allowed = Granted: { $collection } → { $target }. This server is closed: everything else is hidden.
access-revoked = Revoked: { $collection } → { $target }.
access-no-rule = There was no such rule; nothing has changed.
access-opened = This server is open: everybody here sees all of its documents. Its rules are kept for when you close it.
access-now-closed = This server is closed: a collection is visible only where it was granted.
collection-everything = **every collection**
collection-top = **documents in no collection**
choice-everything = every collection, including future ones
choice-top = documents in no collection

## What can go wrong

error-id = { $sentence }
    -# id { $id }
error-unexpected = Something went wrong on my side. The log has the details under this id.
error-busy = I am busy with other questions; try again in a moment.
error-leaving = I am restarting; try again in a minute.
error-cooling-person = That is many questions at once; try again in { $seconds } s.
error-cooling-guild = Many questions come from this server at the moment; try again in { $seconds } s.
error-manager-only = Only those who may manage this server can do this.
error-may-not-write = You may not write in this channel, so I cannot post for you.
error-server-only = This works in a server's channel, not in direct messages.
error-not-served = I am not set up for this server; ask the person who runs me.
error-not-yours = This button is for the person who asked.
error-too-old = I no longer know this answer; ask again.
error-old-button = This button is from an older version of me; ask again.
error-no-question = What do you want to know? Write your question after my name.
error-cannot-read = I can read a reply only if it mentions me: leave "@ ON" when you reply, or write my name.
error-no-words = There are no words in this message to search for.
error-unknown-source = There is no source "{ $name }" here: choose one from the list.
error-unknown-collection = There is no collection "{ $name }": choose one from the list.
error-unknown-key = No passage has the key "{ $key }": check its spelling, or ask again.
error-unknown-name = The sources that you may search don't say what "{ $name }" stands for.
error-unknown-name-similar = The sources that you may search don't say what "{ $name }" stands for. Similar names: { $similar }
error-unknown-place = I cannot find the place "{ $place }". Places look like this: report.pdf p. 12.
error-malformed-key = "{ $key }" is not a citation key; keys look like this: ttp-report-k7f3qa.
error-date = { $option } is "{ $value }": write a year, a month or a day: 2022, 2022-07 or 2022-07-05.
error-not-for-channel = This may not be shown to everybody in this channel.
error-discord-permission = Discord does not let me do that here: I am missing a permission in this channel.
error-discord = Discord did not accept my answer; try again.
error-target = Choose either a channel or a role.
error-upload-type = I cannot read "{ $name }": the endings that can be added are, among others: { $suffixes }.
error-upload-size = "{ $name }" is too big: { $size } MiB, the limit is { $limit } MiB.
error-upload-name = "{ $name }" cannot be the name of a document: use letters, digits, spaces, dots and hyphens.
error-upload-gone = This file is no longer waiting to be added; add it again.
error-upload-empty = There is no text in "{ $name }".
error-document-gone = This document no longer exists.
error-thread-here = A thread cannot be started here.
