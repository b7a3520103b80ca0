"""A component of authority stands in one place: whoever adds one adds an entry, and everything else follows."""

import json
import subprocess
import sys

ADDED = """
import json
import pyarrow as pa
from graph import authority

authority.AUTHORITY_COMPONENTS += (
    authority.AuthorityComponent(
        name="messages_received",
        kind=pa.float64(),
        doc="Weight of all that was written to the subject.",
        phrase_en="how much is written to them",
        phrase_ru="объём полученного",
        exact=lambda weights: weights.sum(axis=0),
    ),
)

import numpy as np
import pandas as pd
from graph.leaders import LEADER_SCORE_SCHEMA, leader_scores
from graph.reasons import leader_reasons
from graph.replicates import AuthorityReplicate

# d writes much to c; all others, little to a and b
rows = [("d", "c", 60.0), ("e", "a", 1.0), ("d", "a", 1.0), ("c", "b", 1.0), ("e", "b", 1.0), ("a", "b", 1.0)]
edges = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id", "weight"])
edges = edges.assign(network="staff", organisation="city", n_messages=1)
scores = leader_scores(edges).set_index("subject_id")
reasons = leader_reasons(edges, k=1)
names = sorted(scores.index)
source, target = (edges[c].map(names.index).to_numpy() for c in ("source_subject_id", "target_subject_id"))
drawn = AuthorityReplicate(source, target, 5, edges["weight"].to_numpy()).score(edges["weight"].to_numpy())
print(json.dumps({
    "field": LEADER_SCORE_SCHEMA.field("messages_received").metadata[b"doc"].decode(),
    "received": scores["messages_received"].to_dict(),
    "ranked without it": "rank_without_messages_received" in reasons.columns,
    "score": [round(scores.loc[name, "authority_score"], 6) for name in names],
    "score of a replicate": [round(float(value), 6) for value in drawn],
}))
"""


def test_one_entry_gives_a_component_its_column_its_share_of_the_score_its_reasons_and_its_intervals() -> None:
    found = json.loads(subprocess.run([sys.executable, "-c", ADDED], capture_output=True, text=True, check=True).stdout)
    assert found["field"] == "Weight of all that was written to the subject."
    assert found["received"] == {"a": 2.0, "b": 3.0, "c": 60.0, "d": 0.0, "e": 0.0}
    assert found["ranked without it"]
    assert found["score"] == found["score of a replicate"]
