//! What the sensor works out of what it captured, worked out again for a document that lacks it or says less.
//!
//! A recorded event is to look to a rule exactly as the live one did (`ExecView` of the sensor): `process.name` has the
//! names of both the executable and the path given to exec, where the document has but one of them, and
//! `hullwatch.cgroup.path` is the path that says most. A test of the sensor holds the two against each other.

use super::cuts::Cuts;
use crate::fields::FieldId;
use crate::scalars::{Scalar, ScalarList};

/// The values of a document, to be added to.
pub(super) struct Recorded<'a> {
    /// The fields in the order of their table.
    pub(super) fields: &'a mut [ScalarList],
    /// The path in the v1 hierarchy.
    pub(super) v1_path: &'a ScalarList,
    /// What was cut.
    pub(super) cuts: &'a mut Cuts,
    /// For texts under construction.
    pub(super) scratch: &'a mut String,
    /// For values that move.
    pub(super) spare: &'a mut ScalarList,
}

impl Recorded<'_> {
    fn lacks(&self, field: FieldId) -> bool {
        self.fields.get(field as usize).is_some_and(ScalarList::is_empty)
    }

    fn text(&self, field: FieldId) -> Option<&str> {
        text(self.fields.get(field as usize)?)
    }

    fn push(&mut self, field: FieldId, value: Scalar<'_>) {
        if let Some(list) = self.fields.get_mut(field as usize) {
            list.push(value);
        }
    }
}

/// Adds all of it.
pub(super) fn add(document: &mut Recorded<'_>) {
    add_names(document);
    add_arguments(document);
    choose_cgroup_path(document);
}

/// The executable's name first, as the sensor has it: by a field with several values sequences are joined by the first.
fn add_names(document: &mut Recorded<'_>) {
    let recorded_here = !document.lacks(FieldId::HullwatchFilename);
    if !recorded_here && !document.lacks(FieldId::ProcessName) {
        return;
    }
    let Some(names) = document.fields.get_mut(FieldId::ProcessName as usize) else { return };
    std::mem::swap(names, document.spare);
    let Some([names, filename, executable]) = document
        .fields
        .get_disjoint_mut([
            FieldId::ProcessName as usize,
            FieldId::HullwatchFilename as usize,
            FieldId::ProcessExecutable as usize,
        ])
        .ok()
    else {
        return;
    };
    names.clear();
    let whole = text(filename).filter(|_| !document.cuts.filename);
    let derived =
        [text(executable).map(basename), whole.and_then(name_of_filename).filter(|name| !name.is_empty())];
    let given = document
        .spare
        .iter()
        .filter_map(|name| if let Scalar::Text(name) = name { Some(name) } else { None });
    for name in derived.into_iter().flatten().chain(given) {
        if !names.iter().any(|known| known == Scalar::Text(name)) {
            names.push(Scalar::Text(name));
        }
    }
}

/// The name in the path given to exec; none when the kernel made the path up from a descriptor.
fn name_of_filename(path: &str) -> Option<&str> {
    let made_up = path.strip_prefix("/dev/fd/").is_some_and(|rest| !rest.contains('/'));
    (!made_up).then(|| basename(path))
}

fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn add_arguments(document: &mut Recorded<'_>) {
    let Some(args) = document.fields.get(FieldId::ProcessArgs as usize).filter(|args| !args.is_empty())
    else {
        return;
    };
    let count = i64::try_from(args.len()).unwrap_or(i64::MAX);
    if document.lacks(FieldId::ProcessCommandLine) {
        document.scratch.clear();
        for (index, arg) in args.iter().enumerate() {
            if index != 0 {
                document.scratch.push(' ');
            }
            if let Scalar::Text(arg) = arg {
                document.scratch.push_str(arg);
            }
        }
        if let Some(line) = document.fields.get_mut(FieldId::ProcessCommandLine as usize) {
            line.push(Scalar::Text(document.scratch));
        }
    }
    if document.lacks(FieldId::ProcessArgsCount) {
        let counted =
            document.fields.get(FieldId::HullwatchEvidenceArgc as usize).and_then(|argc| argc.get(0));
        let count = if let Some(Scalar::Int(counted)) = counted { counted } else { count };
        document.push(FieldId::ProcessArgsCount, Scalar::Int(count));
    }
}

/// Of the paths in the two hierarchies the one that names the container, else the deeper one.
fn choose_cgroup_path(document: &mut Recorded<'_>) {
    let Some(v1) = text(document.v1_path) else { return };
    let depth = |path: &str| path.trim_end_matches('/').matches('/').count();
    let container = document.text(FieldId::ContainerId);
    let names_container = |path: &str| container.is_some_and(|id| path.contains(id));
    let v1_says_more = match document.text(FieldId::HullwatchCgroupPath) {
        Some(v2) if names_container(v2) => false,
        Some(v2) => names_container(v1) || depth(v1) >= depth(v2),
        None => true,
    };
    if v1_says_more {
        document.cuts.cgroup_path = document.cuts.v1_path;
    }
    if v1_says_more && let Some(list) = document.fields.get_mut(FieldId::HullwatchCgroupPath as usize) {
        list.clear();
        list.push(Scalar::Text(v1));
    }
}

fn text(list: &ScalarList) -> Option<&str> {
    match list.get(0)? {
        Scalar::Text(text) => Some(text),
        _ => None,
    }
}
