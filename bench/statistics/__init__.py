"""Standard errors of means of dependent observations, and tests between rows."""
