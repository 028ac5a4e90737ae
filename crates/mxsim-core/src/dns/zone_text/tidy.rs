//! Decoration taken off a text before it is read, whatever tool or program put it there.
//!
//! What people paste passed through terminals, mails, chats, browsers and word processors. These add colours, invisible characters, blanks that
//! are no spaces, HTML, Markdown and line numbers. None of it is ever part of a record, so it is removed once, here, and every reader sees plain
//! lines. A [`Map`] remembers where each byte came from, so that errors point into the text as it was pasted.

use super::ornament;
use super::places::{Copier, Map};

/// A text without its decoration.
pub(super) fn tidy(text: &str) -> (String, Map) {
    let (plain, characters) = plain_characters(text);
    let (bare, lines) = ornament::strip(&plain);
    (bare, characters.then(lines))
}

/// The first step: character by character.
fn plain_characters(text: &str) -> (String, Map) {
    let mut copier = Copier::new(text);
    let is_escaped_line = !text.trim().contains(['\n', '\r']) && text.contains("\\n");
    // Where a link ends whose text is kept.
    let (mut at, mut link_end) = (0, None);
    while let Some(c) = text[at..].chars().next() {
        let found = match link_end {
            Some(end) if end == at => Some((1, "")),
            _ => replaced(c, &text[at..], is_escaped_line),
        };
        let Some((length, instead)) = found else {
            at += c.len_utf8();
            continue;
        };
        copier.replace(at..at + length, instead);
        if text[at..at + length].ends_with('|') {
            link_end = near(&text[at..]).find('>').map(|end| at + end);
        }
        at += length;
    }
    copier.finish()
}

/// How many bytes at the start of `rest`, whose first character is `c`, stand for something else, and for what; `None` if they stand for
/// themselves.
fn replaced(c: char, rest: &str, is_escaped_line: bool) -> Option<(usize, &'static str)> {
    let one = |instead| Some((c.len_utf8(), instead));
    match c {
        '\n' | '\t' => None,
        '\r' if rest.starts_with("\r\n") => None,
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => one("\n"),
        '\u{1b}' | '\u{9b}' => Some((escape_sequence(rest), "")),
        '\u{b}' | '\u{c}' => one(" "),
        '<' => tag(rest),
        '[' => lost_colour(rest).map(|length| (length, "")).or_else(|| markdown_link(rest).map(|_| (1, ""))),
        // Bold, in Markdown.
        '*' if rest.starts_with("**") => Some((2, "")),
        ']' if rest.starts_with("](http") => Some((near(rest).find(')')? + 1, "")),
        '&' => entity(rest),
        // A string of JSON or of a program, with its line ends written out.
        '\\' if is_escaped_line && rest.starts_with("\\n") => Some((2, "\n")),
        '\\' if is_escaped_line && rest.starts_with("\\t") => Some((2, "\t")),
        _ if c.is_ascii() && !c.is_control() => None,
        _ if c.is_control() || is_invisible(c) => one(""),
        _ if c.is_whitespace() => one(" "),
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => one("\""),
        '│' | '┃' | '║' | '┆' | '┊' | '╎' => one("|"),
        '\u{2500}'..='\u{257f}' => one("-"),
        _ => None,
    }
}

/// Characters without width, which editors, chats and PDF put into names: soft hyphens, joiners, marks of direction, byte-order marks.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe0f}' | '\u{feff}')
}

/// The length of the terminal sequence at the start of `rest` (ECMA-48): CSI, OSC, or two characters.
fn escape_sequence(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    let introducer = match chars.next() {
        Some((_, '\u{9b}')) => Some('['),
        _ => chars.next().map(|(_, c)| c),
    };
    let is_end = |c: char| match introducer {
        Some('[') => matches!(c, '\u{40}'..='\u{7e}') || c == '\n',
        Some(']') => matches!(c, '\u{7}' | '\\' | '\n'),
        _ => true,
    };
    match introducer {
        Some('[' | ']') => {
            chars.find(|(_, c)| is_end(*c)).map_or(rest.len(), |(at, c)| at + usize::from(c != '\n'))
        }
        // A character set takes one more letter.
        Some('(' | ')') => chars.next().map_or(rest.len(), |(at, c)| at + c.len_utf8()),
        Some(c) if c != '\n' => 1 + c.len_utf8(),
        _ => 1,
    }
}

/// The start of `rest` in which a tag or a link has to end: to look further would take long in a text full of brackets.
fn near(rest: &str) -> &str {
    const FAR: usize = 400;
    let end = (0..=FAR.min(rest.len())).rev().find(|&end| rest.is_char_boundary(end));
    &rest[..end.unwrap_or(0)]
}

/// Tags of HTML that stand around text, and what they do to it.
const TAGS: [(&str, &str); 28] = [
    ("pre", ""),
    ("code", ""),
    ("samp", ""),
    ("tt", ""),
    ("kbd", ""),
    ("span", ""),
    ("font", ""),
    ("b", ""),
    ("i", ""),
    ("u", ""),
    ("strong", ""),
    ("em", ""),
    ("a", ""),
    ("p", "\n"),
    ("br", "\n"),
    ("div", "\n"),
    ("li", "\n"),
    ("ul", "\n"),
    ("ol", "\n"),
    ("tr", "\n"),
    ("td", "\t"),
    ("th", "\t"),
    ("table", "\n"),
    ("thead", ""),
    ("tbody", ""),
    ("blockquote", "\n"),
    ("html", ""),
    ("body", ""),
];

/// A tag of HTML, or the target of a link as Slack and Outlook write it: `<http://mx1.example.com|mx1.example.com>`, `mx1.example.com<http://mx1.example.com>`.
fn tag(rest: &str) -> Option<(usize, &'static str)> {
    let end = near(rest).find(['>', '\n']).filter(|&end| rest[end..].starts_with('>'))?;
    let inner = &rest[1..end];
    if inner.starts_with("http://") || inner.starts_with("https://") {
        return Some((inner.find('|').map_or(end, |bar| bar + 1) + 1, ""));
    }
    let closes = inner.starts_with('/');
    let name = inner.trim_matches('/').split_whitespace().next()?.to_ascii_lowercase();
    let (_, instead) = TAGS.iter().find(|(tag, _)| *tag == name)?;
    // A cell is closed or opened: one blank is enough, and a line must not begin with one.
    Some((end + 1, if *instead == "\t" && !closes { "" } else { instead }))
}

/// The length of a colour that lost its escape character: `[01;31m`.
fn lost_colour(rest: &str) -> Option<usize> {
    let digits = rest[1..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    (digits > 0 && digits < 12 && rest[1 + digits..].starts_with('m')).then_some(digits + 2)
}

/// The text of a link of Markdown, `[mx1.example.com](http://mx1.example.com)`.
fn markdown_link(rest: &str) -> Option<&str> {
    let text = &rest[1..near(rest).find(']')?];
    let is_link = rest[1 + text.len()..].starts_with("](http") && !text.contains(char::is_whitespace);
    is_link.then_some(text)
}

fn entity(rest: &str) -> Option<(usize, &'static str)> {
    const ENTITIES: [(&str, &str); 9] = [
        ("&nbsp;", " "),
        ("&#160;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#9;", "\t"),
    ];
    ENTITIES.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, instead)| (name.len(), *instead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoration_goes_and_places_stay_known() {
        for (text, plain) in [
            ("\u{1b}[01;32mme\u{1b}[00m$ dig", "me$ dig"),
            ("\u{1b}]0;title\u{7}a\u{1b}(Bb\u{1b}[K", "ab"),
            ("a\u{200b}\u{ad}\u{feff}b\0\u{7f}\u{1a}", "ab"),
            ("a\u{a0}b\u{2003}c", "a b c"),
            ("a\rb\r\nc\u{2028}d", "a\nb\r\nc\nd"),
            ("<pre><code class=\"x\">a &lt;b&gt;&nbsp;c</code></pre>", "a <b> c"),
            ("; <<>> DiG ->>HEADER<<- x <me@example.com>", "; <<>> DiG ->>HEADER<<- x <me@example.com>"),
            ("10 <http://mx1.e.net|mx1.e.net>. m<http://m>", "10 mx1.e.net. m"),
            ("10 [mx1.e.net](http://mx1.e.net). [x] c", "10 mx1.e.net. [x] c"),
            ("“mx1” │ x", "\"mx1\" | x"),
            ("[01;31mMX[0m **b** [1mx", "MX b x"),
            ("a\\nb\\tc", "a\nb\tc"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
        ] {
            let (tidied, map) = plain_characters(text);
            assert_eq!(tidied, plain, "{text:?}");
            let at = tidied.rfind('c').unwrap_or(0);
            if tidied[at..].starts_with('c') {
                assert_eq!(&text[map.original(at)..=map.original(at)], "c", "{text:?}");
            }
        }
    }
}
