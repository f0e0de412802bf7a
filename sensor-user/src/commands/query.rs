//! `hullwatch query`: any EQL over any lines of JSON. What it means is the business of `hullwatch_rules::query`.

use super::{
    input::Input,
    output::{Output, Reader},
};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use hullwatch_rules::query::{Query, QueryOptions};
use std::{
    io::{self, Write as _},
    path::PathBuf,
};

/// `hullwatch query`
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// The query, such as 'process where process.name == "curl"'
    #[arg(value_name = "EQL")]
    pub query: String,

    /// Files with one JSON object a line, or - for standard input [default: -]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The field that says when an event happened: ISO 8601, or milliseconds since 1970
    #[arg(long, value_name = "FIELD", default_value = "@timestamp")]
    pub timestamp_field: String,

    /// The field that `process where` and the like look at
    #[arg(long, value_name = "FIELD", default_value = "event.category")]
    pub category_field: String,

    /// The field that orders events of one time
    #[arg(long, value_name = "FIELD", default_value = "event.sequence")]
    pub tiebreaker_field: String,
}

/// Runs it, with results on standard output.
///
/// # Errors
///
/// When the query is none, a file cannot be read, or a line of it is no JSON object.
pub fn run(args: &QueryArgs) -> Result<()> {
    let options = QueryOptions {
        timestamp_field: args.timestamp_field.clone(),
        category_field: args.category_field.clone(),
        tiebreaker_field: args.tiebreaker_field.clone(),
    };
    let mut query = match Query::new(&args.query, &options) {
        Ok(query) => query,
        Err(error) => {
            // Standard error being closed leaves nobody to tell.
            let _ = writeln!(io::stderr(), "{:?}", miette::Report::new(error));
            bail!("this query cannot be run; see above");
        }
    };
    let mut input = Input::new(&args.files);
    let mut output = Output::new(io::stdout().lock());
    let cannot_write = "cannot write to standard output";
    loop {
        let line = match input.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(error) => {
                let _ = output.settle(true).context(cannot_write)?;
                return Err(error.into());
            }
        };
        if let Err(error) = query.take(line, |answer| answer.write(output.buffer())) {
            let _ = output.settle(true).context(cannot_write)?;
            return Err(input.error(&error).into());
        }
        if output.settle(input.may_wait()).context(cannot_write)? == Reader::Gone {
            return Ok(());
        }
    }
    let untimed = query.without_timestamp();
    if untimed > 0 {
        let field = &args.timestamp_field;
        tracing::warn!("{untimed} events without a time in `{field}` took that of the event before them");
    }
    let mut written = Ok(Reader::There);
    query.finish(|answer| {
        if matches!(written, Ok(Reader::There)) {
            answer.write(output.buffer());
            written = output.settle(false);
        }
    });
    if written.context(cannot_write)? == Reader::There {
        let _ = output.settle(true).context(cannot_write)?;
    }
    Ok(())
}
