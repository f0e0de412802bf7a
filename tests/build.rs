//! Links the `noop` program without the C runtime: it must be static and small whatever flags the rest is built
//! with, because it is what the exec storms run twenty thousand times. Nothing else is decided here.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie"] {
        println!("cargo::rustc-link-arg-bin=noop={argument}");
    }
}
