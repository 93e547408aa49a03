"""Whether results support a claim: statistics with intervals, and the bounds that were committed beforehand."""
