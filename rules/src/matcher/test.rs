//! What the values of a field must be like for a leaf to hold.
//!
//! On whole values a test holds or does not. On values of which a part is missing it may also be impossible to know;
//! see [`Test::truth`].

use super::number::{Number, NumberTest};
use super::text::TextTest;
use super::truth::Truth;
use crate::event::{Completeness, Values};
use crate::scalars::Scalar;

/// What one value must be like. A field passes when any of its values does.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// Nothing passes.
    Never,
    /// Any value passes, as `like "*"` says.
    Exists,
    /// Any value passes, as `!= null` says: this alone is certain of a field that is missing.
    NotNull,
    /// This truth value.
    Boolean(bool),
    /// A number or a date.
    Number(NumberTest),
    /// A text.
    Text(TextTest),
    /// Any of these, where constants of several types stand in one list.
    AnyOf(Box<[Self]>),
}

impl Test {
    /// Whether any of `values` passes.
    pub(crate) fn holds(&self, values: Values<'_>) -> bool {
        match self {
            Self::Never => false,
            Self::Exists | Self::NotNull => values.any(),
            Self::Text(test) => values.any_text(|text| test.holds(text)),
            Self::Boolean(wanted) => values.any_bool(*wanted),
            Self::Number(test) => values.any_number(|number| test.holds(number)),
            Self::AnyOf(tests) => tests.iter().any(|test| test.holds(values)),
        }
    }

    /// Whether `value` passes.
    pub(crate) fn holds_for(&self, value: Scalar<'_>) -> bool {
        self.holds(match value {
            Scalar::Bool(value) => Values::Bool(value),
            Scalar::Int(value) => Values::Int(value),
            Scalar::Real(value) => Values::Real(value),
            Scalar::Text(text) => Values::Text(text),
        })
    }

    /// Whether any of the values passes of which `values` are known, as far as can be known.
    pub(crate) fn truth(&self, values: Values<'_>, completeness: Completeness) -> Truth {
        match completeness {
            Completeness::Whole => self.holds(values).into(),
            Completeness::MoreValues => self.among_more(values),
            Completeness::Unknown if matches!(self, Self::Never) => Truth::False,
            Completeness::Unknown => Truth::Unknown,
            Completeness::EndCut | Completeness::StartCut => (0..values.len())
                .filter_map(|index| values.nth(index))
                .map(|value| self.truth_of_cut(value, completeness))
                .max()
                .unwrap_or(Truth::False),
        }
    }

    /// There are more values, and the last one known may lack its end.
    fn among_more(&self, values: Values<'_>) -> Truth {
        match self {
            Self::Never => return Truth::False,
            // One that is not known is one, too.
            Self::Exists | Self::NotNull => return Truth::True,
            _ => {}
        }
        let last = values.len().saturating_sub(1);
        let certain =
            (0..values.len()).filter_map(|index| Some((index, values.nth(index)?))).any(|(index, value)| {
                if index == last {
                    self.truth_of_cut(value, Completeness::EndCut).is_certain()
                } else {
                    self.holds_for(value)
                }
            });
        if certain { Truth::True } else { Truth::Unknown }
    }

    /// What is known of one value that lacks its end or its beginning.
    fn truth_of_cut(&self, value: Scalar<'_>, cut: Completeness) -> Truth {
        match (self, value) {
            (Self::Text(test), Scalar::Text(part)) if cut == Completeness::EndCut => test.of_beginning(part),
            // The sensor puts three dots where the beginning was.
            (Self::Text(test), Scalar::Text(part)) => test.of_end(part.strip_prefix("...").unwrap_or(part)),
            (Self::AnyOf(tests), value) => {
                tests.iter().map(|test| test.truth_of_cut(value, cut)).max().unwrap_or(Truth::False)
            }
            _ => self.holds_for(value).into(),
        }
    }
}

impl From<Number> for Test {
    fn from(number: Number) -> Self {
        Self::Number(NumberTest::equal(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::{Pattern, TextSet};

    fn equal(text: &str) -> Test {
        Test::Text(TextTest::OneOf(TextSet::new([text], false)))
    }

    fn like(pattern: &str) -> Test {
        let pattern = Pattern::new(pattern, true).unwrap();
        Test::Text(TextTest::Like(TextSet::new([], true), Box::new([pattern])))
    }

    #[test]
    fn of_a_field_of_which_nothing_is_known_only_the_impossible_is_known() {
        for test in [equal("x"), Test::Exists, Test::NotNull, Test::Boolean(true)] {
            assert_eq!(test.truth(Values::Missing, Completeness::Unknown), Truth::Unknown, "{test:?}");
        }
        assert_eq!(Test::Never.truth(Values::Missing, Completeness::Unknown), Truth::False);
    }

    #[test]
    fn of_a_list_with_more_values_nothing_is_known_not_to_hold() {
        let values = Values::Each(&["apt", "install", "cu"]);
        for (test, expected) in [
            (equal("install"), Truth::True),
            (equal("curl"), Truth::Unknown),
            // It may go on.
            (equal("cu"), Truth::Unknown),
            (like("cu*"), Truth::True),
            (like("x*"), Truth::Unknown),
            (Test::Exists, Truth::True),
            (Test::Never, Truth::False),
        ] {
            assert_eq!(test.truth(values, Completeness::MoreValues), expected, "{test:?}");
            assert_ne!(test.truth(values, Completeness::Whole), Truth::Unknown, "{test:?}");
        }
        assert_eq!(Test::NotNull.truth(Values::Missing, Completeness::MoreValues), Truth::True);
    }

    #[test]
    fn a_value_without_its_end_decides_by_its_beginning() {
        for (test, expected) in [
            (equal("/usr/bin/apt"), Truth::Unknown),
            (equal("/usr"), Truth::Unknown),
            (equal("/us"), Truth::False),
            (equal("/opt/bin/apt"), Truth::False),
            (like("/USR*"), Truth::True),
            (like("/us?*"), Truth::True),
            (like("/usr/bin*"), Truth::Unknown),
            (like("/u?r/b*"), Truth::Unknown),
            (like("/opt*"), Truth::False),
            (like("/u?r"), Truth::Unknown),
            (like("/u?"), Truth::False),
            (like("*sr*"), Truth::True),
            (like("*bin*"), Truth::Unknown),
            (like("*usr"), Truth::Unknown),
            (like("/opt*usr"), Truth::False),
        ] {
            assert_eq!(test.truth(Values::Text("/usr"), Completeness::EndCut), expected, "{test:?}");
        }
    }

    #[test]
    fn a_value_without_its_beginning_decides_by_its_end() {
        for (test, expected) in [
            (equal("/usr/bin/apt"), Truth::Unknown),
            (equal("apt"), Truth::False),
            (equal("/usr/bin/yum"), Truth::False),
            (like("*/APT"), Truth::True),
            (like("*/yum"), Truth::False),
            (like("*r/bin/apt"), Truth::Unknown),
            (like("/usr/*"), Truth::Unknown),
            (like("/usr/*/apt"), Truth::Unknown),
            (like("/usr/*/yum"), Truth::False),
            (like("*bin*"), Truth::True),
            (like("??bin/apt"), Truth::Unknown),
            (like("in/apt"), Truth::False),
        ] {
            assert_eq!(test.truth(Values::Text("...bin/apt"), Completeness::StartCut), expected, "{test:?}");
        }
    }

    #[test]
    fn an_expression_is_followed_as_far_as_the_text_is_known() {
        let regex = |pattern: &str| {
            let expression = crate::regex::Regex::new(pattern, false).unwrap();
            Test::Text(TextTest::Regex(TextSet::new(["/usr/x"], false), Box::new([expression])))
        };
        for (test, expected) in [
            (regex("/usr.*"), Truth::True),
            (regex("/usr/.*"), Truth::Unknown),
            (regex("/opt.*"), Truth::Unknown),
            (regex("/o.*&/p.*"), Truth::Unknown),
        ] {
            assert_eq!(test.truth(Values::Text("/usr"), Completeness::EndCut), expected, "{test:?}");
        }
        assert_eq!(regex("/opt.*").truth(Values::Text("/usra"), Completeness::EndCut), Truth::False);
        assert_eq!(regex(".*apt").truth(Values::Text("...apt"), Completeness::StartCut), Truth::Unknown);
    }

    #[test]
    fn order_is_decided_where_the_texts_differ() {
        let after = |bound: &str| {
            Test::Text(TextTest::Order { bound: bound.into(), before: false, equal: false, after: true })
        };
        for (bound, expected) in
            [("a", Truth::True), ("abc", Truth::Unknown), ("ab", Truth::Unknown), ("b", Truth::False)]
        {
            assert_eq!(after(bound).truth(Values::Text("ab"), Completeness::EndCut), expected, "{bound}");
        }
    }
}
