//! The numbers with which the sensor ends. Parsed from its log by `sensor`, and from a container's log by the test of the
//! image. Refuses a line in which a number is missing.

/// The summary line, parsed. Units: records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the summary line, documented with the command line")]
pub struct Summary {
    pub events_seen: u64,
    pub alerts: u64,
    pub lost: u64,
    pub dropped: u64,
    pub truncated: u64,
}

impl Summary {
    /// Parses `summary: events_seen=<n> alerts=<n> lost=<n> dropped=<n> truncated=<n>`, wherever in the log it stands.
    /// The last one counts, and all five numbers must be there.
    pub fn find(log: &str) -> Option<Self> {
        let (_, line) = log.rsplit_once("summary: ")?;
        let number = |name: &str| {
            let words = line.lines().next()?.split_whitespace();
            words.filter_map(|word| word.split_once('=')).find(|(key, _)| *key == name)?.1.parse().ok()
        };
        Some(Self {
            events_seen: number("events_seen")?,
            alerts: number("alerts")?,
            lost: number("lost")?,
            dropped: number("dropped")?,
            truncated: number("truncated")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn the_summary_is_found_behind_a_log_prefix_and_must_be_whole() {
        let log =
            "t INFO ready: 1 rule\nt INFO summary: events_seen=7 alerts=1 lost=0 dropped=2 truncated=3\n";
        let whole = Summary { events_seen: 7, alerts: 1, lost: 0, dropped: 2, truncated: 3 };
        assert_eq!(Summary::find(log), Some(whole));
        assert_eq!(Summary::find("summary: events_seen=7 alerts=1 lost=0 dropped=2"), None);
        assert_eq!(Summary::find("no such line"), None);
    }
}
