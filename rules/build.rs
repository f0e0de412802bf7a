//! Puts the rule files of `content/` into the crate.
//!
//! Writes `bundled.rs` with one `(file name, content)` pair a file, sorted by name. Subfolders are not looked into.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=content");
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("not run by cargo"))?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("not run by cargo"))?);

    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("content"))? {
        let name = entry?
            .file_name()
            .into_string()
            .map_err(|_| io::Error::other("a rule file's name is not UTF-8"))?;
        if Path::new(&name).extension().is_some_and(|extension| extension == "toml") {
            names.push(name);
        }
    }
    names.sort();

    let mut code = String::from(
        "/// The bundled rules: file name and content, sorted by file name.\npub const BUNDLED: &[(&str, &str)] = &[\n",
    );
    for name in names {
        let file = format!("/content/{name}");
        writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?}))),")
            .map_err(io::Error::other)?;
    }
    code.push_str("];\n");
    fs::write(out.join("bundled.rs"), code)
}
