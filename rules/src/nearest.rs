//! The known name that a misspelt one probably meant: edit distance over a closed list.
//!
//! Used only to word errors. It gives no answer rather than a far-fetched one.

/// The name of `known` nearest to `word`, if any is near enough to be what was meant. Letter case counts for nothing.
/// Of equally near names the first wins.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let limit = (word.chars().count() / 4).clamp(1, 4);
    known
        .into_iter()
        .filter_map(|name| distance(word, name, limit).map(|steps| (steps, name)))
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, name)| name)
}

/// How many letters to insert, delete, replace or swap with a neighbour to make `a` of `b` (optimal string
/// alignment, ASCII case folded); `None` when it is more than `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    // Bytes differ at least as much as the lengths do; this also keeps a megabyte-long "name" cheap.
    if a.len().abs_diff(b.len()) > limit * 4 {
        return None;
    }
    let fold = |text: &str| text.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let (a, b) = (fold(a), fold(b));
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);

    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut best =
                (at(&above, j + 1) + 1).min(at(&row, j) + 1).min(at(&above, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|&steps| steps <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 3] = ["process.name", "process.args", "process.parent.pid"];

    #[test]
    fn a_swapped_letter_finds_the_name() {
        assert_eq!(nearest("process.nmae", FIELDS), Some("process.name"));
        assert_eq!(distance("nmae", "name", 4), Some(1));
    }

    #[test]
    fn a_missing_added_or_wrong_letter_finds_the_name() {
        assert_eq!(nearest("process.arg", FIELDS), Some("process.args"));
        assert_eq!(nearest("proccess.args", FIELDS), Some("process.args"));
        assert_eq!(nearest("prozess.name", FIELDS), Some("process.name"));
        assert_eq!(nearest("Process.Name", FIELDS), Some("process.name"));
    }

    #[test]
    fn a_name_that_resembles_none_finds_none() {
        assert_eq!(nearest("registry.path", FIELDS), None);
        assert_eq!(nearest("", FIELDS), None);
        assert_eq!(nearest(&"x".repeat(1 << 20), FIELDS), None);
    }
}
