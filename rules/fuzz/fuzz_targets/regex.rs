//! Any pattern, any text: never a panic, and everything a regular expression tells of itself agrees with its matches.
//!
//! Input: a pattern, a line end, a text. With `~` as the first character the rest is the pattern, folding.

#![no_main]

use hullwatch_rules::regex::{Outcome, Regex};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, ""));
    let (pattern, fold) = pattern.strip_prefix('~').map_or((pattern, false), |pattern| (pattern, true));
    let regex = match Regex::new(pattern, fold) {
        Ok(regex) => regex,
        Err(error) => {
            assert!(pattern.is_char_boundary(error.offset), "{error:?}");
            return;
        }
    };
    assert!(regex.bytes() < 1_200_000, "{} bytes", regex.bytes());
    let is_match = regex.is_match(text);
    let cased = if fold { text.to_ascii_lowercase() } else { text.to_owned() };
    if fold {
        assert_eq!(is_match, regex.is_match(&cased));
        assert_eq!(is_match, regex.is_match(&text.to_ascii_uppercase()));
    }
    if is_match {
        assert!(cased.starts_with(&regex.literal_prefix()));
    }
    if let Some(texts) = regex.texts(16) {
        assert_eq!(texts.contains(&cased), is_match);
        assert!(texts.iter().all(|text| regex.is_match(text)));
    }
    for (end, _) in text.char_indices() {
        match regex.prefix_outcome(&text[..end]) {
            Outcome::No => assert!(!is_match),
            Outcome::Yes => assert!(is_match),
            Outcome::Maybe => {}
        }
    }
    // The complement is the complement, unless one more operator is one too many.
    if let Ok(complement) = Regex::new(&format!("~({pattern})"), fold)
        && !pattern.is_empty()
        && !pattern.starts_with(')')
    {
        assert_eq!(complement.is_match(text), !is_match);
    }
});
