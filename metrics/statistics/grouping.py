"""Texts that say alike, put together: `python -m metrics.statistics.grouping` reads texts and writes groups as JSON.

It is a program of its own because scikit-learn takes 150 MB and seconds to load: they are given back when it ends, and
neither web nor worker processes carry them. Words are weighted by TF-IDF, condensed to a few dozen dimensions, and
grouped where they lie dense by HDBSCAN (Campello, Moulavi and Sander 2013), which leaves out what lies alone. The same
texts give the same groups.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

Matrix = NDArray[np.float64]

MOST_WORDS, DIMENSIONS = 4_000, 40
MOST_GROUPS = 30
TERMS, CENTROID_TERMS = 5, 40
_SEED = 11
_ALONE = -1
# Words of letters; of scripts without spaces between words, pairs of signs.
_WORDS = r"[\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_][^\W_]+(?:['’-][^\W_]+)*"


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Places of the texts that belong together, the most typical first, with the words that tell them from others.

    `centroid` has the weight of each of its heaviest words, for finding the group again among others.
    """

    members: list[int]
    terms: list[str]
    centroid: dict[str, float]


def group_texts(texts: Sequence[str], *, smallest: int) -> list[TextGroup]:
    """Groups of at least `smallest` texts, the largest first; what is like no other text is in none."""
    if len(texts) < 2 * smallest:
        return []
    try:
        words = _vectorizer(len(texts))
        weights = words.fit_transform(texts)
    except ValueError:  # no text has a word that another one has too
        return []
    labels = np.full(len(texts), _ALONE)
    # A text of nothing but common words is like no other one, though all such lie at one place.
    speaking = np.flatnonzero(weights.getnnz(axis=1))
    places = np.zeros((len(texts), 1))
    if speaking.size >= 2 * smallest:
        places = _condensed(weights)
        dense = HDBSCAN(min_cluster_size=smallest, min_samples=max(2, smallest // 2), copy=True)
        labels[speaking] = dense.fit_predict(places[speaking])
    names = words.get_feature_names_out()
    overall = np.asarray(weights.mean(axis=0)).ravel()
    found = [
        _group(np.flatnonzero(labels == label), weights, places, overall, names) for label in set(labels) - {_ALONE}
    ]
    return sorted(found, key=lambda group: (-len(group.members), group.members))[:MOST_GROUPS]


def _vectorizer(count: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        token_pattern=_WORDS,
        stop_words="english",
        ngram_range=(1, 2),
        min_df=2,
        max_df=0.6 if count >= 10 else 1.0,
        max_features=MOST_WORDS,
        sublinear_tf=True,
    )


def _condensed(weights: Any) -> Matrix:  # noqa: ANN401  # a sparse matrix, whose class SciPy does not type
    dimensions = min(DIMENSIONS, min(weights.shape) - 1)
    if dimensions < 2:
        dense: Matrix = normalize(weights).toarray()
        return dense
    condensed: Matrix = normalize(TruncatedSVD(dimensions, random_state=_SEED).fit_transform(weights))
    return condensed


def _group(
    members: NDArray[np.int64],
    weights: Any,  # noqa: ANN401  # sparse, as above
    places: Matrix,
    overall: NDArray[np.float64],
    names: NDArray[np.object_],
) -> TextGroup:
    middle = places[members].mean(axis=0)
    typical = members[np.argsort(-(places[members] @ middle), kind="stable")]
    own = np.asarray(weights[members].mean(axis=0)).ravel()
    heaviest = np.argsort(-own, kind="stable")[:CENTROID_TERMS]
    return TextGroup(
        members=typical.tolist(),
        terms=_terms(own - overall, names),
        centroid={str(names[place]): round(float(own[place]), 5) for place in heaviest if own[place] > 0},
    )


def _terms(lead: NDArray[np.float64], names: NDArray[np.object_]) -> list[str]:
    """The words with the largest lead over all texts; none that is part of one taken already."""
    terms: list[str] = []
    for place in np.argsort(-lead, kind="stable")[: 4 * TERMS]:
        word = str(names[place])
        if lead[place] <= 0 or len(terms) == TERMS:
            break
        terms = [taken for taken in terms if taken not in word.split()] if " " in word else terms
        if not any(set(word.split()) & set(taken.split()) for taken in terms):
            terms.append(word)
    return terms


if __name__ == "__main__":
    wish = json.load(sys.stdin)
    json.dump([asdict(group) for group in group_texts(wish["texts"], smallest=wish["smallest"])], sys.stdout)
