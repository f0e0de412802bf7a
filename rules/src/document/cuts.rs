//! What the document of an event says about what was not captured whole, and what that means for each field.
//!
//! The same as the sensor says of the live event (`ExecView::completeness`); a test there holds the two against each
//! other.

use crate::event::Completeness;
use crate::fields::FieldId;

/// What was cut at capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not, whatever the others are")]
pub(super) struct Cuts {
    /// The end of the arguments is missing.
    pub(super) args: bool,
    /// The end of the path given to exec is missing.
    pub(super) filename: bool,
    /// That path is a script's.
    pub(super) script: bool,
    /// The beginning of the executable's path is missing.
    pub(super) executable: bool,
    /// The beginning of the cgroup's path is missing.
    pub(super) cgroup_path: bool,
    /// The same in the v1 hierarchy.
    pub(super) v1_path: bool,
    /// No cgroup is known, and so no container, which is not to say that there is none.
    pub(super) no_cgroup: bool,
}

impl Cuts {
    /// Notes a field that `hullwatch.evidence.truncated_fields` lists; others say nothing here.
    pub(super) fn note(&mut self, field: &str) {
        match field {
            "process.args" => self.args = true,
            "hullwatch.filename" => self.filename = true,
            "process.executable" => self.executable = true,
            "hullwatch.cgroup.path" => self.cgroup_path = true,
            "hullwatch.cgroup.v1_path" => self.v1_path = true,
            _ => {}
        }
    }

    /// How much is known of a field.
    pub(super) fn completeness(self, field: FieldId) -> Completeness {
        use Completeness::{EndCut, MoreValues, StartCut, Unknown, Whole};
        let how = |is_so: bool, how: Completeness| if is_so { how } else { Whole };
        match field {
            FieldId::ProcessArgs => how(self.args, MoreValues),
            FieldId::ProcessCommandLine => how(self.args, EndCut),
            FieldId::ProcessExecutable => how(self.executable, StartCut),
            FieldId::HullwatchFilename => how(self.filename, EndCut),
            // The name at the end of the path is gone with it.
            FieldId::ProcessName => how(self.filename, MoreValues),
            FieldId::HullwatchScriptPath => how(self.filename && self.script, EndCut),
            FieldId::HullwatchScriptName => how(self.filename && self.script, Unknown),
            FieldId::ContainerId | FieldId::ContainerRuntime => how(self.no_cgroup, Unknown),
            FieldId::HullwatchCgroupPath if self.no_cgroup => Unknown,
            FieldId::HullwatchCgroupPath => how(self.cgroup_path, StartCut),
            _ => Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_field_takes_the_fields_made_of_it_along_and_no_others() {
        let mut cuts = Cuts::default();
        assert!(FieldId::ALL.iter().all(|&field| cuts.completeness(field) == Completeness::Whole));
        cuts.note("process.args");
        cuts.note("hullwatch.cgroup.v1_path");
        assert_eq!(cuts, Cuts { args: true, v1_path: true, ..Cuts::default() });
        assert_eq!(cuts.completeness(FieldId::ProcessArgs), Completeness::MoreValues);
        assert_eq!(cuts.completeness(FieldId::ProcessCommandLine), Completeness::EndCut);
        assert_eq!(cuts.completeness(FieldId::ProcessArgsCount), Completeness::Whole);
        assert_eq!(cuts.completeness(FieldId::ProcessName), Completeness::Whole);
    }
}
