"""The names of Russia masked: does the model read who is spoken of, or what is said?"""

import re

import numpy as np
from edits import Edit, edited

from pipeline.scoring.classification import label_counts, macro_f1
from pipeline.scoring.resampling import sum_by_article

LEADERS = (
    "Putin|Yeltsin|Medvedev|Lavrov|Gorbachev|Shoigu|Peskov|Khrushchev|Brezhnev|Stalin|Lenin|Prigozhin|Mishustin|"
    "Zakharova"
)
FIRST_NAMES = (
    "Vladimir|Boris|Dmitry|Dmitri|Sergei|Sergey|Mikhail|Nikita|Leonid|Joseph|Josef|Yevgeny|Maria|Vladimirovich|"
    "President|Prime Minister|Foreign Minister|Mr\\.?|Premier|Comrade"
)
LEADER = rf"\b(?:(?:{FIRST_NAMES})\s+)*(?:{LEADERS})"
PLACE = r"(?:Russian Federation|Soviet Union|Russia|Moscow|Kremlin|USSR|U\.S\.S\.R\.)"
OWN = r"(?:’s|'s)"
MASKS = {
    "russia": (
        (rf"{LEADER}{OWN}", "that leader's"),
        (rf"{LEADER}\b", "that leader"),
        (rf"\b(?:[Tt]he\s+)?{PLACE}{OWN}", "its"),
        (r"(?<=[Aa]nti-|.[Pp]ro-)(?:Russian?|Soviet|Kremlin|Moscow|Putin)\b", "government"),
        (rf"\b(?:[Tt]he\s+)?{PLACE}(?!\w)", "that country"),
        (r"\b(?:[Tt]he\s+)?(?:Russians|Soviets)\b", "its people"),
        (r"\b(?:[Tt]he\s+|[Aa]n?\s+)?(?:Russian|Soviet)\b", "its"),
        (r"\b(?:Putinis[mt]s?|Russophob\w+|Kremlinolog\w+)\b", "that"),
    ),
    "west": (  # as many words, of other subjects: what masking any name does
        (rf"\b(?:[Tt]he\s+)?(?:America|Ukraine|NATO|Washington|Europe|Kyiv|Kiev|United States|West){OWN}", "its"),
        (
            r"\b(?:[Tt]he\s+)?(?:United States|America|Ukraine|NATO|Washington|Europe|European Union|Kyiv|Kiev|West)\b",
            "that country",
        ),
        (r"\b(?:[Tt]he\s+|[Aa]n?\s+)?(?:American|Ukrainian|European|Western)\b", "its"),
    ),
}
SWAPS = {  # of Russia and its neighbours: the codebook calls what is said of another state off target, hence neutral
    "Russian Federation": "Islamic Republic", "Soviet Union": "Persian Empire", "Russians": "Iranians",
    "Russian": "Iranian", "Russia": "Iran", "Soviets": "Persians", "Soviet": "Persian", "USSR": "Persia",
    "Moscow": "Tehran", "Kremlin": "Majlis", "Putinism": "Khomeinism", "Putin": "Khamenei", "Yeltsin": "Khatami",
    "Medvedev": "Rouhani", "Gorbachev": "Rafsanjani", "Lavrov": "Zarif", "Stalin": "Khomeini", "Vladimir": "Ali",
    "Ukrainians": "Iraqis", "Ukrainian": "Iraqi", "Ukraine": "Iraq", "Kyiv": "Baghdad", "Kiev": "Baghdad",
    "Crimea": "Basra", "Donbas": "Mosul", "Chechnya": "Kurdistan", "Gazprom": "Naftiran", "Nord Stream": "South Pars",
}  # fmt: skip
MASKS["russia for iran"] = tuple((rf"\b{old}", new) for old, new in SWAPS.items())
COMPILED = {name: [(re.compile(pattern), new) for pattern, new in rules] for name, rules in MASKS.items()}


def name_edits(text, start, end, masks):
    """Edits of one sentence; of overlapping names the rule that stands first takes its own."""
    found = []
    for pattern, new in masks:
        for match in pattern.finditer(text, start, end):
            if all(match.end() <= edit.start or match.start() >= edit.end for edit in found):
                capital = new[:1].upper() + new[1:] if match.start() == start else new
                found.append(Edit(match.start(), match.end(), capital))
    return found


def masked(article, masks):
    """The article without the names, in every sentence. Shapes: (n_judged,), which of the judged ones held one."""
    edits = [name_edits(article.text, s.start, s.end, masks) for s in article.sentences]
    held = np.array([bool(own) for own, s in zip(edits, article.sentences, strict=True) if s.is_judged], bool)
    return edited(article, [edit for own in edits for edit in own]), held


def compared(before, after, holds_name, resamples):
    """Macro-F1 with and without names, and labels that change: of all sentences, with a name, and without one."""
    parts = {"all": np.ones(len(holds_name), bool), "with a name": holds_name, "without a name": ~holds_name}
    return [
        {"part": part, "sentences": int(of.sum())} | _figures(before, after, of, resamples)
        for part, of in parts.items()
    ]


def _figures(before, after, of, resamples):
    n = resamples.n_articles
    counts = [label_counts(x.gold[of], x.chosen[of], x.article[of], n) for x in (before, after)]
    differs = (before.chosen != after.chosen).any(axis=1)
    changed = sum_by_article(np.column_stack([differs & of, of]), before.article, n)
    names, labels = ("before", "after", "difference"), before.task.values
    estimates = resamples.of_sums_each(np.stack(counts, axis=1), _both)
    flows = before.chosen[of].astype(int).T @ after.chosen[of].astype(int)
    poles = [labels.index(pole) for pole in (before.task.poles.positive, before.task.poles.negative)]
    sides = np.column_stack([x.chosen[:, poles].any(axis=1) & of for x in (before, after)])
    sides = sum_by_article(np.column_stack([sides, of]), before.article, n)
    return dict(zip(names, estimates, strict=True)) | {
        "with_a_side": resamples.of_sums(sides, lambda sums: sums[..., 0] / np.maximum(sums[..., 2], 1)),
        "with_a_side_after": resamples.of_sums(sides, lambda sums: sums[..., 1] / np.maximum(sums[..., 2], 1)),
        "changed": resamples.of_sums(changed, lambda sums: sums[..., 0] / np.maximum(sums[..., 1], 1)),
        "flows": {a: dict(zip(labels, row.tolist(), strict=True)) for a, row in zip(labels, flows, strict=True)},
    }


def _both(counts):
    """Shapes: (..., 2, n_labels, 3) to (..., 3): macro-F1 before, after, and the difference."""
    first, second = macro_f1(counts[..., 0, :, :]), macro_f1(counts[..., 1, :, :])
    return np.stack([first, second, second - first], axis=-1)
