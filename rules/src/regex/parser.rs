//! Lucene's grammar of regular expressions, all optional operators on, as Elasticsearch's `regex` has it.
//!
//! ```text
//! union   = inter ("|" inter)*
//! inter   = concat ("&" concat)*
//! concat  = repeat+                      ends before `)`, `|` and `&`
//! repeat  = compl ("?" | "*" | "+" | "{" n ("," m?)? "}")*
//! compl   = "~" compl | "[" "^"? item+ "]" | simple
//! item    = CLASS | char ("-" char)?
//! simple  = "." | "#" | "@" | '"' text '"' | "(" union? ")" | "<" n "-" m ">" | CLASS | char
//! char    = "\"? any character           CLASS = \d \D \s \S \w \W
//! ```
//!
//! What surprises, and is Lucene's: the complement binds tighter than a repetition; where an expression must begin,
//! an operator is itself (`*a` is a star and an a, `a||b` is an a, or a bar and a b); `^` and `$` are no anchors. A
//! backslash before a letter that names no class is refused, as Lucene 9 does: `\n` and `\b` mean something elsewhere.

use super::ast::Ast;
use super::error::RegexError;
use super::set::CharSet;

/// The longest pattern. Elasticsearch takes 1000 characters.
pub(super) const MAX_PATTERN_BYTES: usize = 4096;
/// How deep groups, complements and repetitions may stand in each other.
pub(super) const MAX_HEIGHT: usize = 100;
/// The largest count, Java's largest `int`.
const MAX_COUNT: u32 = i32::MAX.unsigned_abs();

type Result<T> = std::result::Result<T, RegexError>;

/// A tree and how high it stands.
struct Grown {
    ast: Ast,
    height: usize,
}

impl Grown {
    fn leaf(ast: Ast) -> Self {
        Self { ast, height: 1 }
    }
}

/// Reads a pattern; with `fold`, ASCII letters stand for both of their cases.
pub(super) fn parse(pattern: &str, fold: bool) -> Result<Ast> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(RegexError::new(
            0,
            format!(
                "the regular expression has {} bytes; at most {MAX_PATTERN_BYTES} are taken",
                pattern.len()
            ),
        ));
    }
    if pattern.is_empty() {
        return Ok(Ast::EMPTY_TEXT);
    }
    let mut parser = Parser { pattern, rest: pattern, fold, depth: 0 };
    let grown = parser.union()?;
    if parser.rest.is_empty() { Ok(grown.ast) } else { Err(parser.error("this `)` closes nothing")) }
}

struct Parser<'p> {
    pattern: &'p str,
    rest: &'p str,
    fold: bool,
    /// Groups and complements around here.
    depth: usize,
}

impl Parser<'_> {
    fn offset(&self) -> usize {
        self.pattern.len() - self.rest.len()
    }

    fn error(&self, message: impl Into<String>) -> RegexError {
        RegexError::new(self.offset(), message)
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn next(&mut self) -> Result<char> {
        let mut chars = self.rest.chars();
        let c = chars.next().ok_or_else(|| self.error("the regular expression ends too early"))?;
        self.rest = chars.as_str();
        Ok(c)
    }

    fn grow(&self, height: usize, ast: Ast) -> Result<Grown> {
        if height > MAX_HEIGHT { Err(self.too_deep()) } else { Ok(Grown { ast, height }) }
    }

    fn too_deep(&self) -> RegexError {
        self.error(format!("the regular expression is nested deeper than {MAX_HEIGHT} levels"))
    }

    /// Runs `parse` one level deeper; the bound holds before the stack does not.
    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Result<Grown>) -> Result<Grown> {
        if self.depth >= MAX_HEIGHT {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let grown = parse(self);
        self.depth -= 1;
        grown
    }

    /// One part, or all parts under one node.
    fn join(&self, mut parts: Vec<Grown>, node: fn(Vec<Ast>) -> Ast) -> Result<Grown> {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return Ok(only);
        }
        let height = parts.iter().map(|part| part.height).max().unwrap_or(0);
        self.grow(height + 1, node(parts.into_iter().map(|part| part.ast).collect()))
    }

    fn union(&mut self) -> Result<Grown> {
        let mut parts = vec![self.intersection()?];
        while self.eat('|') {
            parts.push(self.intersection()?);
        }
        self.join(parts, Ast::Union)
    }

    fn intersection(&mut self) -> Result<Grown> {
        let mut parts = vec![self.concat()?];
        while self.eat('&') {
            parts.push(self.concat()?);
        }
        self.join(parts, Ast::Intersection)
    }

    fn concat(&mut self) -> Result<Grown> {
        let mut parts = vec![self.repeat()?];
        while !self.rest.is_empty() && !self.rest.starts_with([')', '|', '&']) {
            parts.push(self.repeat()?);
        }
        self.join(parts, Ast::Concat)
    }

    fn repeat(&mut self) -> Result<Grown> {
        let mut grown = self.complement()?;
        loop {
            let (min, max) = if self.eat('?') {
                (0, Some(1))
            } else if self.eat('*') {
                (0, None)
            } else if self.eat('+') {
                (1, None)
            } else if self.rest.starts_with('{') {
                self.counts()?
            } else {
                return Ok(grown);
            };
            grown = self.grow(grown.height + 1, Ast::Repeat { inner: Box::new(grown.ast), min, max })?;
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    fn counts(&mut self) -> Result<(u32, Option<u32>)> {
        let open = self.offset();
        self.eat('{');
        let Some(min) = self.count()? else {
            return Err(self.error("a number belongs here; for a brace as such write `\\{`"));
        };
        let max = if self.eat(',') { self.count()? } else { Some(min) };
        if !self.eat('}') {
            return Err(self.error("`}` belongs here; for a brace as such write `\\{`"));
        }
        match max {
            Some(max) if max < min => {
                Err(RegexError::new(open, format!("at least {min} and at most {max} is never")))
            }
            _ => Ok((min, max)),
        }
    }

    fn count(&mut self) -> Result<Option<u32>> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        if digits.is_empty() {
            return Ok(None);
        }
        let count = number(digits).ok_or_else(|| self.error(format!("{digits} is too large a number")))?;
        self.rest = rest;
        Ok(Some(count))
    }

    fn complement(&mut self) -> Result<Grown> {
        if self.eat('~') {
            let inner = self.deeper(Self::complement)?;
            self.grow(inner.height + 1, Ast::Complement(Box::new(inner.ast)))
        } else if self.rest.starts_with('[') {
            Ok(Grown::leaf(Ast::Class(self.class()?)))
        } else {
            self.simple()
        }
    }

    /// `[...]`. The first item may be anything, also `]`.
    fn class(&mut self) -> Result<CharSet> {
        let open = self.offset();
        self.eat('[');
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        loop {
            if self.rest.is_empty() {
                return Err(RegexError::new(open, "this `[` is not closed"));
            }
            self.item(&mut ranges)?;
            if self.eat(']') {
                break;
            }
        }
        let set = self.cased(CharSet::new(ranges));
        Ok(if negated { set.complement() } else { set })
    }

    fn item(&mut self, ranges: &mut Vec<(u32, u32)>) -> Result<()> {
        if let Some(set) = self.named_class()? {
            ranges.extend(set.ranges());
            return Ok(());
        }
        let start = self.offset();
        let first = self.char()?;
        let last = if self.eat('-') { self.char()? } else { first };
        if last < first {
            return Err(RegexError::new(start, format!("the range `{first}-{last}` runs backwards")));
        }
        ranges.push((first.into(), last.into()));
        Ok(())
    }

    fn simple(&mut self) -> Result<Grown> {
        let start = self.offset();
        if self.eat('.') {
            return Ok(Grown::leaf(Ast::Class(CharSet::any())));
        }
        if self.eat('#') {
            return Ok(Grown::leaf(Ast::Nothing));
        }
        if self.eat('@') {
            return Ok(Grown { ast: Ast::any_text(), height: 2 });
        }
        if self.eat('"') {
            let Some((text, rest)) = self.rest.split_once('"') else {
                return Err(RegexError::new(
                    start,
                    "this `\"` is not closed; for a quote as such write `\\\"`",
                ));
            };
            self.rest = rest;
            let text = text.chars().map(|c| Ast::Class(self.cased(CharSet::one(c)))).collect();
            return Ok(Grown { ast: Ast::Concat(text), height: 2 });
        }
        if self.eat('(') {
            if self.eat(')') {
                return Ok(Grown::leaf(Ast::EMPTY_TEXT));
            }
            let inner = self.deeper(Self::union)?;
            if !self.eat(')') {
                return Err(RegexError::new(start, "this `(` is not closed"));
            }
            return Ok(inner);
        }
        if self.eat('<') {
            return self.interval(start);
        }
        let set = if let Some(set) = self.named_class()? {
            set
        } else {
            let c = self.char()?;
            self.cased(CharSet::one(c))
        };
        Ok(Grown::leaf(Ast::Class(set)))
    }

    /// What follows the `<` of `<n-m>`. Bounds of the same length say how many digits there are.
    fn interval(&mut self, start: usize) -> Result<Grown> {
        let Some((text, rest)) = self.rest.split_once('>') else {
            return Err(RegexError::new(
                start,
                "this `<` is not closed; for the character as such write `\\<`",
            ));
        };
        let bounds =
            text.split_once('-').and_then(|(low, high)| Some((number(low)?, number(high)?, low, high)));
        let Some((a, b, low, high)) = bounds else {
            return Err(RegexError::new(
                start,
                "between `<` and `>` stand two numbers, like `<1-100>`; for the character as such write `\\<`",
            ));
        };
        self.rest = rest;
        let digits = if low.len() == high.len() { low.len() } else { 0 };
        Ok(Grown::leaf(Ast::Interval { min: a.min(b), max: a.max(b), digits }))
    }

    /// `\d` and its kin; refuses other letters after a backslash, leaves everything else to `char`.
    fn named_class(&mut self) -> Result<Option<CharSet>> {
        let Some(name) = self.rest.strip_prefix('\\').and_then(|rest| rest.chars().next()) else {
            return Ok(None);
        };
        let digits = [('0', '9')];
        let spaces = [(' ', ' '), ('\t', '\t'), ('\n', '\n'), ('\r', '\r')];
        let words = [('a', 'z'), ('A', 'Z'), ('_', '_'), ('0', '9')];
        let ranges: &[(char, char)] = match name.to_ascii_lowercase() {
            'd' => &digits,
            's' => &spaces,
            'w' => &words,
            c if c.is_ascii_alphabetic() => {
                return Err(self.error(format!(
                    "`\\{name}` means nothing here; for the letter write `{name}`, for a control character the character itself"
                )));
            }
            _ => return Ok(None),
        };
        self.next()?;
        self.next()?;
        let set = CharSet::new(ranges.iter().map(|&(first, last)| (first.into(), last.into())));
        Ok(Some(if name.is_ascii_uppercase() { set.complement() } else { set }))
    }

    fn char(&mut self) -> Result<char> {
        self.eat('\\');
        self.next()
    }

    fn cased(&self, set: CharSet) -> CharSet {
        if self.fold { set.folded() } else { set }
    }
}

/// Digits only, and no more than Java's `int` holds.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|&number| is_number && number <= MAX_COUNT)
}
