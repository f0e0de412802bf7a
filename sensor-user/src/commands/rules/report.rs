//! Refusals and warnings with the place in the file that they are about.
//!
//! Drawn by miette, with colour only where a person reads along: on a terminal, and if NO_COLOR is not set.

use std::{
    fmt,
    io::{self, IsTerminal as _},
};

use hullwatch_rules::RuleWarning;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};

/// Draws `diagnostic`.
pub(super) fn draw(out: &mut dyn io::Write, diagnostic: &dyn Diagnostic) -> io::Result<()> {
    let coloured =
        io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let theme = if coloured { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(110);
    let mut drawn = String::new();
    handler.render_report(&mut drawn, diagnostic).map_err(io::Error::other)?;
    out.write_all(drawn.as_bytes())
}

/// Draws `warning`: what its one line says of the place is in the picture already.
pub(super) fn draw_warning(out: &mut dyn io::Write, warning: &RuleWarning) -> io::Result<()> {
    draw(out, &Pictured(warning))
}

/// A warning that says only what is odd.
#[derive(Debug)]
struct Pictured<'a>(&'a RuleWarning);

impl fmt::Display for Pictured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)
    }
}

impl std::error::Error for Pictured<'_> {}

impl Diagnostic for Pictured<'_> {
    fn severity(&self) -> Option<Severity> {
        self.0.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.0.labels()
    }
}
