//! Texts that hold records in a form this reader does not take: recognised, so that the answer is what to paste instead.

/// What a text is, if it is known and not read.
pub(super) fn recognise(text: &str) -> Option<&'static str> {
    let line = |is: &dyn Fn(&str) -> bool| text.lines().map(str::trim).any(is);
    let words = |line: &str, wanted: &[&str]| {
        wanted.iter().all(|word| line.split_whitespace().any(|has| has == *word))
    };
    if line(&|line| words(line, &["Name", "Type", "TTL", "Section"])) {
        return Some("a table of PowerShell's Resolve-DnsName");
    }
    if line(&|line| words(line, &["Name", "NameExchange"]) || words(line, &["HostName", "RecordType"])) {
        return Some("a table of PowerShell");
    }
    if line(&|line| line.starts_with("NameExchange ") || line.starts_with("NameExchange:")) {
        return Some("a list of PowerShell's Resolve-DnsName");
    }
    if line(&|line| line == "response_message_data:" || line == "- type: MESSAGE" || line == "type: MESSAGE")
    {
        return Some("output of `dig +yaml`");
    }
    if line(&|line| line.starts_with("resource \"") && line.ends_with('{')) {
        return Some("Terraform");
    }
    if line(&|line| line.starts_with("D(") || line.starts_with("D_EXTEND(")) {
        return Some("DNSControl");
    }
    if line(&|line| line.starts_with("type: MX") || line.starts_with("- type: MX")) {
        return Some("YAML, as octoDNS keeps it");
    }
    if line(&is_tinydns) {
        return Some("data of tinydns");
    }
    None
}

/// `@example.com:192.0.2.1:a:10:300`
fn is_tinydns(line: &str) -> bool {
    line.starts_with('@') && line.matches(':').count() >= 3 && !line.contains([' ', '\t'])
}

/// The first word of a text that looks like a domain, for the command to type.
pub(super) fn domain_in(text: &str) -> Option<&str> {
    let separators = |c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c));
    let found = text.split(separators).map(|word| word.trim_matches('.')).find(|word| {
        let labels: Vec<&str> = word.split('.').collect();
        let ends_like_one = labels
            .last()
            .is_some_and(|last| last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()));
        labels.len() >= 2 && ends_like_one && labels.iter().all(|label| !label.is_empty())
    })?;
    // What is found first may be a host of the domain.
    let is_host = ["mx", "mail", "smtp"].iter().any(|start| found.starts_with(start))
        && found.matches('.').count() >= 2;
    Some(if is_host { found.split_once('.').map_or(found, |(_, domain)| domain) } else { found })
}
