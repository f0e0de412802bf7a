//! The rules that come with the program: every TOML file of `content/`, put in at build time by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
