"""Special functions and transforms, by scipy. It is loaded with the first that is called: it is large, and whoever only
reads or words what was found needs none of it.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Any:
    """The regularised incomplete beta function."""
    from scipy import special

    return special.betainc(a, b, x)


def nbdtrik(y: float, n: float, p: float) -> float:
    """The number of failures below which a negative binomial stays with probability `y`."""
    from scipy import special

    return float(special.nbdtrik(y, n, p))


def gammaln(x: ArrayLike) -> Any:
    """The logarithm of the gamma function."""
    from scipy import special

    return special.gammaln(x)


def gammaincinv(a: float, y: float) -> float:
    """The inverse of the regularised lower incomplete gamma function."""
    from scipy import special

    return float(special.gammaincinv(a, y))


def stdtrit(freedom: float, p: float) -> float:
    """The quantile of Student's t."""
    from scipy import special

    return float(special.stdtrit(freedom, p))


def ndtr(x: ArrayLike) -> Any:
    """The normal distribution function."""
    from scipy import special

    return special.ndtr(x)


def ndtri(y: ArrayLike) -> Any:
    """The normal quantile."""
    from scipy import special

    return special.ndtri(y)


def rfft(values: NDArray[np.float64], size: int | None = None, axis: int = -1) -> NDArray[np.complex128]:
    """The transform of real values."""
    from scipy import fft

    return np.asarray(fft.rfft(values, size, axis))


def irfft(values: NDArray[np.complex128], size: int) -> NDArray[np.float64]:
    """Real values from their transform."""
    from scipy import fft

    return np.asarray(fft.irfft(values, size))


def fast_length(target: int) -> int:
    """The next size whose transform of real values is fast."""
    from scipy import fft

    return int(fft.next_fast_len(target, real=True))
