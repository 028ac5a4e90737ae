//! The commands that simulate scenarios side by side, held against truths that are known another way.

mod compare;
mod fail;
