"""HITS authorities by a Lanczos iteration that never draws a random number.

Belongs here: the eigen-solver. Does not belong here: how authorities enter a score (`leaders`).

Why not the two usual ways. Power iteration needs 1/(1 − λ₂/λ₁) rounds, and two unconnected parts of nearly equal
strength, common among citizens, bring that to millions. ARPACK (`scipy.sparse.linalg.svds`, `networkx.hits`) goes on
with a random vector when its start is already an eigenvector: on a plain cycle, or a set of equal pairs, it then
returns other numbers at each call and does not see that everybody is equal.
"""

import numpy as np
from scipy import sparse
from scipy.linalg import eigh_tridiagonal

# Products between restarts; more converge in fewer products but keep as many vectors of n numbers in memory.
CYCLE_LENGTH = 30

# Accepted relative residual ‖AᵀA·a − λa‖ / λ.
RESIDUAL_TOLERANCE = 1e-10

# A Krylov space that grows by less than this share of λ has closed: the rest is rounding noise.
BREAKDOWN_TOLERANCE = 1e-12

# Symmetric subjects must tie, and two ways of adding the same floats differ in the last digits: scores are rounded
# to this many decimals of the highest one.
COMPARED_DECIMALS = 10


class HitsConvergenceError(RuntimeError):
    """The leading singular vector was not found within the allowed number of matrix products."""


def hits_authority(adjacency: sparse.csr_array, *, max_products: int = 100_000) -> np.ndarray:
    r"""HITS authorities of a non-negative matrix, summing to 1.

    Authorities a and hubs h reinforce each other, :math:`a \propto A^\top h,\ h \propto A a`: a is the leading
    eigenvector of :math:`A^\top A`. Where several are equally strong it is, as for power iteration from equal scores,
    the part of the all-ones vector in their span. Explicitly restarted Lanczos from that vector stays in the space
    that power iteration walks through, hence finds the same limit, with the square root of its number of products.

    A known limit of HITS: in a graph of several unconnected parts only the strongest gets a score above 0.

    Args:
        adjacency: n × n, n >= 2; row = sender, column = recipient; no negative and at least one positive entry.
        max_products: bound on the products with AᵀA.

    Raises:
        HitsConvergenceError: the residual is still too large; says size, bound and residual.

    References:
        Kleinberg (1999), Authoritative sources in a hyperlinked environment, doi:10.1145/324133.324140.
        Saad (2011), Numerical methods for large eigenvalue problems, chapter 6, doi:10.1137/1.9781611970739.

    Examples:
        >>> star = sparse.csr_array(np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, 0]]))
        >>> hits_authority(star).tolist()
        [1.0, 0.0, 0.0]
    """
    n = adjacency.shape[0]
    matrix = adjacency.astype(float) / adjacency.max()
    transposed = matrix.T.tocsr()
    vector, residual = np.full(n, 1 / np.sqrt(n)), np.inf
    for _ in range(0, max_products, CYCLE_LENGTH):
        vector, residual = lanczos_cycle(matrix, transposed, vector)
        if residual <= RESIDUAL_TOLERANCE:
            authority = settle(vector)
            shares: np.ndarray = authority / authority.sum()
            return shares
    raise HitsConvergenceError(
        f"HITS did not converge within {max_products} products on {n} subjects and {adjacency.nnz} ties: relative "
        f"residual {residual:.1e}, accepted {RESIDUAL_TOLERANCE:.0e}. Raise max_products."
    )


def settle(values: np.ndarray) -> np.ndarray:
    """Rounds non-negative values to `COMPARED_DECIMALS` of the highest one, so that equals are equal."""
    top = values.max()
    return values if top == 0 else np.round(values / top, COMPARED_DECIMALS) * top


def lanczos_cycle(
    matrix: sparse.csr_array, transposed: sparse.csr_array, start: np.ndarray, length: int = CYCLE_LENGTH
) -> tuple[np.ndarray, float]:
    """Best approximation of the leading eigenvector of AᵀA in one Krylov space, and its relative residual.

    Args:
        matrix: A, with at least one positive entry.
        transposed: Aᵀ.
        start: n numbers of length 1, not orthogonal to the eigenvector.
        length: dimension of the space, and number of products with AᵀA.
    """
    basis = np.empty((length, len(start)))
    basis[0] = start
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    for step in range(length):
        product = transposed @ (matrix @ basis[step])
        diagonal.append(float(product @ basis[step]))
        # Twice is enough for full orthogonality (Saad 2011, section 4.3); once leaves ghosts of found vectors.
        for _ in range(2):
            product -= basis[: step + 1].T @ (basis[: step + 1] @ product)
        growth = float(np.linalg.norm(product))
        if growth <= BREAKDOWN_TOLERANCE * max(diagonal) or step == length - 1:
            break
        off_diagonal.append(growth)
        basis[step + 1] = product / growth
    values, vectors = eigh_tridiagonal(diagonal, off_diagonal)
    leading = np.abs(vectors[:, -1] @ basis[: len(diagonal)])
    return leading / np.linalg.norm(leading), growth * abs(vectors[-1, -1]) / values[-1]
