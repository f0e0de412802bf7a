//! Puts the kernel object where `kernel::probes` embeds it from.
//!
//! `cargo xtask build` builds the object and names it in `HULLWATCH_EBPF_OBJECT`. Without that, as in
//! a plain `cargo check`, an empty stub is embedded, so that the user side can be worked on where no
//! eBPF toolchain is; the binary then refuses to run probes and says why.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=HULLWATCH_EBPF_OBJECT");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?).join("kernel-object");
    match env::var_os("HULLWATCH_EBPF_OBJECT").filter(|path| !path.is_empty()) {
        Some(path) => {
            let path = PathBuf::from(path);
            println!("cargo::rerun-if-changed={}", path.display());
            fs::copy(&path, &out)
                .map_err(|error| format!("HULLWATCH_EBPF_OBJECT names {}: {error}", path.display()))?;
        }
        None => fs::write(&out, [])?,
    }
    Ok(())
}
