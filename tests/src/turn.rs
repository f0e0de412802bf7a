//! Lets a test have the machine to itself. Most tests run beside each other; a storm would starve them and they would
//! spoil its numbers. Called at the start of every test by the runner; decides nothing about order.

use std::sync::{PoisonError, RwLock};

static TURN: RwLock<()> = RwLock::new(());

/// How a test wants to run.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    /// Beside others.
    Shared,
    /// With no other test running.
    Alone,
}

/// Runs `test` when its turn has come.
pub fn take<T>(turn: Turn, test: impl FnOnce() -> T) -> T {
    match turn {
        Turn::Shared => {
            let _guard = TURN.read().unwrap_or_else(PoisonError::into_inner);
            test()
        }
        Turn::Alone => {
            let _guard = TURN.write().unwrap_or_else(PoisonError::into_inner);
            test()
        }
    }
}
