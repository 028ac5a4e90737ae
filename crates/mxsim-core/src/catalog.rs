//! The catalogue of presets: real and plain senders, resolvers and authorities, as data with the source of every parameter.
