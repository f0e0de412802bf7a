//! Refusals and warnings with the place in the file that they are about.
//!
//! Drawn by miette, with colour only where a person reads along: on a terminal, and if NO_COLOR is not set.

use std::io::{self, IsTerminal as _};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

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
