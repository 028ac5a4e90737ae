//! From tallies to results: means, quantiles and fractions with their intervals, causes, goals and the verdict.
