"""The forms of English verbs and nouns: the one inflector.

A dictionary with rules for what it lacks, both from the package `lemminflect` (its words are those of the NIH's
SPECIALIST Lexicon). Loading it takes some tenths of a second, so it is imported when the first word is asked for.
"""

import functools

# "overfly" is not in the dictionary, "fly" is: its forms are those of the word behind the prefix.
PREFIXES = ("counter-", "counter", "over", "under", "out", "mis", "pre-", "pre", "dis", "de-", "re-", "re", "un")


@functools.cache
def _forms(lemma: str, kind: str) -> dict[str, tuple[str, ...]]:
    """Tag of the Penn Treebank -> forms. kind: VERB or NOUN. Empty for an inflected form ("hacked")."""
    import lemminflect

    known = lemminflect.getAllInflections(lemma, upos=kind)
    if known or lemminflect.getAllLemmas(lemma, upos=kind):
        return known
    for prefix in PREFIXES if kind == "VERB" else ():
        rest = lemma.removeprefix(prefix)
        if rest != lemma and len(rest) > 2 and (behind := lemminflect.getAllInflections(rest, upos=kind)):
            return {tag: tuple(prefix + form for form in forms) for tag, forms in behind.items()}
    return lemminflect.getAllInflectionsOOV(lemma, upos=kind)


@functools.cache
def forms_of_verb(lemma: str) -> frozenset[str]:
    """All forms of a verb in lower case: "impose" -> impose, imposes, imposed, imposing; "be" -> am, are, is, was ….

    An inflected form ("imposed") stands for itself alone, a word that no dictionary has is inflected by rule.
    """
    lemma = lemma.lower()
    return frozenset({lemma}.union(*_forms(lemma, "VERB").values()))


@functools.cache
def participles_of(lemma: str) -> frozenset[str]:
    """The past participles of a verb: "take" -> taken, "hang" -> hung, hanged. An inflected form gives itself."""
    lemma = lemma.lower()
    forms = _forms(lemma, "VERB")
    past = forms.get("VBD", (lemma,))  # the dictionary leaves out a participle that is the past tense
    return frozenset(forms.get("VBN", past)).union(form for form in past if form.endswith("ed"))


@functools.cache
def forms_of_noun(lemma: str) -> frozenset[str]:
    """A noun and its plurals in lower case: "embassy" -> embassy, embassies. A plural stands for itself alone."""
    lemma = lemma.lower()
    return frozenset({lemma}.union(*_forms(lemma, "NOUN").values()))


@functools.cache
def may_be_noun(form: str) -> bool:
    """True when a form of a verb is also one of a noun ("attacks", "cut"), -ing forms included ("the shelling")."""
    import lemminflect

    form = form.lower()
    return form.endswith("ing") or bool(lemminflect.getAllLemmas(form, upos="NOUN"))
