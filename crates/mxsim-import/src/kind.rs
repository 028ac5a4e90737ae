//! What a text is, told by what stands in it: a zone, a scenario, a document that mxsim wrote, or something another command is about.

use mxsim_core::scenario::is_scenario_key;
use serde_json::Value;

/// A kind of text that a command may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextKind {
    /// Zone lines, what a tool printed, or records in JSON.
    Zone,
    /// A scenario.
    Scenario,
    /// A document with this schema, such as `mxsim.results/1`.
    Document(String),
    /// A table in CSV that this command of mxsim wrote.
    Table(&'static str),
    /// The log of this mail server.
    MailLog(&'static str),
    /// Messages counted per node.
    Counts,
}

/// The tables that mxsim writes: how the first line begins, and the command.
const TABLES: [(&str, &str); 2] =
    [("section,name,quantity,value", "run"), ("kind,id,software,versions", "presets")];

impl TextKind {
    /// What `text` is. A text in which nothing decides counts as what its name says, else as a zone.
    ///
    /// ```
    /// use mxsim_import::TextKind;
    /// assert_eq!(TextKind::of("-", "[zone]\nfile = \"z\"\n"), TextKind::Scenario);
    /// assert_eq!(TextKind::of("-", "$ dig MX example.com\n"), TextKind::Zone);
    /// ```
    #[must_use]
    pub fn of(path: &str, text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let path = path.to_ascii_lowercase();
        let named = path.ends_with(".toml") || path.ends_with(".json");
        of_json(text).or_else(|| of_other_use(text)).or_else(|| of_lines(text)).unwrap_or(if named {
            Self::Scenario
        } else {
            Self::Zone
        })
    }
}

/// True for several documents one after the other, as who asks twice gets them; a scenario is one.
fn has_documents(text: &str) -> bool {
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    documents.next().is_some_and(|first| first.is_ok_and(|first| first.is_object()))
        && documents.next().is_some_and(|next| next.is_ok())
        && documents.all(|document| document.is_ok())
}

/// A JSON object by its keys.
fn of_json(text: &str) -> Option<TextKind> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let Ok(Value::Object(object)) = serde_json::from_str(text) else {
        return schema_in(text).or_else(|| has_documents(text).then_some(TextKind::Zone));
    };
    if let Some(schema) = object.get("schema").and_then(Value::as_str) {
        return Some(TextKind::Document(schema.to_owned()));
    }
    // Records in the JSON of some service: whatever it is called, the reader of zones knows it or says that it does not.
    let is_scenario = match object.get("zone") {
        Some(zone) => zone.is_object(),
        None => object.is_empty() || object.keys().any(|key| is_scenario_key(key)),
    };
    Some(if is_scenario { TextKind::Scenario } else { TextKind::Zone })
}

/// A document that was cut off still says what it is.
fn schema_in(text: &str) -> Option<TextKind> {
    let (_, rest) = text.split_once("\"schema\"")?;
    let schema = rest.trim_start_matches([':', ' ', '"']).split('"').next()?;
    schema.starts_with("mxsim.").then(|| TextKind::Document(schema.to_owned()))
}

/// What is no input of any command that reads zones or scenarios, and easily taken for one.
fn of_other_use(text: &str) -> Option<TextKind> {
    let table = TABLES.into_iter().find(|(head, _)| text.starts_with(head));
    let table = table.map(|(_, command)| TextKind::Table(command));
    table
        .or_else(|| text.lines().take(20).find_map(mail_log))
        .or_else(|| are_counts(text).then_some(TextKind::Counts))
}

/// The mail server that writes such lines: `postfix/smtpd[123]:`, and a message id of Exim followed by what happened.
fn mail_log(line: &str) -> Option<TextKind> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_postfix = |word: &&str| word.starts_with("postfix") && word.contains('/') && word.ends_with("]:");
    let is_arrow = |word: &str| ["<=", "=>", "->", "**", "=="].contains(&word) || word == "Completed";
    let is_id = |id: &str| id.len() >= 16 && id.split('-').count() == 3;
    match () {
        () if words.iter().any(is_postfix) => Some(TextKind::MailLog("Postfix")),
        () if words.windows(2).any(|pair| is_id(pair[0]) && is_arrow(pair[1])) => {
            Some(TextKind::MailLog("Exim"))
        }
        () => None,
    }
}

/// Whole numbers and nothing else, or one behind each name; two at least. `10 mx1.example.com.` is an MX record as `dig +short` prints it.
fn are_counts(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || ",;[]".contains(c)).filter(|word| !word.is_empty());
    let is_bare = words.clone().all(|word| word.parse::<u64>().is_ok());
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    words.count() > 1 && (is_bare || lines.clone().count() > 1 && lines.all(is_named_count))
}

/// `mx1 410`, `mx1,410` or `mx1: 410`.
fn is_named_count(line: &str) -> bool {
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || ",;:".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    let [name, count] = words[..] else { return false };
    count.parse::<u64>().is_ok() && name.parse::<u64>().is_err() && !name.starts_with(['$', '@'])
}

/// The first line that says something: a section or a key of TOML, or anything else.
fn of_lines(text: &str) -> Option<TextKind> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.find(|line| !line.starts_with(['#', ';']))?;
    if is_section(first) || is_key(first) {
        return Some(TextKind::Scenario);
    }
    let words = first.split_whitespace().count();
    (words > 1 && !first.starts_with(['{', '['])).then_some(TextKind::Zone)
}

/// `[zone]`, `[[senders]]`, `[nodes."mail/1"]`; a prompt such as `[root@host ~]#` has more behind its bracket.
fn is_section(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim_end();
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.map(|inner| inner.trim_start_matches('[').trim_end_matches(']'));
    inner.is_some_and(|inner| {
        // A colon stands in a node that is called by its address, and then in quotes; `[10:32]` is the time in a chat.
        let has_quotes = inner.contains('"');
        let fits = |c: char| c.is_alphanumeric() || " ._-\"/".contains(c) || (c == ':' && has_quotes);
        !inner.is_empty() && inner.chars().all(fits)
    })
}

/// `title = "..."`: one bare word before the sign.
fn is_key(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim();
        // dnsmasq writes its records in this form, too.
        !key.is_empty()
            && !["mx-host", "host-record"].contains(&key)
            && key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_what_they_hold() {
        let results = TextKind::Document("mxsim.results/1".into());
        for (path, text, kind) in [
            (
                "-",
                "; <<>> DiG 9.18 <<>> MX example.com\nexample.com. 300 IN MX 10 mx1.example.com.\n",
                TextKind::Zone,
            ),
            ("zone.txt", "$ORIGIN example.com.\n", TextKind::Zone),
            ("site.toml", "example.com. 300 IN MX 10 mx1.example.com.\n", TextKind::Zone),
            ("-", "[root@host ~]# dig MX example.com\n", TextKind::Zone),
            ("-", "example.com MX preference = 10, mail exchanger = mx1.example.com\n", TextKind::Zone),
            ("-", "{\"ResourceRecordSets\": []}", TextKind::Zone),
            ("a.json", "{\"ResourceRecordSets\": []}", TextKind::Zone),
            ("a.json", "{\"zone\": \"example.com\", \"records\": []}", TextKind::Zone),
            ("a.json", "{\"schema\": 1, \"zonee\": {}}", TextKind::Scenario),
            ("-", "mx-host=example.com,mx1.example.com,10\n", TextKind::Zone),
            ("-", "10 mx1.example.com.\n20 mx2.example.com.\n", TextKind::Zone),
            ("-", "$TTL 300\n@ 300 MX 10 a\n", TextKind::Zone),
            ("-", "k0 = 1\nk1 = 2\n", TextKind::Scenario),
            ("-", "410 290 300\n", TextKind::Counts),
            ("a.json", "[410, 290]\n", TextKind::Counts),
            ("-", "mx1 410\nmx2 290\n", TextKind::Counts),
            ("counts.txt", "mx1,410\nmx2,290\n", TextKind::Counts),
            ("-", "section,name,quantity,value,low,high,bin\nrun,,seed,1,,,\n", TextKind::Table("run")),
            (
                "mail.log",
                "Nov 28 10:00:00 mx1 postfix/smtpd[4711]: connect from unknown[192.0.2.1]\n",
                TextKind::MailLog("Postfix"),
            ),
            (
                "mainlog",
                "2026-11-28 10:00:00 1tGabc-000000001Ab-0xYz <= a@example.com H=mx.example.com\n",
                TextKind::MailLog("Exim"),
            ),
            ("-", "# a scenario\n[zone]\n", TextKind::Scenario),
            ("-", "title = \"x\"\n", TextKind::Scenario),
            ("zone.txt", "[[senders]] # who\n", TextKind::Scenario),
            ("a.json", "broken", TextKind::Scenario),
            ("a.json", "{\"Answer\": []}\n{\"Answer\": []}\n", TextKind::Zone),
            ("a.json", "{\"zone\": 1}\n{", TextKind::Scenario),
            ("-", "  {\"zone\": {}}", TextKind::Scenario),
            ("-", "{\"schema\": \"mxsim.results/1\"}", results.clone()),
            ("-", "{\n  \"schema\": \"mxsim.results/1\",\n  \"title\": \"cut o", results),
        ] {
            assert_eq!(TextKind::of(path, text), kind, "{text}");
        }
    }
}
