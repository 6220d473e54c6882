"""How strongly a linear probe may be held back; apart, because the registration of its setting imports no numpy."""

L2 = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Weights of the squared coefficients that are tried by default."""
