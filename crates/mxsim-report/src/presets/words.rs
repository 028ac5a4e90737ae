//! Values of parameters in the words of a mail engineer.

/// Words a value may be, by parameter. A value that is not here is shown as it is written, without its punctuation.
const WORDS: &[(&str, &str, &str)] = &[
    ("order.unit", "host", "exchange hosts; the addresses of one stay together"),
    ("order.unit", "address", "all addresses of all hosts: a host with more addresses gets more mail"),
    ("order.hosts", "shuffle", "at random, every order equally likely"),
    ("order.hosts", "answer", "as the resolver answered"),
    (
        "order.hosts",
        "adjacent-swap",
        "one pass of coin flips over neighbours: the third record is never first",
    ),
    ("order.hosts", "last-into-hole", "the first of the answer; then the last record moves into its place"),
    (
        "order.hosts",
        "random-comparator",
        "a merge sort whose comparison flips a coin: 50 : 25 : 25 for three",
    ),
    ("order.hosts", "name-hash", "by a hash of the name that starts from the clock"),
    (
        "order.hosts",
        "least-connections",
        "the address with fewest open connections; on a tie the first of the answer, then the last to the second",
    ),
    ("order.hosts", "attempt-index", "round all records, one further with each attempt"),
    ("order.addresses", "shuffle", "at random, every order equally likely"),
    ("order.addresses", "answer", "as the resolver answered"),
    ("order.family", "any", "neither"),
    ("order.family", "ipv6-first", "IPv6 before IPv4 inside each host"),
    ("order.family", "ipv4-first", "IPv4 before IPv6 inside each host"),
    (
        "order.family",
        "ipv6-bubble-pass",
        "IPv6 first inside each host; then an IPv6 address moves over an IPv4 address before it",
    ),
    ("order.family", "ipv6-first-in-class", "IPv6 before IPv4 in the whole preference"),
    ("order.family", "ipv4-first-in-class", "IPv4 before IPv6 in the whole preference"),
    ("order.family", "ipv4-only", "IPv4 only; AAAA is not even asked for"),
    ("order.keep", "attempt", "for one attempt: every attempt draws anew"),
    ("order.keep", "message", "for one message: its retries keep it"),
    ("order.keep", "process", "for one process: all messages of a queue run have the same"),
    (
        "order.keep",
        "second",
        "for one attempt; processes that began in the same second of the clock draw alike, at all outbound hosts",
    ),
    ("order.keep", "cache-entry", "until the resolver's MX answer is replaced"),
    ("order.keep", "forever", "for ever"),
    ("limits.addresses", "unlimited", "all of them"),
    ("limits.hosts", "unlimited", "all of them"),
    ("limits.addresses_per_host", "unlimited", "all of them"),
    ("limits.sessions", "unlimited", "any number"),
    ("limits.cut", "plain", "the first ones stay"),
    ("limits.cut", "family-balance", "the first ones stay, half of the places kept for each address family"),
    (
        "limits.cut",
        "reach-every-preference",
        "once the limit is used up in one preference, one address of each further preference is still tried",
    ),
    ("failover.on_failure", "next-host", "to the next candidate, at once"),
    ("failover.on_failure", "same-host-later", "nowhere: it comes back to the same host later"),
    ("failover.on_busy", "next-host", "to the next candidate, at once"),
    ("failover.on_busy", "defer", "nowhere: it comes back later"),
    ("failover.on_silence", "next-host", "to the next candidate, at once"),
    ("failover.on_silence", "defer", "nowhere: it comes back later"),
    ("failover.on_rejecting_greeting", "next-host", "to the next candidate, at once"),
    ("failover.on_rejecting_greeting", "defer", "nowhere: it comes back later"),
    ("failover.on_rejecting_greeting", "bounce", "nowhere: it bounces"),
    ("failover.on_transient_reply", "next-host", "to the next candidate, at once"),
    ("failover.on_transient_reply", "defer", "nowhere: it comes back later"),
    ("failover.on_lost_connection", "next-host", "to the next candidate, at once"),
    ("failover.on_lost_connection", "defer", "nowhere: it comes back later"),
    ("failover.on_tls_failure", "no-tls", "it never tries TLS"),
    ("failover.on_tls_failure", "plain-same-host", "in clear to the same address, over a new connection"),
    ("failover.on_tls_failure", "next-host", "to the next candidate, at once"),
    ("failover.on_tls_failure", "defer", "nowhere: it comes back later"),
    ("reuse.connections", "never", "never: each message opens its own"),
    ("reuse.connections", "demand", "while deliveries follow each other closely"),
    ("reuse.connections", "always", "every connection is kept for the next message"),
    ("reuse.connections", "child", "by the first child process that is idle; each keeps its connection"),
    ("reuse.connections", "last", "the last connection is kept for the next message"),
    ("reuse.connections", "batch", "for whatever waits when a delivery is done"),
    ("reuse.connections", "queue-run", "for the messages of one queue run"),
    ("reuse.messages", "unlimited", "any number"),
    ("reuse.age", "unlimited", "any age"),
    ("reuse.filed_under", "domain", "all mail of the domain"),
    ("reuse.filed_under", "mx-set", "all mail of the domain while its MX set is the same"),
    ("reuse.filed_under", "preference", "mail that would try a host of the same preference first"),
    ("reuse.filed_under", "host", "mail that would try this host next"),
    ("reuse.filed_under", "address", "mail that would try this address next"),
    ("concurrency.initial", "unlimited", "no limit"),
    ("concurrency.most", "unlimited", "no limit"),
    ("concurrency.growth", "by-one", "one more with each delivery, one less with each failure"),
    ("timeouts.connect", "kernel", "as long as the kernel does"),
    ("timeouts.kernel", "linux", "Linux since 6.5: gives up after 133 s"),
    ("timeouts.kernel", "linux-before-6.5", "Linux before 6.5: gives up after 127 s"),
    (
        "retry.wait",
        "every-queue-run",
        "none of its own: every queue run looks, and what is remembered of hosts decides",
    ),
    ("retry.queue_run", "none", "no queue runs: each message has a timer of its own"),
    ("retry.lifetime", "unlimited", "never"),
    ("retry.max_attempts", "unlimited", "any number"),
    ("memory.nothing", "true", "nothing"),
    ("cache.ttl_max", "unlimited", "no limit"),
    ("cache.zero_ttl", "no-store", "it is not cached"),
    ("cache.zero_ttl", "same-second", "it is cached until the second ends"),
    ("cache.negative_max", "unlimited", "no limit"),
    ("order.base", "as-received", "as the records came"),
    ("order.base", "canonical", "sorted by their data, the same worldwide"),
    ("order.transform", "none", "nothing"),
    ("order.transform", "rotate", "rotated: neighbours stay neighbours"),
    ("order.transform", "shuffle", "shuffled, every order equally likely"),
    (
        "order.transform",
        "shuffle-one-seed",
        "shuffled with one seed for all steps: first place and first pair are uniform, later places depend on them",
    ),
    ("order.transform", "first-by-weight", "one record, drawn by weight, goes first; the others stay"),
    ("order.transform", "sort-for-client", "an order of its own for each client, drawn once"),
    (
        "order.driver",
        "counter-from-random",
        "a counter for each record set that starts anywhere with each refill",
    ),
    (
        "order.driver",
        "counter-of-process-from-random",
        "one counter for the whole process, started anywhere, moved by every answer",
    ),
    ("order.max_records", "unlimited", "all of them"),
    ("caches.number", "per-host", "one for each outbound host"),
    ("caches.number", "per-site", "one for each site"),
    ("caches.pick", "client", "always the same for a client"),
    ("caches.pick", "question", "one drawn for each question"),
    ("cache.keep", "ttl", "for its TTL"),
    ("cache.keep", "forever", "for ever, whatever its TTL"),
    ("cache.prefetch", "none", "never"),
    ("cache.stale", "off", "nothing"),
    ("cache.extend", "never", "none"),
    ("sort.sets", "none", "none: addresses stay as they were answered"),
    ("sort.sets", "with-ipv6", "those with an IPv6 address among them"),
    ("sort.sets", "all", "all of them"),
    ("sort.ipv6", "off", "not used"),
    ("sort.ipv6", "first-64-bits", "over the first 64 bits"),
    ("sort.ipv6", "all-bits", "over all bits"),
    ("sort.ipv4", "off", "not used"),
    ("sort.ipv4", "all-bits", "over all bits"),
    ("dns.cache", "stub", "not at all: each attempt asks the resolver"),
    ("dns.cache", "own-ttl", "for the TTL"),
    ("dns.cache", "pinned", "while it has mail or connections of the domain, whatever the TTL"),
    ("dns.address_sort", "none", "no: as they were answered"),
    ("dns.address_sort", "rfc6724", "yes, as RFC 6724 says"),
    ("policy.null_mx", "bounce", "the domain takes no mail: bounced at once"),
    ("policy.null_mx", "bounce-strict", "the same with preference 0, else a host like any other"),
    ("policy.null_mx", "treat-as-host", "a host without an address: tried again later"),
    ("policy.implicit_mx", "true", "yes"),
    ("policy.implicit_mx", "false", "no"),
    ("policy.mta_sts", "no", "it cannot"),
    ("policy.mta_sts", "opt", "it can, but does not unless told to"),
    ("policy.mta_sts", "default", "it does"),
    ("policy.dane", "no", "it cannot"),
    ("policy.dane", "opt", "it can, but does not unless told to"),
    ("policy.dane", "default", "it does"),
    ("order.driver", "random", "drawn for each answer"),
    (
        "order.driver",
        "counter-from-zero",
        "a counter for each record set that starts at zero with each refill",
    ),
    ("order.driver", "counter-sequential", "a counter for each record set; each refill starts one further"),
    ("order.driver", "counter-of-process", "one counter for the whole process, moved by every answer"),
    ("order.direction", "forward", "1 2 3, then 2 3 1"),
    ("order.direction", "backward", "1 2 3, then 3 1 2"),
    ("order.types", "[]", "none"),
    ("order.verbatim_on_miss", "true", "yes"),
    ("order.verbatim_on_miss", "false", "no"),
    ("order.hold", "none", "not at all: ordered anew for each answer"),
    ("order.hold", "ttl", "until the record set expires, to everybody"),
    ("cache.types", "[]", "none: every question is forwarded"),
];

/// Words inside a value that is a table.
const INSIDE: &[(&str, &str)] = &[
    ("repeat-last", "repeat the last"),
    ("give-up", "give up"),
    ("hold_base", "hold"),
    ("hold_step", "plus steps of"),
    ("hold_steps", "steps"),
];

/// The value of the parameter `path`, given as a TOML literal.
pub(super) fn value(path: &str, literal: &str) -> String {
    let bare = literal.trim_matches('"');
    let known = WORDS.iter().find(|(parameter, word, _)| *parameter == path && *word == bare);
    known.map_or_else(|| plain(literal), |(_, _, words)| (*words).to_owned())
}

/// A literal without its punctuation: `{ age = { least = "5m", most = "4000s" } }` is `age: least 5m, most 4000s`.
fn plain(literal: &str) -> String {
    let opened =
        literal.replace(" }, { ", "; then ").replace(" = { ", ": ").replace("{ ", "").replace(" }", "");
    let bare =
        opened.replace(" = [", " ").replace("], ", "; ").replace(" = ", " ").replace(['"', '[', ']'], "");
    let word = |word: &str| {
        let core = word.trim_end_matches([',', ';', ':']);
        let known = INSIDE.iter().find(|(raw, _)| *raw == core);
        known.map_or_else(|| word.to_owned(), |(_, words)| format!("{words}{}", &word[core.len()..]))
    };
    bare.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What an unknown quantity of a preset or population is.
pub(super) fn unknown(name: &str) -> &'static str {
    match name {
        "choosers" => "how many outbound hosts choose independently",
        "hold" => "how long each of them holds its choice, on average",
        "order" => "whether it shuffles hosts at all",
        _ => "how far the mix of another domain lies from these shares",
    }
}

#[cfg(test)]
mod tests {
    use super::value;
    use mxsim_core::catalog::Catalog;

    #[test]
    fn values_read_as_words() {
        for (path, literal, words) in [
            ("order.unit", "\"host\"", "exchange hosts; the addresses of one stay together"),
            ("retry.lifetime", "\"5d\"", "5d"),
            ("limits.addresses", "5", "5"),
            ("cache.types", "[\"MX\", \"A\", \"AAAA\"]", "MX, A, AAAA"),
            ("retry.wait", "{ age = { least = \"5m\", most = \"4000s\" } }", "age: least 5m, most 4000s"),
            ("order.keep", "{ exponential = \"1h\" }", "exponential 1h"),
            (
                "retry.wait",
                "{ gaps = { list = [\"64s\", \"128s\"], then = \"give-up\" } }",
                "gaps: list 64s, 128s; then give up",
            ),
            (
                "memory.host_address",
                "{ rule = [{ until = \"2h\", gap = \"15m\", factor = 1.0 }], expire = \"7d\" }",
                "rule until 2h, gap 15m, factor 1.0; expire 7d",
            ),
        ] {
            assert_eq!(value(path, literal), words, "{path}");
        }
    }

    /// A value such as `"family-balance"` says nothing to somebody who has not read the source.
    #[test]
    fn no_word_of_the_catalogue_is_left_unexplained() {
        let catalog = Catalog::builtin();
        for (path, literal) in catalog.sheets().iter().flat_map(|sheet| sheet.parameters) {
            let is_word =
                literal.starts_with("\"") && !literal[1..].starts_with(|c: char| c.is_ascii_digit());
            assert!(!is_word || value(path, literal) != literal.trim_matches('"'), "{path} = {literal}");
        }
    }
}
