//! Executes a program in one of the ways that sensors get wrong, in place of itself: `exec-probe WAY ...`. The tests
//! start it where the sensor looks and check what the sensor says. It never returns when the exec succeeds, and
//! passes no environment on, so that all of what Linux allows is there for arguments.
//!
//! | way | what it does |
//! |---|---|
//! | `argv CASE PROGRAM` | the argument list of that name in the library's table |
//! | `length BYTES PROGRAM` | an argument list that is so many bytes long, with its NULs |
//! | `memfd NAME PROGRAM ARG...` | copies the program into a memfd and executes that |
//! | `empty-path PROGRAM ARG...` | execveat of a descriptor, with AT_EMPTY_PATH |
//! | `deleted PROGRAM ARG...` | unlinks the program and executes it by its descriptor |
//! | `thread PROGRAM ARG...` | from a thread that is not the leader |

use std::convert::Infallible;
use std::env;
use std::ffi::{CStr, CString, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use hullwatch_tests::argv;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::{execve, execveat};

const NO_ENVIRONMENT: [&CStr; 0] = [];

fn main() -> Result<()> {
    let mut words = env::args_os().skip(1).map(c_string);
    let mut word = |what: &str| words.next().with_context(|| format!("{what} is missing"))?;
    let way = word("the way")?;
    match way.to_bytes() {
        b"argv" => {
            let name = word("the case's name")?.into_string()?;
            let case = argv::cases().into_iter().find(|case| case.name == name);
            plain(&word("the program")?, case.with_context(|| format!("there is no case {name}"))?.argv)
        }
        b"length" => {
            let bytes = word("the length")?.into_string()?.parse()?;
            plain(&word("the program")?, argv::of_length(bytes))
        }
        b"memfd" => {
            let (name, program) = (word("the memfd's name")?, word("the program")?);
            memfd(&name, &program, &words.collect::<Result<Vec<_>>>()?)
        }
        b"empty-path" => {
            let program = word("the program")?;
            empty_path(&opened(&program)?, &words.collect::<Result<Vec<_>>>()?)
        }
        b"deleted" => {
            let program = word("the program")?;
            let file = opened(&program)?;
            fs::remove_file(path(&program)?)?;
            empty_path(&file, &words.collect::<Result<Vec<_>>>()?)
        }
        b"thread" => {
            let program = word("the program")?;
            let argv = words.collect::<Result<Vec<_>>>()?;
            let thread = std::thread::spawn(move || execve(&program, &argv, &NO_ENVIRONMENT));
            thread.join().map_err(|_| anyhow::anyhow!("the thread panicked"))??;
            Ok(())
        }
        _ => bail!("{way:?} is no way to execute a program"),
    }
}

fn plain(program: &CStr, argv: Vec<Vec<u8>>) -> Result<()> {
    let argv: Vec<CString> = argv.into_iter().map(CString::new).collect::<Result<_, _>>()?;
    never(execve(program, &argv, &NO_ENVIRONMENT))
}

fn memfd(name: &CStr, program: &CStr, argv: &[CString]) -> Result<()> {
    let mut file = File::from(memfd_create(name, MFdFlags::MFD_CLOEXEC)?);
    file.write_all(&fs::read(path(program)?)?)?;
    empty_path(&file, argv)
}

fn empty_path(file: &File, argv: &[CString]) -> Result<()> {
    never(execveat(file, c"", argv, &NO_ENVIRONMENT, AtFlags::AT_EMPTY_PATH))
}

/// Opened for execution only: what is open for writing cannot be executed.
fn opened(program: &CStr) -> Result<File> {
    Ok(OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_PATH | OFlag::O_CLOEXEC).bits())
        .open(path(program)?)?)
}

fn path(program: &CStr) -> Result<&Path> {
    Ok(Path::new(program.to_str()?))
}

fn c_string(word: OsString) -> Result<CString> {
    Ok(CString::new(word.into_vec())?)
}

fn never(result: nix::Result<Infallible>) -> Result<()> {
    match result {
        Ok(never) => match never {},
        Err(error) => Err(error).context("the exec failed"),
    }
}
