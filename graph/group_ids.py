"""Ids of interest groups: new ones from their members, old ones carried over by majority.

Belongs here: naming groups. Does not belong here: finding them (`groups`).
"""

from hashlib import sha256

import numpy as np
import pandas as pd


def name_groups(
    subject_ids: np.ndarray, labels: np.ndarray, *, namespace: tuple[str, str], previous: pd.DataFrame
) -> np.ndarray:
    """Names the groups of one organisation.

    A group takes over the id of an earlier group if they share more than half of the members of each. No two groups
    can hold more than half of the same one, so this is one-to-one, and the heir is also the group of maximum overlap.
    Every other group gets 'g_' + 16 hex digits of SHA-256 over the namespace and all members in order, so an id never
    silently moves to other people. It is not built on one member on purpose: once published, such an id would name
    that member to anybody who holds a list of subject ids.

    Args:
        subject_ids: n ids in ascending order.
        labels: n group numbers 0 … k − 1, each in use.
        namespace: network and organisation.
        previous: columns subject_id, group_id of an earlier run of the same organisation; may be empty.

    Returns:
        k ids, by group number.

    Examples:
        >>> people, labels = np.array(["s_a", "s_b", "s_c", "s_d"]), np.array([0, 0, 0, 1])
        >>> earlier = pd.DataFrame({"subject_id": ["s_a", "s_b"], "group_id": ["g_old", "g_old"]})
        >>> name_groups(people, labels, namespace=("staff", "city"), previous=earlier).tolist()
        ['g_old', 'g_27ad1382f8338518']
    """
    inherited = _inherited_ids(subject_ids, labels, previous)
    taken = set(inherited.values())
    members = subject_ids[np.argsort(labels, kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(labels))])
    ids = []
    for label in range(int(labels.max()) + 1):
        # A new group can equal the founding members of an id that has since moved on: then try the next hash.
        parts, group_id = [*namespace, *members[starts[label] : starts[label + 1]]], inherited.get(label)
        while group_id is None:
            fresh = "g_" + sha256("\x1f".join(parts).encode()).hexdigest()[:16]
            group_id = None if fresh in taken else fresh
            parts.append("")
        taken.add(group_id)
        ids.append(group_id)
    return np.array(ids, dtype=object)


def _inherited_ids(subject_ids: np.ndarray, labels: np.ndarray, previous: pd.DataFrame) -> dict[int, str]:
    current = pd.DataFrame({"subject_id": subject_ids, "label": labels})
    pairs = current.merge(previous, on="subject_id")
    if pairs.empty:
        return {}
    shared = pairs.groupby(["label", "group_id"], as_index=False).agg(n_shared=("subject_id", "size"))
    old_size = shared["group_id"].map(previous["group_id"].value_counts())
    new_size = np.bincount(labels)[shared["label"].to_numpy()]
    heirs = shared[(2 * shared["n_shared"] > new_size) & (2 * shared["n_shared"] > old_size)]
    return dict(zip(heirs["label"].astype(int), heirs["group_id"], strict=True))
