//! The loader under bad input: no text makes it panic, every refusal points into its file, and large files cost what they
//! should. `rules/fuzz` does the same for longer.

use std::time::Instant;

use hullwatch_rules::{BUNDLED, RuleSet, RuleSource};
use proptest::prelude::*;

use crate::event::rule_file;

fn build(text: &str) -> Result<(), TestCaseError> {
    let source = RuleSource { origin: "it.toml".to_owned(), text: text.to_owned() };
    let build = RuleSet::build([source]);
    for refusal in &build.refusals {
        prop_assert!(text.get(refusal.error.span()).is_some(), "{refusal}");
        prop_assert!(!refusal.to_string().is_empty());
    }
    for warning in &build.warnings {
        prop_assert!(text.get(warning.span()).is_some());
    }
    Ok(())
}

/// What may be put into a file in the place of something else.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "'''",
            "\"",
            "\"\"\"",
            "[",
            "]",
            "[[",
            "]]",
            "=",
            "\n",
            "#",
            "{",
            "}",
            ",",
            ".",
            "é",
            "\0",
            "\r",
            "1e9",
            "[rule]",
            "[[rule.threat]]",
            "[hullwatch]",
            "[[hullwatch.test]]",
            "[[hullwatch.overlay]]",
            "event",
            "query",
            "expect = \"match\"",
            "after = \"1s\"",
            "sequence by a",
            " until ",
            " | head 1",
            "![",
            " regex ",
            "?",
            "(",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_the_loader_panic_and_every_refusal_points_into_it(text in any::<String>()) {
        build(&text)?;
        build(&rule_file("r", &text))?;
    }

    #[test]
    fn no_change_of_a_good_file_makes_the_loader_panic(
        file in prop::sample::select(BUNDLED),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, piece()), 1..6),
    ) {
        let mut text: Vec<char> = file.1.chars().collect();
        for (at, length, piece) in changes {
            let start = at.index(text.len() + 1);
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        build(&text.into_iter().collect::<String>())?;
    }
}

/// Served or refused, but within a time that nothing quadratic keeps; and without taking the stack.
#[test]
fn large_and_deep_files_are_served_or_refused_in_linear_time() {
    let list = |word: &str| (0..10_000).map(|i| format!("\"{word}{i}\"")).collect::<Vec<_>>().join(", ");
    let stages = "[process where process.name == \"a\"] ".repeat(500);
    for (what, query) in [
        ("a list", format!("process where process.name in ({})", list("n"))),
        ("patterns", format!("process where process.args : ({})", list("*a?b*"))),
        ("regular expressions", format!("process where process.args regex ({})", list("(a|b)*c"))),
        ("stars", format!("process where process.args like \"{}\"", "*a".repeat(100_000))),
        ("parentheses", format!("process where {}true{}", "(".repeat(100_000), ")".repeat(100_000))),
        ("a chain", format!("process where {}", vec!["process.pid == 1"; 40_000].join(" or "))),
        ("stages", format!("sequence by container.id {stages}")),
        ("a megabyte", format!("process where process.name == \"{}\"", "x".repeat(1 << 20))),
    ] {
        let start = Instant::now();
        let text = rule_file("r", &query);
        let built = RuleSet::build([RuleSource { origin: "large.toml".to_owned(), text }]);
        assert_eq!(built.set.len() + built.refusals.len(), 1, "{what}");
        // Not a measure of speed: what is not linear takes hours here.
        assert!(start.elapsed().as_secs() < 60, "{what} took {:?}", start.elapsed());
    }
    let deep = format!("{}[rule]\nx = {}1{}\n", "", "[".repeat(50_000), "]".repeat(50_000));
    let built = RuleSet::build([RuleSource { origin: "deep.toml".to_owned(), text: deep }]);
    assert_eq!(built.refusals.len(), 1, "nested arrays");
}
