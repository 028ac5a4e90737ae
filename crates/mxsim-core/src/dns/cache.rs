//! The cache of one hop: when an answer is fetched, kept, ordered and held.
