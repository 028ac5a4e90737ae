//! Words that mail engineers try and that can mean several things here: each with the line to write.

/// For words of a zone.
const PREFERENCE: &str =
    "the preference stands in the zone lines: `example.com. 300 IN MX 20 mx2.example.com.`";
/// For words that say neither whether packets are lost nor whether connections are refused.
const OFF: &str = "write fault = \"drop\" if the machine is off (packets are lost), or \"refuse\" if only the mail server is stopped";

/// Words and what to write instead.
const HINTS: &[(&str, &str)] = &[
    ("priority", PREFERENCE),
    ("preference", PREFERENCE),
    (
        "reboot",
        "write fault = \"drop\" while the machine is off (packets are lost), or \"refuse\" if only the mail server is stopped",
    ),
    ("down", OFF),
    ("offline", OFF),
    ("outage", OFF),
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
