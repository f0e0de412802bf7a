//! The one folder that a test run writes to, the places it reads from, and its random names. The folder's path is in
//! the command line of every daemon of the run and in its mounts, which is how `leftovers` finds what was forgotten.
//! Called by every other module; refuses to guess where the sensor is.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

const PREFIX: &str = "hullwatch-tests-";

/// The folder of this test process, made at the first call. It is open to every user, because some tests run the
/// sensor as nobody; `remove` ends it.
pub fn root() -> Result<&'static Path> {
    static ROOT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = ROOT.get_or_init(|| make_root().map_err(|error| format!("{error:#}")));
    made.as_deref().map_err(|error| anyhow::anyhow!("{error}"))
}

fn make_root() -> Result<PathBuf> {
    sweep()?;
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let root = tempfile::Builder::new().prefix(&prefix).tempdir()?.keep();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755))?;
    // As the kernel writes it: the temporary folder may be a link.
    Ok(root.canonicalize()?)
}

/// Removes the folders of runs that were killed. Their processes died with them.
fn sweep() -> Result<()> {
    for entry in fs::read_dir(std::env::temp_dir())? {
        let entry = entry?;
        let name = entry.file_name();
        let pid =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-')).map(|(pid, _)| pid);
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            // Somebody else's folder of the same name is not ours to remove, and no reason to fail.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

/// Removes the folder. For the end of the run; whoever asks for a path afterwards gets one that is not there.
pub fn remove() -> Result<()> {
    let root = root()?;
    fs::remove_dir_all(root).with_context(|| format!("removing {}", root.display()))
}

/// A new folder below the root, named after what it is for, open to every user.
pub fn folder(purpose: &str) -> Result<PathBuf> {
    let path = root()?.join(format!("{purpose}-{}", random_hex(4)?));
    fs::create_dir(&path).with_context(|| format!("creating {}", path.display()))?;
    Ok(path)
}

/// `bytes` random bytes as lower-case hexadecimal digits; 32 of them make a container id as docker makes it.
pub fn random_hex(bytes: usize) -> Result<String> {
    let mut buffer = vec![0_u8; bytes];
    fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut buffer))?;
    Ok(buffer.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// The sensor's binary, from `HULLWATCH_BIN`.
pub fn sensor_binary() -> Result<PathBuf> {
    let path = std::env::var_os("HULLWATCH_BIN").map(PathBuf::from).context(
        "HULLWATCH_BIN is not set: it must name the hullwatch binary to test. `cargo xtask test` builds one and sets \
         it; by hand, build with `cargo xtask build` and give the path that it prints",
    )?;
    ensure!(path.is_file(), "HULLWATCH_BIN names {}, which is not a file", path.display());
    ensure!(
        nix::unistd::geteuid().is_root(),
        "these tests load programs into the kernel and must run as root"
    );
    Ok(path)
}

/// The project's top folder.
pub fn workspace() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// Where things are kept between runs, per user: `${XDG_CACHE_HOME:-$HOME/.cache}/hullwatch`.
pub fn cache() -> Result<PathBuf> {
    let set =
        |name: &str| std::env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    let cache = base.context("neither XDG_CACHE_HOME nor HOME is set")?.join("hullwatch");
    fs::create_dir_all(&cache).with_context(|| format!("creating {}", cache.display()))?;
    Ok(cache)
}
