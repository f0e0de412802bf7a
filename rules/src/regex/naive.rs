//! What regular expressions mean, in as few lines as possible: the ends of all matches from a place on. Exponential in
//! nothing but patience, and obviously right; only for tests.

use std::collections::BTreeSet;

use super::ast::Ast;

/// Whether all of `text` matches.
pub(super) fn matches(ast: &Ast, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    ends(ast, &text, 0).contains(&text.len())
}

fn ends(ast: &Ast, text: &[char], at: usize) -> BTreeSet<usize> {
    match ast {
        Ast::Nothing => BTreeSet::new(),
        Ast::Class(set) => text.get(at).filter(|c| set.contains(**c)).map(|_| at + 1).into_iter().collect(),
        Ast::Concat(parts) => parts.iter().fold(BTreeSet::from([at]), |from, part| {
            from.iter().flat_map(|at| ends(part, text, *at)).collect()
        }),
        Ast::Union(parts) => parts.iter().flat_map(|part| ends(part, text, at)).collect(),
        Ast::Intersection(parts) => parts
            .iter()
            .map(|part| ends(part, text, at))
            .reduce(|a, b| a.intersection(&b).copied().collect())
            .unwrap_or_default(),
        Ast::Complement(inner) => {
            let inner = ends(inner, text, at);
            (at..=text.len()).filter(|end| !inner.contains(end)).collect()
        }
        Ast::Repeat { inner, min, max } => {
            let mut reached = BTreeSet::from([at]);
            let mut all = if *min == 0 { reached.clone() } else { BTreeSet::new() };
            // Rounds beyond the text's length and the minimum add nothing.
            let rounds = max.unwrap_or(u32::MAX).min(*min + u32::try_from(text.len()).unwrap() + 1);
            for round in 1..=rounds {
                reached = reached.iter().flat_map(|at| ends(inner, text, *at)).collect();
                if round >= *min {
                    all.extend(&reached);
                }
            }
            all
        }
        Ast::Interval { min, max, digits } => (at + 1..=text.len())
            .filter(|end| {
                let piece: String = text[at..*end].iter().collect();
                piece.bytes().all(|b| b.is_ascii_digit())
                    && (*digits == 0 || piece.len() == *digits)
                    && piece.parse::<u64>().is_ok_and(|n| (u64::from(*min)..=u64::from(*max)).contains(&n))
            })
            .collect(),
    }
}
