//! Which parts of an event were longer than what was captured, and what that means for each field.
//!
//! One place says so for live events and for recorded ones: documents list the cut fields by name in
//! `hullwatch.evidence.truncated_fields`.

use crate::event::Completeness;
use crate::fields::FieldId;

/// What was cut at capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is cut or not, whatever the others are")]
pub struct Cuts {
    /// The end of the arguments is missing.
    pub args: bool,
    /// The end of the path given to exec is missing.
    pub filename: bool,
    /// The beginning of the executable's path is missing.
    pub executable: bool,
    /// The beginning of the cgroup's path is missing.
    pub cgroup_path: bool,
}

impl Cuts {
    /// Notes a field as documents list it; names that say nothing here are passed over.
    pub fn note(&mut self, field: &str) {
        match FieldId::from_name(field) {
            Some(FieldId::ProcessArgs) => self.args = true,
            Some(FieldId::HullwatchFilename) => self.filename = true,
            Some(FieldId::ProcessExecutable) => self.executable = true,
            Some(FieldId::HullwatchCgroupPath) => self.cgroup_path = true,
            _ => {}
        }
    }

    /// How much is known of a field.
    pub fn completeness(self, field: FieldId) -> Completeness {
        match field {
            FieldId::ProcessArgs if self.args => Completeness::MoreValues,
            FieldId::ProcessCommandLine if self.args => Completeness::EndCut,
            FieldId::HullwatchFilename | FieldId::HullwatchScriptPath if self.filename => {
                Completeness::EndCut
            }
            // The name at the end of the path is gone with it.
            FieldId::ProcessName | FieldId::HullwatchScriptName if self.filename => Completeness::MoreValues,
            FieldId::ProcessExecutable if self.executable => Completeness::StartCut,
            FieldId::HullwatchCgroupPath if self.cgroup_path => Completeness::StartCut,
            _ => Completeness::Whole,
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
        assert_eq!(cuts, Cuts { args: true, ..Cuts::default() });
        assert_eq!(cuts.completeness(FieldId::ProcessArgs), Completeness::MoreValues);
        assert_eq!(cuts.completeness(FieldId::ProcessCommandLine), Completeness::EndCut);
        assert_eq!(cuts.completeness(FieldId::ProcessArgsCount), Completeness::Whole);
        assert_eq!(cuts.completeness(FieldId::ProcessName), Completeness::Whole);
    }
}
