//! Examples of embedding mxsim; see the files beside this one.
