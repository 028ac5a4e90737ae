//! Comments that say something about mail: records that were commented out, and what Cloudflare adds to its exports.

use super::fault::ZoneNote;
use super::fields::is_ttl_or_class;
use super::lexer::Comment;
use super::read::Record;
use crate::dns::zone::Name;
use std::collections::BTreeSet;

/// An MX record in a comment, though its owner may not have meant it to be one.
pub(super) fn commented_out(comment: &Comment<'_>) -> Option<ZoneNote> {
    let words: Vec<&str> = comment.token.text.trim_start_matches(';').split_whitespace().collect();
    let at = words.len().checked_sub(3)?;
    let is_mx = words[at].eq_ignore_ascii_case("MX") && words[at + 1].parse::<u16>().is_ok();
    if !is_mx || !(comment.follows_words || is_record_start(&words[..at])) {
        return None;
    }
    let what = words.join(" ");
    let text = if comment.follows_words {
        format!("`{what}` stands behind a semicolon and is a comment; put it on a line of its own")
    } else {
        format!(
            "`{what}` is commented out, so senders never see it; remove the semicolon if the host is to take mail"
        )
    };
    Some(ZoneNote { code: "mx-after-semicolon", text })
}

/// True for what stands before the type of a record: an owner, a TTL and a class, each of which may be missing.
fn is_record_start(words: &[&str]) -> bool {
    words.len() <= 3 && words.iter().skip(1).all(|word| is_ttl_or_class(word))
}

/// The owners of the records that stand before a remark `cf-proxied:true` in their line.
pub(super) fn proxied(text: &str, comments: &[Comment<'_>], records: &[Record]) -> BTreeSet<Name> {
    let says_so =
        |comment: &&Comment<'_>| comment.follows_words && comment.token.text.contains("cf-proxied:true");
    let owner = |comment: &Comment<'_>| {
        let before = records.iter().rev().find(|record| record.range.end <= comment.token.range.start)?;
        let between = text.get(before.range.end..comment.token.range.start)?;
        (!between.contains('\n')).then(|| before.owner.clone())
    };
    comments.iter().filter(says_so).filter_map(owner).collect()
}
