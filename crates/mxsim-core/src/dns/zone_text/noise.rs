//! Lines of tools that say nothing about the zone: headings, status, times, logs, prompts.

use super::lexer::Token;
use super::skip::{is_elision, looks_like_record};

/// True for such a line.
pub(super) fn is_noise(line: &str, tokens: &[Token<'_>]) -> bool {
    let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    is_of_nslookup(&texts) || is_of_a_tool(&texts) || is_log(&texts) || is_shell(line.trim(), &texts)
}

fn is_of_nslookup(texts: &[&str]) -> bool {
    match texts[..] {
        [">", ..] | ["***", ..] | ["server", "can't", "find", ..] | ["Authoritative", "answers", ..] => true,
        ["DNS", "request", "timed", "out."] | ["timeout", "was", ..] => true,
        // The SOA as nslookup prints it.
        ["origin" | "serial" | "refresh" | "retry" | "expire" | "minimum", "=", ..] => true,
        ["mail", "addr", "=", ..] | ["primary", "name", "server", "=", ..] => true,
        ["responsible", "mail", "addr", "=", ..] | ["default", "TTL", "=", ..] | [_, "rname", "=", ..] => {
            true
        }
        // Its debug mode.
        ["QUESTIONS:" | "ANSWERS:" | "ANSWER:" | "HEADER:"] | [_, "RECORDS:"] | ["Got", "answer:"] => true,
        [_, "type", "=", ..] | ["opcode", "=", ..] | ["header", "flags:", ..] | ["questions", "=", ..] => {
            true
        }
        [.., "answer:" | "Antwort:" | "autorité" | "autoritativa:" | "attendibile:"] => true,
        ["Réponse", ..] => texts[texts.len() - 1] == ":",
        [only] => only.len() > 3 && only.bytes().all(|byte| byte == b'-'),
        _ => false,
    }
}

fn is_of_a_tool(texts: &[&str]) -> bool {
    match texts[..] {
        ["Host", _, "not", "found:", ..] | [_, "has", "no", ..] | [_, "name", "server", _] => true,
        [_, "nameserver", "=", _] | [_, "descriptive", "text", ..] | [_, "has", "SOA", "record", ..] => true,
        [_, "domain", "name", "pointer", ..] | [_, "text", "=", ..] => true,
        [_, "HTTP", "service", "bindings", ..] | [_, "has", "HTTP", ..] => true,
        ["Trying", name] => name.starts_with('"'),
        ["Received", _, "bytes", "from", ..] => true,
        // The header of a message, as dnspython writes it.
        ["id" | "edns" | "payload", number] => number.bytes().all(|byte| byte.is_ascii_digit()),
        ["opcode" | "rcode", _] => true,
        ["flags", ..] => texts[1..].iter().all(|flag| flag.len() == 2),
        // resolvectl.
        ["--", "Information" | "Data", ..] => true,
        _ => false,
    }
}

/// Messages of name servers and of programs that check zones.
fn is_log(texts: &[&str]) -> bool {
    let is_place = |word: &str| {
        let mut parts = word.trim_end_matches(':').rsplit(':');
        word.ends_with(':')
            && parts.next().is_some_and(|line| line.parse::<u32>().is_ok())
            && parts.next().is_some()
    };
    let is_time =
        |word: &str| word.matches(':').count() == 2 && word.starts_with(|c: char| c.is_ascii_digit());
    match texts[..] {
        ["zone", zone, ..] if zone.ends_with(':') => true,
        ["OK"] | ["dns_master_load:" | "dns_rdata_fromtext:", ..] => true,
        [first, ..] if is_place(first) => true,
        [_, _, time, ..] if is_time(time) => !texts.iter().any(|word| looks_like_record(word)),
        _ => false,
    }
}

/// Prompts, commands behind a prompt, and comments of a shell or a program.
fn is_shell(line: &str, texts: &[&str]) -> bool {
    const MARKS: [&str; 8] = ["$", "#", "%", "//", "❯", "➜", "PS", "--"];
    let ends_as_prompt = |word: &str| word.ends_with(['$', '#', '>', '%', '❯', '➜']);
    let is_shell = match texts[..] {
        [first, ..] if MARKS[..6].contains(&first) => true,
        // A file by its path, a host with its user: what is left of a prompt.
        [only] => ends_as_prompt(only) && !only.contains("::"),
        [first, .., last] if texts.len() <= 3 => {
            ends_as_prompt(last)
                && (first.contains('@') || first.starts_with('[') || first == "PS" || last.len() == 1)
        }
        [first, second, ..] => {
            first.contains('@') && (ends_as_prompt(first) || ends_as_prompt(second))
                || first.starts_with('[') && second.ends_with("]#")
        }
        _ => false,
    };
    is_shell && !looks_like_record(line) && !is_elision(line)
}
