"""Leader scores: whom others turn to (authority) and how far a message would travel (spread).

Belongs here: the two scores and their ranks. Does not belong here: what authority is made of (`authority`), the
eigen-solver (`hits`), groups (`groups`), suppression and consent (the marts do that).

What the scores are not: they do not measure formal rank, merit or loyalty. In the mail of a trading company they
found senior staff well; in a manufacturing company every score of this kind stayed close to guessing at titles.
"""

from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from graph.authority import AUTHORITY_COMPONENTS, authority_components, doubled_rank_sum
from graph.build import SUBJECT_FIELDS, CommunicationGraph, conform, iter_graphs
from graph.hits import settle

METHOD_VERSION = "leaders-1"

LEADER_SCORE_SCHEMA = pa.schema(
    [
        *SUBJECT_FIELDS,
        *(
            pa.field(component.name, component.kind, False, {"doc": component.doc})
            for component in AUTHORITY_COMPONENTS
        ),
        pa.field("authority_score", pa.float64(), False, {"doc": "Mean rank by these, 0 to 1 (definition 16)."}),
        pa.field("authority_rank", pa.int64(), False, {"doc": "Rank by authority_score, 1 is first."}),
        pa.field("spread_score", pa.float64(), False, {"doc": "People a message would reach (definition 16)."}),
        pa.field("spread_rank", pa.int64(), False, {"doc": "Rank by spread_score, 1 is first."}),
        pa.field("method_version", pa.string(), False, {"doc": "Version of the method."}),
    ]
)

# A staff message reaches its recipient, so it travels along sender → recipient. A citizen who answers a post has read
# it, so there the message travelled from the post's author to the answer's author: against answerer → author.
MESSAGE_TRAVEL: dict[str, Literal["along", "against"]] = {"staff": "along", "citizens": "against"}


def leader_scores(edges: pd.DataFrame, *, transmission_probability: float = 0.1) -> pd.DataFrame:
    r"""Scores every subject of every (network, organisation) in `edges`.

    **Authority** answers "whom do others turn to". With the components C of `graph.authority`

    * HITS authority of the graph without weights, and of the weighted graph (see `graph.hits`),
    * number of distinct senders (in-degree),
    * local H-index: the largest h such that h of those who write to the subject are themselves written to by at
      least h people (see `graph.authority.local_h_index`),

    each is replaced by its ascending rank r (average rank for ties) among the n subjects, and

    .. math:: \mathrm{authority}_u = \frac{1}{|C|} \sum_{c \in C} \frac{r_c(u) - 1}{n - 1} \in [0, 1]

    so 1 is whoever comes first, alone, in all of them. It is relative to the organisation: never compare two
    organisations by it. Ranks are averaged because the components have incomparable scales; direction and weighting
    matter more than the number of components, and a blanket mean of all centralities did worse on data with truth.

    **Spread** answers "how far would a message go": see `truncated_katz`. In the staff network messages travel along
    the edges (sender to recipient), in the citizens network against them (from the author of a post to whoever
    answered it).

    Args:
        edges: columns network, organisation, source_subject_id, target_subject_id, n_messages, weight; direction
            sender → recipient, or author of the answer → author of the post answered.
        transmission_probability: chance in (0, 1) that one unit of weight (one fresh message to one recipient alone)
            carries the content on.

    Returns:
        One row per network, organisation and subject, ordered by the three, with the columns of
        `LEADER_SCORE_SCHEMA`. Ranks: 1 = highest; ties share the smallest rank. Somebody who only has messages to
        themselves gets no row. No edges, no rows, same columns and types. Nothing is drawn at
        random: there is no seed.

    Raises:
        EdgeFrameError: the frame lacks columns or holds impossible values.
        ValueError: `transmission_probability` is not in (0, 1).
        graph.hits.HitsConvergenceError: the eigen-solver did not converge.

    References:
        Kleinberg (1999), Authoritative sources in a hyperlinked environment, doi:10.1145/324133.324140.
        Lü, Zhou, Zhang & Stanley (2016), The H-index of a network node, doi:10.1038/ncomms10168.
        Katz (1953), A new status index derived from sociometric analysis, doi:10.1007/BF02289026.

    Examples:
        Everybody asks Anna; only Anna answers, and only to Boris.

        >>> rows = [("s_boris", "s_anna"), ("s_clara", "s_anna"), ("s_denis", "s_anna"), ("s_anna", "s_boris")]
        >>> edges = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id"])
        >>> edges = edges.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
        >>> scores = leader_scores(edges).set_index("subject_id")
        >>> scores["authority_rank"].to_dict()
        {'s_anna': 1, 's_boris': 2, 's_clara': 3, 's_denis': 3}
        >>> scores["authority_score"].round(3).to_dict()
        {'s_anna': 0.958, 's_boris': 0.542, 's_clara': 0.25, 's_denis': 0.25}
    """
    if not 0 < transmission_probability < 1:
        raise ValueError(f"transmission_probability is {transmission_probability}; accepted is 0 < p < 1.")
    frames = [_score(graph, transmission_probability) for graph in iter_graphs(edges) if graph.n_subjects]
    return conform(frames, LEADER_SCORE_SCHEMA)


def truncated_katz(travel: sparse.csr_array, *, transmission_probability: float = 0.1) -> np.ndarray:
    r"""Expected reach of a message within three steps.

    .. math:: s = P\mathbf{1} + P^2\mathbf{1} + P^3\mathbf{1}, \qquad p_{uv} = 1 - (1 - p)^{w_{uv}}

    P is the independent cascade of Kempe, Kleinberg & Tardos with parallel edges: a tie of weight w stands for w
    chances, each of which passes the content on with probability p. That is 1 − exp(−w·c) with c = −ln(1 − p): it
    stays a probability however heavy the tie, and for light ties it is proportional to the weight.

    Unit: people, counted with multiplicity. It counts walks, so it is an upper bound on the expected number of
    people reached within three steps, and exceeds the size of a dense group. Use it to order, not as a head count.
    Cost: three sparse products, O(edges).

    Args:
        travel: n × n; entry (u, v) = weight of the tie on which a message goes from u to v. With the edges reversed
            it measures how exposed somebody is, which is nearly unrelated.
        transmission_probability: p, in (0, 1).

    References:
        Kempe, Kleinberg & Tardos (2003), Maximizing the spread of influence, doi:10.1145/956750.956769.

    Examples:
        A chain u → v → w whose links each carry with probability 1/2: 1/2 + 1/4 people from u, 1/2 from v.

        >>> chain = sparse.csr_array(np.array([[0.0, 1, 0], [0, 0, 1], [0, 0, 0]]))
        >>> truncated_katz(chain, transmission_probability=0.5).tolist()
        [0.75, 0.5, 0.0]
    """
    transmission = travel.copy()
    transmission.data = -np.expm1(travel.data * np.log1p(-transmission_probability))
    reach = np.zeros(travel.shape[0])
    for _ in range(3):
        reach = transmission @ (1 + reach)
    return reach


def _score(graph: CommunicationGraph, transmission_probability: float) -> pd.DataFrame:
    against = MESSAGE_TRAVEL[graph.network] == "against"
    travel = graph.weights.T.tocsr() if against else graph.weights
    components = authority_components(graph.weights)
    doubled = doubled_rank_sum(components)
    n_components = len(AUTHORITY_COMPONENTS)
    scores = components.assign(
        network=graph.network,
        organisation=graph.organisation,
        subject_id=graph.subject_ids,
        authority_score=(doubled - 2 * n_components) / (2 * n_components * (graph.n_subjects - 1)),
        authority_rank=doubled.rank(method="min", ascending=False).astype("int64"),
        spread_score=settle(truncated_katz(travel, transmission_probability=transmission_probability)),
        method_version=METHOD_VERSION,
    )
    scores["spread_rank"] = scores["spread_score"].rank(method="min", ascending=False).astype("int64")
    return scores
