//! What the kernel side counts: one row a reason, so that no loss hides in another.
//!
//! lost = the kernel had no room; truncated = a field hit its limit. What the user side chooses to
//! drop it counts itself.

/// Declares the counters: variant, name in metrics and output, meaning.
macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal, $class:ident;)+) => {
        /// An index into the kernel program's per-CPU array of counters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Counter {
            $($(#[doc = $doc])+ $variant,)+
        }

        /// Every counter, in the order of its index.
        pub const COUNTERS: &[Counter] = &[$(Counter::$variant),+];

        impl Counter {
            /// The counter's name in output and metrics.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What a rise of this counter means.
            pub const fn class(self) -> CounterClass {
                match self { $(Self::$variant => CounterClass::$class,)+ }
            }
        }
    };
}

/// What kind of harm a counter tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterClass {
    /// A whole record is gone.
    Lost,
    /// A record arrived without a part of itself, and says so.
    Truncated,
    /// Nothing is missing; the number is for operators.
    Info,
}

counters! {
    /// Execs the probe saw.
    ExecSeen => "exec_seen", Info;
    /// An exec record found no room in the ring, not even in the smallest class.
    ExecNoRoom => "exec_no_room", Lost;
    /// A cgroup's path found no room in the ring; it is sent again with the next exec there.
    CgroupNoRoom => "cgroup_no_room", Truncated;
    /// argv did not fit into the largest class.
    ArgvTooLong => "argv_too_long", Truncated;
    /// argv would have fitted its class, but the ring had room only for a smaller one.
    ArgvNoRoom => "argv_no_room", Truncated;
    /// argv could not be read from the new image.
    ArgvFault => "argv_fault", Truncated;
    /// The filename was cut.
    FilenameCut => "filename_cut", Truncated;
    /// The executable's path was too deep or too long.
    ExePathCut => "exe_path_cut", Truncated;
    /// A cgroup's path was too deep or too long.
    CgroupPathCut => "cgroup_path_cut", Truncated;
    /// A read of kernel memory failed.
    ReadFault => "read_fault", Truncated;
    /// Times the probe woke the reader.
    Wakeups => "wakeups", Info;
}
