//! What a file may say below `[hullwatch]`, and what is said of each typical mistake there: place, words, help.

use hullwatch_rules::{Build, Expected, RuleSet, RuleSource, Severity, run_case};

use crate::event::{Doc, matches, rule_file};

fn build(files: &[(&str, &str)]) -> Build {
    RuleSet::build(
        files.iter().map(|(origin, text)| RuleSource { origin: (*origin).into(), text: (*text).into() }),
    )
}

/// The one refusal of a rule with `own` behind it, as one line; `{}` stands for nothing.
fn refusal(own: &str) -> String {
    let build = build(&[("r.toml", &(rule_file("r", "any where true") + own))]);
    assert_eq!((build.set.len(), build.refusals.len()), (0, 1), "{own}");
    build.refusals[0].to_string()
}

fn overlay_refusal(overlay: &str) -> String {
    let build = build(&[("r.toml", &rule_file("r", "any where true")), ("o.toml", overlay)]);
    let refusals: Vec<_> = build.refusals.iter().map(ToString::to_string).collect();
    assert_eq!(build.set.len(), 1, "the rule stays served: {overlay}");
    assert_eq!(refusals.len(), 1, "{overlay}\n{refusals:?}");
    refusals[0].clone()
}

#[test]
fn typical_mistakes_in_rule_files_are_told_with_place_and_remedy() {
    let rule = "rule \"test rule r\": ";
    for (own, said) in [
        ("[hullwatch]\ndedupe = 1\n", "15:1: {}unknown key `dedupe` (did you mean `dedup`?)"),
        ("[hullwatch]\nxyz = 1\n", "15:1: {}unknown key `xyz` (keys here: `dedup`, `test`)"),
        (
            "[hullwatch.dedup]\nwindow = \"10\"\n",
            "15:10: {}\"10\" is no length of time (lengths of time look like \"250ms\", \"90s\", \"10m\", \"2h\" or \"1d\")",
        ),
        (
            "[hullwatch.dedup]\nwindow = 10\n",
            "15:10: {}`window` must be text, and this is of the type integer",
        ),
        (
            "[hullwatch.dedup]\nwindow = \"8d\"\n",
            "15:10: {}a window of more than a week is not kept (at most \"7d\")",
        ),
        (
            "[hullwatch.dedup]\nkeys = [\"container.id\"]\n",
            "14:1: {}`window` is missing (add `window = \"10m\"`)",
        ),
        (
            "[hullwatch.dedup]\nwindow = \"1m\"\nkeys = [\"container.id\", \"process.nmae\"]\n",
            "16:25: {}unknown field `process.nmae` (did you mean `process.name`?)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"mach\"\nevent.process.pid = 1\n",
            "16:10: {}a test cannot expect \"mach\" (did you mean \"match\"?)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\nevent.process.agrs = [\"x\"]\n",
            "17:15: {}unknown field `process.agrs` (did you mean `process.args`?)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\nevent.proces.args = [\"x\"]\n",
            "17:7: {}unknown field `proces` (did you mean `process`?)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\nevent.process.interactive = \"true\"\n",
            "17:29: {}`process.interactive` is true or false, and this is text",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\nevent.process.args = [\"x\", 1]\n",
            "17:28: {}`process.args` is text, and this is a number",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\nevent.process.start = \"now\"\n",
            "17:23: {}`process.start` is a date, and this is text that names none",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\n",
            "14:1: {}a test has either `event` or `events` (give one event as `event.process = { ... }`, or several as `[[hullwatch.test.events]]`)",
        ),
        (
            "[[hullwatch.test]]\nexpect = \"match\"\nevent.process.pid = 1\n",
            "14:1: {}`name` is missing (add `name = \"...\"`)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"no-match\"\nalerts = 2\nevent.process.pid = 1\n",
            "17:10: {}`alerts` is the number of alerts of a test that expects a match: 1 or more (leave `alerts` out, or expect a match)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\n[[hullwatch.test.events]]\nafter = \"1s\"\n\"@timestamp\" = \"2026-01-01\"\n",
            "18:9: {}an event has either `after` or `@timestamp` (leave one of the two out)",
        ),
        (
            "[[hullwatch.test]]\nname = \"n\"\nexpect = \"match\"\nevent.process = \"sh\"\n",
            "17:7: {}`process` is no field but has fields below it (write the fields below it, as in `process = { name = \"sh\" }`)",
        ),
        (
            "[[hullwatch.overlay]]\nrule_id = \"r\"\nenabled = false\n",
            "14:13: {}a file holds either a rule or overlays (put the overlays into a file of their own)",
        ),
    ] {
        assert_eq!(refusal(own), format!("r.toml:{}", said.replace("{}", rule)), "{own}");
    }
}

#[test]
fn typical_mistakes_in_overlays_are_told_with_place_and_remedy() {
    let head = "[[hullwatch.overlay]]\nrule_id = \"r\"\n";
    let named = "overlay of rule \"test rule r\": ";
    let by_id = "overlay of rule \"r\": ";
    let exception = |condition: &str| {
        format!("{head}[[hullwatch.overlay.exception]]\ncondition = '''{condition}'''\nreason = \"x\"\n")
    };
    for (overlay, said) in [
        (
            "[[hullwatch.overlay]]\nenabled = false\n".to_owned(),
            "1:1: overlay: `rule_id` is missing (add `rule_id = \"a UUID\"`)".to_owned(),
        ),
        (
            format!("{head}sevrity = \"high\"\n"),
            format!("3:1: {by_id}unknown key `sevrity` (did you mean `severity`?)"),
        ),
        (
            format!("{head}severity = \"hihg\"\n"),
            format!("3:12: {by_id}\"hihg\" is no severity (did you mean \"high\"?)"),
        ),
        (
            format!("{head}risk_score = 101\n"),
            format!("3:14: {by_id}the risk score 101 is not between 0 and 100"),
        ),
        (
            format!("{head}enabled = \"no\"\n"),
            format!("3:11: {by_id}`enabled` must be true or false, and this is of the type string"),
        ),
        (
            head.to_owned(),
            format!(
                "1:1: {by_id}the overlay changes nothing (give it `enabled`, `severity`, `risk_score`, `dedup`, an `exception` or a `test`)"
            ),
        ),
        (
            format!("{head}[[hullwatch.overlay.exception]]\ncondition = 'true'\n"),
            format!("3:1: {by_id}`reason` is missing (add `reason = \"...\"`)"),
        ),
        (
            exception("process.nmae == \"x\""),
            format!(
                "4:16: {named}unknown field `process.nmae` (did you mean `process.name`? `?process.nmae` stands for a field that may be unknown, and then has no value)"
            ),
        ),
        (
            exception("container.id == \"x\" | head 5"),
            format!("4:36: {named}a rule cannot have pipes (pipes belong to `hullwatch query`)"),
        ),
        (
            format!("{head}[hullwatch.overlay.dedup]\nkeys = [\"container.id\"]\n"),
            format!("3:1: {named}`window` is missing (add `window = \"10m\"`)"),
        ),
        (
            format!("{head}enabled = true\n{head}enabled = false\n"),
            format!(
                "5:11: {by_id}the rule `r` already has an overlay, in o.toml (put both into one overlay)"
            ),
        ),
    ] {
        assert_eq!(overlay_refusal(&overlay), format!("o.toml:{said}"), "{overlay}");
    }
}

const SHELLS: &str = "process where process.name == \"sh\"";

#[test]
fn an_overlay_changes_what_it_names_and_nothing_else() {
    let overlay = "[[hullwatch.overlay]]\nrule_id = \"a\"\nseverity = \"critical\"\nrisk_score = 99\n\
                   [hullwatch.overlay.dedup]\nwindow = \"10m\"\n";
    let build = build(&[
        ("o.toml", overlay),
        ("a.toml", &rule_file("a", SHELLS)),
        ("b.toml", &rule_file("b", SHELLS)),
    ]);
    assert!(build.refusals.is_empty() && build.warnings.is_empty());
    let [a, b] = build.set.rules() else { panic!("two rules") };
    assert_eq!((a.severity, a.risk_score), (Severity::Critical, 99));
    assert_eq!((b.severity, b.risk_score), (Severity::Low, 21));
    let dedup = a.dedup.as_ref().unwrap();
    assert_eq!((dedup.window_ms, dedup.keys.len()), (600_000, 3));
    assert_eq!(b.dedup, None);
}

#[test]
fn a_rule_that_is_switched_off_is_not_served_and_need_not_be_servable() {
    let overlay = "[[hullwatch.overlay]]\nrule_id = \"a\"\nenabled = false\n[[hullwatch.overlay]]\nrule_id = \"b\"\nenabled = false\n";
    let build = build(&[
        ("o.toml", overlay),
        ("a.toml", &rule_file("a", SHELLS)),
        ("b.toml", &rule_file("b", "file where true")),
    ]);
    assert!(build.set.is_empty() && build.refusals.is_empty(), "{:?}", build.refusals);
    assert_eq!(build.disabled.len(), 2);
}

#[test]
fn an_exception_suppresses_only_what_it_certainly_holds_for() {
    let overlay = "[[hullwatch.overlay]]\nrule_id = \"a\"\n[[hullwatch.overlay.exception]]\n\
                   condition = '''not container.id == \"prod\"'''\nreason = \"only production matters\"\n";
    let build = build(&[("o.toml", overlay), ("a.toml", &rule_file("a", SHELLS))]);
    assert!(build.refusals.is_empty(), "{:?}", build.refusals);
    let shell = || Doc::empty().with("process.name", "sh");
    assert_eq!(matches(&build.set, &shell().with("container.id", "test")), [""; 0]);
    assert_eq!(matches(&build.set, &shell().with("container.id", "prod")), ["a"]);
    assert_eq!(matches(&build.set, &shell()), ["a"], "metadata that is missing hides no alert");
}

#[test]
fn an_overlay_for_no_rule_is_a_warning_that_names_the_nearest_id() {
    let overlay = "[[hullwatch.overlay]]\nrule_id = \"bcc7691e\"\nenabled = false\n";
    let build = build(&[("o.toml", overlay), ("a.toml", &rule_file("bcc7691d", SHELLS))]);
    assert!(build.refusals.is_empty());
    assert_eq!(
        build.warnings[0].to_string(),
        "o.toml:2:11: overlay of rule \"bcc7691e\": no rule has the id `bcc7691e`, so the overlay does nothing (did you mean `bcc7691d`?)"
    );
}

#[test]
fn hash_and_fingerprint_cover_overlays_and_deduplication_but_no_tests() {
    let rule = rule_file("a", SHELLS);
    let of = |files: &[(&str, &str)]| {
        let build = build(files);
        assert!(build.refusals.is_empty(), "{:?}", build.refusals);
        (build.set.hash().to_owned(), build.set.compiled()[0].fingerprint)
    };
    let plain = of(&[("a", &rule)]);
    let head = "[[hullwatch.overlay]]\nrule_id = \"a\"\n";
    let test = "name = \"n\"\nexpect = \"match\"\nevent.process.name = \"sh\"\n";
    assert_eq!(of(&[("a", &format!("{rule}[[hullwatch.test]]\n{test}"))]), plain);
    assert_eq!(of(&[("a", &rule), ("o", &format!("{head}[[hullwatch.overlay.test]]\n{test}"))]), plain);
    let exception = format!(
        "{head}[[hullwatch.overlay.exception]]\ncondition = 'container.id == \"x\"'\nreason = \"r\"\n"
    );
    let mut seen = vec![plain];
    for changed in [
        of(&[("a", &format!("{rule}[hullwatch.dedup]\nwindow = \"1m\"\n"))]),
        of(&[("a", &format!("{rule}[hullwatch.dedup]\nwindow = \"2m\"\n"))]),
        of(&[("a", &format!("{rule}[hullwatch.dedup]\nwindow = \"1m\"\nkeys = [\"container.id\"]\n"))]),
        of(&[("a", &rule), ("o", &format!("{head}severity = \"high\"\n"))]),
        of(&[("a", &rule), ("o", &exception)]),
        of(&[("a", &rule), ("o", &exception.replace("\"x\"", "\"y\""))]),
    ] {
        assert!(seen.iter().all(|(hash, print)| *hash != changed.0 && *print != changed.1));
        seen.push(changed);
    }
}

#[test]
fn cases_run_with_time_and_exceptions() {
    let rule = rule_file(
        "a",
        "sequence by container.id with maxspan=5s [process where process.name == \"curl\"] [process where process.name == \"sh\"]",
    );
    let case = |name: &str, expect: &str, after: &str, container: &str| {
        format!(
            "name = \"{name}\"\nexpect = \"{expect}\"\n[[T.events]]\nprocess.executable = \"/usr/bin/curl\"\n\
             container.id = \"{container}\"\n[[T.events]]\nafter = \"{after}\"\nprocess.name = \"sh\"\ncontainer.id = \"{container}\"\n"
        )
    };
    let own = |text: String| format!("[[hullwatch.test]]\n{}", text.replace("T.", "hullwatch.test."));
    let overlaid = |text: String| {
        format!("[[hullwatch.overlay.test]]\n{}", text.replace("T.", "hullwatch.overlay.test."))
    };
    let rule = format!(
        "{rule}{}{}{}",
        own(case("in time", "match", "5s", "c")),
        own(case("too late", "no-match", "6s", "c")),
        own(case("wrongly expected", "match", "6s", "c"))
    );
    let overlay = format!(
        "[[hullwatch.overlay]]\nrule_id = \"a\"\n[[hullwatch.overlay.exception]]\ncondition = 'container.id == \"ci\"'\nreason = \"r\"\n{}",
        overlaid(case("in CI", "no-match", "1s", "ci"))
    );
    let build = build(&[("a", &rule), ("o", &overlay)]);
    assert!(build.refusals.is_empty(), "{:?}", build.refusals);
    let cases = &build.set.rules()[0].cases;
    let passed: Vec<bool> = cases.iter().map(|case| run_case(&build.set, 0, case).unwrap().passed).collect();
    assert_eq!(passed, [true, true, false, true]);
    assert_eq!(cases[1].expected, Expected::NoAlert);
    let last = run_case(&build.set, 0, &cases[3]).unwrap();
    assert_eq!((last.trial.alerts, last.trial.suppressed), (0, 1));
    let explanation = run_case(&build.set, 0, &cases[2]).unwrap().explanation.unwrap();
    let held: Vec<_> = explanation.parts.iter().map(|part| (&*part.title, part.held_for.clone())).collect();
    assert_eq!(held, [("stage 1 of 2", vec![1]), ("stage 2 of 2", vec![2]), ("exception: r", vec![])]);
}
