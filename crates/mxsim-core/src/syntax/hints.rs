//! Words that mail engineers try and that can mean several things here: each with the line to write.

/// Words and what to write instead.
const HINTS: &[(&str, &str)] = &[
    ("priority", "the preference stands in the zone lines: `example.com. 300 IN MX 20 mx2.example.com.`"),
    ("preference", "the preference stands in the zone lines: `example.com. 300 IN MX 20 mx2.example.com.`"),
    (
        "reboot",
        "write fault = \"drop\" while the machine is off (packets are lost), or \"refuse\" if only the mail server is stopped",
    ),
    (
        "down",
        "write fault = \"drop\" if the machine is off (packets are lost), or \"refuse\" if only the mail server is stopped",
    ),
    (
        "offline",
        "write fault = \"drop\" if the machine is off (packets are lost), or \"refuse\" if only the mail server is stopped",
    ),
    (
        "outage",
        "write fault = \"drop\" if the machine is off (packets are lost), or \"refuse\" if only the mail server is stopped",
    ),
    (
        "timeout",
        "write fault = \"drop\" if connections time out, or \"silent\" if no greeting comes after the connection",
    ),
    ("4xx", "write fault = \"defer\" and stage = \"recipient\" (or \"greeting\", \"data\")"),
    ("5xx", "write fault = \"reject\" and stage = \"recipient\" (or \"greeting\", \"data\")"),
];

/// What to write instead of `word`.
pub(crate) fn hint(word: &str) -> Option<&'static str> {
    let wanted = word.trim().to_ascii_lowercase();
    HINTS.iter().find(|(said, _)| *said == wanted).map(|(_, line)| *line)
}
