//! Undoes the escaping of arguments in documents, as docs/fields.md describes it for consumers: an argument listed in
//! `hullwatch.evidence.escaped_args` had bytes that are not UTF-8; in it a backslash is written twice and each such
//! byte as `\xNN`. Written from that description, not from the sensor's code: it is the other opinion that the argv
//! tests need. Refuses every other escape.

use anyhow::{Context as _, Result, bail};

/// The bytes of one escaped argument.
pub fn unescape(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        rest = if let Some(after) = after.strip_prefix('\\') {
            bytes.push(b'\\');
            after
        } else if let Some(after) = after.strip_prefix('x') {
            let digits = after.get(..2).context("`\\x` without two digits")?;
            bytes.push(u8::from_str_radix(digits, 16).with_context(|| format!("`\\x{digits}` is no byte"))?);
            after.get(2..).unwrap_or_default()
        } else {
            bail!("a single backslash before {after:?} in an escaped argument");
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn backslashes_and_bytes_come_back_as_they_were() {
        assert_eq!(unescape(r"a\\x41\xffé\\").unwrap(), b"a\\x41\xff\xc3\xa9\\");
    }

    #[test]
    fn any_other_escape_is_refused() {
        for text in [r"\n", r"\x4", r"\xzz", "\\"] {
            assert!(unescape(text).is_err(), "{text}");
        }
    }
}
