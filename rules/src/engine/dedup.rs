//! De-duplication: of alerts that are equal in some fields, one comes out in a window of time.
//!
//! A window begins with the alert that came out and ends when its time has passed. What it held back is counted and
//! told: in a summary when the window ends, or with the next alert of the same key, if that comes first.

use super::key;
use super::limits::{EngineLosses, Limits, Retained};
use super::store::{Bounds, Store};

/// Alerts that were held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many.
    pub count: u64,
    /// When the first of them was, in nanoseconds since 1970.
    pub first_ns: i64,
    /// When the last of them was.
    pub last_ns: i64,
}

/// The windows that are open.
#[derive(Debug)]
pub(super) struct Dedup<T> {
    windows: Store<Window<T>>,
    losses: EngineLosses,
}

#[derive(Debug)]
struct Window<T> {
    ends_ns: i64,
    held: Option<Held>,
    /// The last event of the alert that was held back first.
    event: Option<T>,
}

/// What becomes of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It comes out. The window before it may have held some back.
    Out(Option<Held>),
    /// It is held back.
    HeldBack,
}

impl<T: Retained> Dedup<T> {
    pub(super) fn new(limits: Limits) -> Self {
        let bounds = Bounds { states: limits.windows, bytes: limits.window_bytes };
        Self { windows: Store::new(bounds), losses: EngineLosses::default() }
    }

    /// Decides about an alert at `at_ns`. `keep` gives what is kept of its last event, should it be held back first.
    pub(super) fn admit(
        &mut self,
        key: &[u8],
        at_ns: i64,
        window_ns: i64,
        keep: impl FnOnce() -> T,
    ) -> Verdict {
        self.decide(key, at_ns, window_ns, || Some(keep()))
    }

    fn decide(
        &mut self,
        key: &[u8],
        at_ns: i64,
        window_ns: i64,
        keep: impl FnOnce() -> Option<T>,
    ) -> Verdict {
        let ends_ns = at_ns.saturating_add(window_ns);
        let mut before = None;
        let handle = match self.windows.find(key) {
            Some(handle) => {
                let Some(window) = self.windows.get_mut(handle) else { return Verdict::Out(None) };
                if at_ns <= window.ends_ns {
                    let held = window.held.get_or_insert(Held { count: 0, first_ns: at_ns, last_ns: at_ns });
                    held.count += 1;
                    held.first_ns = held.first_ns.min(at_ns);
                    held.last_ns = held.last_ns.max(at_ns);
                    if window.event.is_none() {
                        window.event = keep();
                    }
                    let bytes = window.event.as_ref().map_or(0, Retained::bytes);
                    let due = window.ends_ns;
                    self.windows.settle(handle, bytes, Some(due));
                    self.bound();
                    return Verdict::HeldBack;
                }
                before = window.held.take();
                *window = Window { ends_ns, held: None, event: None };
                handle
            }
            None => self.windows.insert(key, Window { ends_ns, held: None, event: None }),
        };
        self.windows.settle(handle, 0, Some(ends_ns));
        self.bound();
        Verdict::Out(before)
    }

    /// The same, for an event that is kept already: it is taken if the alert is held back first.
    pub(super) fn admit_with(
        &mut self,
        key: &[u8],
        at_ns: i64,
        window_ns: i64,
        event: &mut Option<T>,
    ) -> Verdict {
        // Asked for once at most, and then it is there.
        self.decide(key, at_ns, window_ns, || event.take())
    }

    /// Closes windows that have ended before `now_ns`, at most `budget` of them, and tells of those that held something
    /// back. `true` if there are more.
    pub(super) fn advance(
        &mut self,
        now_ns: i64,
        budget: usize,
        mut on_end: impl FnMut(u32, Held, T),
    ) -> bool {
        for _ in 0..budget {
            let Some(handle) = self.windows.due_before(now_ns) else { return false };
            let owner = self.windows.entry(handle).map_or(u32::MAX, |(key, _)| key::owner(key));
            if let Some(Window { held: Some(held), event: Some(event), .. }) = self.windows.remove(handle) {
                on_end(owner, held, event);
            }
        }
        self.windows.due_before(now_ns).is_some()
    }

    pub(super) fn retain_owners(&mut self, keep: impl Fn(u32) -> bool) {
        self.windows.retain(|key| keep(key::owner(key)));
    }

    pub(super) fn losses(&self) -> EngineLosses {
        self.losses
    }

    pub(super) fn bytes(&self) -> usize {
        self.windows.bytes()
    }

    fn bound(&mut self) {
        while let Some((window, _)) = self.windows.overflow() {
            self.losses.windows += 1;
            self.losses.held_back_untold += window.held.map_or(0, |held| held.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dedup() -> Dedup<usize> {
        Dedup::new(Limits { windows: 3, ..Limits::default() })
    }

    const KEY: &[u8] = b"\0\0\0\0key";

    #[test]
    fn one_alert_comes_out_in_a_window_and_the_others_are_counted_with_their_times() {
        let mut dedup = dedup();
        assert_eq!(dedup.admit(KEY, 0, 10, || 1), Verdict::Out(None));
        for at in [3, 7, 10] {
            assert_eq!(dedup.admit(KEY, at, 10, || 2), Verdict::HeldBack);
        }
        assert_eq!(dedup.admit(b"\0\0\0\0other", 5, 10, || 1), Verdict::Out(None));
        let mut told = Vec::new();
        assert!(!dedup.advance(10, 100, |owner, held, event| told.push((owner, held, event))));
        assert!(told.is_empty(), "the end of the window belongs to it");
        dedup.advance(11, 100, |owner, held, event| told.push((owner, held, event)));
        assert_eq!(told, [(0, Held { count: 3, first_ns: 3, last_ns: 10 }, 2)]);
        assert_eq!(dedup.admit(KEY, 11, 10, || 1), Verdict::Out(None));
    }

    #[test]
    fn an_alert_after_the_window_tells_what_was_held_back_if_nobody_has() {
        let mut dedup = dedup();
        dedup.admit(KEY, 0, 10, || 1);
        dedup.admit(KEY, 5, 10, || 1);
        let held = Held { count: 1, first_ns: 5, last_ns: 5 };
        assert_eq!(dedup.admit(KEY, 20, 10, || 1), Verdict::Out(Some(held)));
        assert_eq!(dedup.admit(KEY, 31, 10, || 1), Verdict::Out(None));
    }

    #[test]
    fn windows_are_bounded_and_what_that_costs_is_counted() {
        let mut dedup = dedup();
        for number in 0..5_u8 {
            dedup.admit(&[0, 0, 0, 0, number], 0, 10, || 1);
            dedup.admit(&[0, 0, 0, 0, number], 1, 10, || 1);
        }
        assert_eq!((dedup.losses().windows, dedup.losses().held_back_untold), (2, 2));
        dedup.retain_owners(|_| false);
        assert_eq!(dedup.bytes(), 0);
    }
}
