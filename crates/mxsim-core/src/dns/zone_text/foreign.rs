//! Texts that hold records in a form this reader does not take: recognised, so that the answer is what to paste instead.

/// A text in a form that is known and not read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Foreign {
    /// What it is.
    pub(super) what: &'static str,
    /// How the same program writes what is read, if it does.
    pub(super) instead: Option<&'static str>,
}

/// What a text is, if it is known and not read.
pub(super) fn recognise(text: &str) -> Option<Foreign> {
    let by_program = OTHER_OUTPUT.iter().find(|(mark, ..)| {
        text.lines().map(str::trim).any(|line| line.starts_with(mark[0]) && line.contains(mark[1]))
    });
    match by_program {
        Some(&(_, what, instead)) => Some(Foreign { what, instead: Some(instead) }),
        None => named(text).map(|what| Foreign { what, instead: None }),
    }
}

/// How a line of other output of a program that is read begins and what it holds, what that is, and what to ask the program for.
const OTHER_OUTPUT: [([&str; 2], &str, &str); 5] = [
    (["RESOURCERECORDSETS", ""], "text output of `aws route53`", "add `--output json`"),
    (["ResourceRecordSets:", ""], "YAML of `aws route53`", "add `--output json`"),
    (["kind: dns#resourceRecordSet", ""], "YAML of `gcloud`", "leave `--format` out"),
    (["MXRecords:", ""], "YAML of `az`", "add `-o json`"),
    (
        ["Fqdn", "AutoRegistered"],
        "a table of `az`, which leaves out where the records point",
        "add `-o json`",
    ),
];

fn named(text: &str) -> Option<&'static str> {
    let line = |is: &dyn Fn(&str) -> bool| text.lines().map(str::trim).any(is);
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
    if super::ornament::differences(text).is_some() {
        return Some("a difference between two zones");
    }
    for (start, what) in STARTS {
        if line(&|line| line.starts_with(start)) {
            return Some(what);
        }
    }
    if line(&is_tinydns) {
        return Some("data of tinydns");
    }
    None
}

/// How lines of other forms begin.
const STARTS: [(&str, &str); 6] = [
    ("mx-host=", "configuration of dnsmasq"),
    ("apiVersion:", "a manifest of Kubernetes"),
    ("community.general.", "Ansible"),
    ("router = ", "output of `exim -bt`"),
    ("START_RRSET_CACHE", "a dump of unbound's cache"),
    ("del ", "a journal of changes"),
];

/// `@example.com:192.0.2.1:a:10:300`
fn is_tinydns(line: &str) -> bool {
    line.starts_with('@') && line.matches(':').count() >= 3 && !line.contains([' ', '\t'])
}
