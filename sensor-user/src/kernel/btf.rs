//! A reader of BTF that answers two questions: at which offset a structure has a member, and which
//! number an enumerator has.
//!
//! General BTF libraries build a type graph first, which takes most of a second for a kernel's
//! hundred thousand types. This one walks the type section once, remembers where each type starts
//! and which of the few named types it was asked about it met, and decodes nothing else.
//!
//! The format is described in the kernel's Documentation/bpf/btf.rst.

use std::collections::HashMap;

/// `btf_header.magic` as it reads in the byte order it was written in.
const MAGIC: u16 = 0xeb9f;
/// How deep members of anonymous members are searched; the kernel's deepest nesting is about five.
const MAX_NESTING: u8 = 16;

mod kind {
    //! `BTF_KIND_*` of include/uapi/linux/btf.h, as far as they matter here.
    pub(super) const INT: u32 = 1;
    pub(super) const ARRAY: u32 = 3;
    pub(super) const STRUCT: u32 = 4;
    pub(super) const UNION: u32 = 5;
    pub(super) const ENUM: u32 = 6;
    pub(super) const TYPEDEF: u32 = 8;
    pub(super) const VOLATILE: u32 = 9;
    pub(super) const CONST: u32 = 10;
    pub(super) const RESTRICT: u32 = 11;
    pub(super) const FUNC_PROTO: u32 = 13;
    pub(super) const VAR: u32 = 14;
    pub(super) const DATASEC: u32 = 15;
    pub(super) const DECL_TAG: u32 = 17;
    pub(super) const TYPE_TAG: u32 = 18;
    pub(super) const ENUM64: u32 = 19;
    /// The newest kind this reader knows; all between have no data behind them.
    pub(super) const LAST: u32 = ENUM64;
}

/// Why bytes are not BTF that this reader understands.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BtfError {
    /// Too short, or not BTF at all.
    #[error(
        "it does not begin with a BTF header (raw BTF is wanted, as in /sys/kernel/btf/vmlinux, not an ELF file)"
    )]
    NotBtf,
    /// Written on a machine of the other byte order.
    #[error("it was written for the other byte order")]
    ByteOrder,
    /// A section reaches beyond the end of the file, or a type beyond the end of its section.
    #[error("it is cut short at byte {at}")]
    CutShort {
        /// Where the missing bytes should have been.
        at: usize,
    },
    /// A kind of type that came after this reader, whose size cannot be known.
    #[error("type {id} is of the unknown kind {kind}")]
    UnknownKind {
        /// The type's number.
        id: usize,
        /// Its kind.
        kind: u32,
    },
}

/// BTF, indexed for the types it was asked about.
#[derive(Debug)]
pub struct Btf {
    data: Vec<u8>,
    strings: usize,
    strings_end: usize,
    /// Where each type starts; type 0 is void and has no place.
    types: Vec<u32>,
    /// Structures and enums among the wanted ones, by name. A name may be defined more than once.
    named: HashMap<String, Vec<u32>>,
}

/// A member of a structure or union.
struct Member {
    name: u32,
    type_id: u32,
    /// Offset in bits, and whether it is a bit field.
    bits: u32,
    bit_field: bool,
}

impl Btf {
    /// Walks the types once and remembers those whose name is in `wanted`.
    ///
    /// # Errors
    ///
    /// See [`BtfError`].
    pub fn index(data: Vec<u8>, wanted: &[&str]) -> Result<Self, BtfError> {
        let header = |at: usize| word(&data, at).map(|value| value as usize);
        match data.get(..2) {
            Some(magic) if magic == MAGIC.to_ne_bytes() => {}
            Some(magic) if magic == MAGIC.swap_bytes().to_ne_bytes() => return Err(BtfError::ByteOrder),
            _ => return Err(BtfError::NotBtf),
        }
        let header_bytes = header(4)?;
        let types = header_bytes.saturating_add(header(8)?);
        let types_end = types.saturating_add(header(12)?);
        let strings = header_bytes.saturating_add(header(16)?);
        let strings_end = strings.saturating_add(header(20)?);
        if types_end.max(strings_end) > data.len() {
            return Err(BtfError::CutShort { at: data.len() });
        }
        let mut btf = Self { data, strings, strings_end, types: vec![0], named: HashMap::new() };
        let mut at = types;
        while at < types_end {
            let info = word(&btf.data, at + 4)?;
            let kind = kind_of(info);
            btf.types.push(u32::try_from(at).map_err(|_| BtfError::CutShort { at })?);
            if matches!(kind, kind::STRUCT | kind::UNION | kind::ENUM) {
                let name = btf.text(word(&btf.data, at)?);
                if let Some(name) = wanted.iter().find(|wanted| wanted.as_bytes() == name) {
                    let id = u32::try_from(btf.types.len() - 1).unwrap_or(u32::MAX);
                    btf.named.entry((*name).to_owned()).or_default().push(id);
                }
            }
            let vlen = (info & 0xffff) as usize;
            at += 12
                + match kind {
                    kind::INT | kind::VAR | kind::DECL_TAG => 4,
                    kind::ARRAY => 12,
                    kind::STRUCT | kind::UNION | kind::DATASEC | kind::ENUM64 => 12 * vlen,
                    kind::ENUM | kind::FUNC_PROTO => 8 * vlen,
                    known if known <= kind::LAST => 0,
                    unknown => {
                        return Err(BtfError::UnknownKind { id: btf.types.len() - 1, kind: unknown });
                    }
                };
            if at > types_end {
                return Err(BtfError::CutShort { at });
            }
        }
        Ok(btf)
    }

    /// Byte offset of a member. Dots lead into named members; members of anonymous structures and
    /// unions are found by their own name. None when there is no such member, or when it is a bit
    /// field that does not start at a byte.
    pub fn member_offset(&self, structure: &str, path: &str) -> Option<u32> {
        self.named.get(structure)?.iter().find_map(|&id| {
            let mut type_id = id;
            let mut bits = 0;
            for name in path.split('.') {
                let member = self.member(type_id, name.as_bytes(), MAX_NESTING)?;
                bits += member.bits;
                type_id = member.type_id;
            }
            bits.is_multiple_of(8).then_some(bits / 8)
        })
    }

    /// Number of an enumerator.
    pub fn enumerator(&self, enumeration: &str, name: &str) -> Option<u32> {
        self.named.get(enumeration)?.iter().find_map(|&id| {
            let (at, kind, vlen) = self.type_at(id)?;
            (kind == kind::ENUM)
                .then(|| {
                    (0..vlen).find_map(|index| {
                        let at = at + 12 + 8 * index;
                        let same = self.text(word(&self.data, at).ok()?) == name.as_bytes();
                        same.then(|| word(&self.data, at + 4).ok()).flatten()
                    })
                })
                .flatten()
        })
    }

    /// Finds a member by name, also below anonymous members; its bits are counted from the start of
    /// the given type.
    fn member(&self, type_id: u32, name: &[u8], nesting: u8) -> Option<Member> {
        let (at, kind, vlen) = self.type_at(self.unqualified(type_id)?)?;
        if !matches!(kind, kind::STRUCT | kind::UNION) || nesting == 0 {
            return None;
        }
        let bit_fields = word(&self.data, at + 4).ok()? >> 31 == 1;
        (0..vlen).find_map(|index| {
            let member = self.read_member(at + 12 + 12 * index, bit_fields)?;
            let its_name = self.text(member.name);
            if its_name == name {
                return (!member.bit_field).then_some(member);
            }
            if !its_name.is_empty() {
                return None;
            }
            let inner = self.member(member.type_id, name, nesting - 1)?;
            Some(Member { bits: member.bits + inner.bits, ..inner })
        })
    }

    fn read_member(&self, at: usize, bit_fields: bool) -> Option<Member> {
        let offset = word(&self.data, at + 8).ok()?;
        // With the kind flag set, the upper byte holds the width of a bit field.
        let (bits, width) = if bit_fields { (offset & 0x00ff_ffff, offset >> 24) } else { (offset, 0) };
        Some(Member {
            name: word(&self.data, at).ok()?,
            type_id: word(&self.data, at + 4).ok()?,
            bits,
            bit_field: width != 0,
        })
    }

    /// The type behind typedefs and qualifiers.
    fn unqualified(&self, mut type_id: u32) -> Option<u32> {
        for _ in 0..MAX_NESTING {
            let (at, kind, _) = self.type_at(type_id)?;
            match kind {
                kind::TYPEDEF | kind::VOLATILE | kind::CONST | kind::RESTRICT | kind::TYPE_TAG => {
                    type_id = word(&self.data, at + 8).ok()?;
                }
                _ => return Some(type_id),
            }
        }
        None
    }

    /// Place, kind and number of elements of a type.
    fn type_at(&self, type_id: u32) -> Option<(usize, u32, usize)> {
        let at = *self.types.get(type_id as usize).filter(|_| type_id != 0)? as usize;
        let info = word(&self.data, at + 4).ok()?;
        Some((at, kind_of(info), (info & 0xffff) as usize))
    }

    /// The string at an offset of the string section; empty when there is none.
    fn text(&self, offset: u32) -> &[u8] {
        let start = self.strings.saturating_add(offset as usize);
        let rest = self.data.get(start..self.strings_end).unwrap_or_default();
        rest.split(|byte| *byte == 0).next().unwrap_or_default()
    }
}

fn kind_of(info: u32) -> u32 {
    (info >> 24) & 0x1f
}

/// The 32-bit word at a place.
fn word(data: &[u8], at: usize) -> Result<u32, BtfError> {
    let bytes = at.checked_add(4).and_then(|end| data.get(at..end)).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u32::from_ne_bytes).ok_or(BtfError::CutShort { at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Builds BTF by hand: types as words, names by an index into the string section.
    struct Builder {
        types: Vec<u32>,
        strings: Vec<u8>,
    }

    impl Builder {
        fn new() -> Self {
            Self { types: Vec::new(), strings: vec![0] }
        }

        fn name(&mut self, text: &str) -> u32 {
            if text.is_empty() {
                return 0;
            }
            let at = u32::try_from(self.strings.len()).unwrap();
            self.strings.extend_from_slice(text.as_bytes());
            self.strings.push(0);
            at
        }

        fn integer(&mut self) {
            let name = self.name("int");
            self.types.extend([name, kind::INT << 24, 4, 32]);
        }

        /// Members: name, type, raw offset word.
        fn aggregate(&mut self, kind: u32, name: &str, bit_fields: bool, members: &[(&str, u32, u32)]) {
            let name = self.name(name);
            let info = (u32::from(bit_fields) << 31) | (kind << 24) | u32::try_from(members.len()).unwrap();
            self.types.extend([name, info, 64]);
            for (member, type_id, offset) in members {
                let member = self.name(member);
                self.types.extend([member, *type_id, *offset]);
            }
        }

        fn finish(self) -> Vec<u8> {
            let types: Vec<u8> = self.types.iter().flat_map(|word| word.to_ne_bytes()).collect();
            let (types_bytes, strings_bytes) =
                (u32::try_from(types.len()).unwrap(), u32::try_from(self.strings.len()).unwrap());
            let mut data = Vec::new();
            data.extend(MAGIC.to_ne_bytes());
            data.extend([1, 0]);
            for word in [24, 0, types_bytes, types_bytes, strings_bytes] {
                data.extend(word.to_ne_bytes());
            }
            data.extend(types);
            data.extend(self.strings);
            data
        }
    }

    fn sample() -> Vec<u8> {
        let mut builder = Builder::new();
        builder.integer(); // 1
        builder.aggregate(kind::STRUCT, "inner", false, &[("x", 1, 0), ("y", 1, 32)]); // 2
        builder.aggregate(kind::UNION, "", false, &[("a", 1, 0), ("nested", 2, 0)]); // 3
        builder.aggregate(kind::STRUCT, "outer", false, &[("first", 1, 0), ("", 3, 64), ("in", 2, 128)]); // 4
        builder.aggregate(kind::STRUCT, "flags", true, &[("bit", 1, (1 << 24) | 3), ("word", 1, 32)]); // 5
        let (name, alias) = (builder.name("color"), builder.name("alias"));
        let (red, blue) = (builder.name("red"), builder.name("blue"));
        builder.types.extend([name, (kind::ENUM << 24) | 2, 4, red, 0, blue, 7]); // 6
        builder.types.extend([alias, kind::TYPEDEF << 24, 2]); // 7
        builder.aggregate(kind::STRUCT, "by_alias", false, &[("pad", 1, 0), ("in", 7, 32)]); // 8
        builder.finish()
    }

    fn indexed() -> Btf {
        Btf::index(sample(), &["inner", "outer", "flags", "color", "by_alias"]).unwrap()
    }

    #[test]
    fn members_are_found_at_their_byte_offsets() {
        assert_eq!(indexed().member_offset("inner", "y"), Some(4));
        assert_eq!(indexed().member_offset("outer", "in.y"), Some(20));
    }

    #[test]
    fn members_of_anonymous_members_are_found_by_their_own_name() {
        assert_eq!(indexed().member_offset("outer", "a"), Some(8));
        assert_eq!(indexed().member_offset("outer", "nested.y"), Some(12));
    }

    #[test]
    fn typedefs_are_seen_through() {
        assert_eq!(indexed().member_offset("by_alias", "in.y"), Some(8));
    }

    #[test]
    fn bit_fields_have_no_byte_offset_but_their_neighbours_do() {
        assert_eq!(indexed().member_offset("flags", "bit"), None);
        assert_eq!(indexed().member_offset("flags", "word"), Some(4));
    }

    #[test]
    fn what_is_not_there_is_none() {
        assert_eq!(indexed().member_offset("inner", "z"), None);
        assert_eq!(indexed().member_offset("nobody", "x"), None);
        assert_eq!(indexed().enumerator("color", "green"), None);
    }

    #[test]
    fn enumerators_have_their_numbers() {
        assert_eq!(indexed().enumerator("color", "blue"), Some(7));
    }

    #[test]
    fn other_bytes_are_refused_with_their_reason() {
        let refused = |data: Vec<u8>| Btf::index(data, &[]).map(|_| ()).unwrap_err();
        assert_eq!(refused(b"\x7fELF".to_vec()), BtfError::NotBtf);
        assert_eq!(refused(Vec::new()), BtfError::NotBtf);
        let mut swapped = sample();
        swapped.swap(0, 1);
        assert_eq!(refused(swapped), BtfError::ByteOrder);
        let mut short = sample();
        short.truncate(100);
        assert_eq!(refused(short), BtfError::CutShort { at: 100 });
    }

    #[test]
    fn the_running_kernels_btf_resolves() {
        let data = std::fs::read("/sys/kernel/btf/vmlinux").unwrap();
        let btf = Btf::index(data, &["task_struct"]).unwrap();
        assert!(btf.member_offset("task_struct", "real_parent").is_some_and(|offset| offset > 0));
    }

    proptest! {
        #[test]
        fn damaged_btf_is_an_error_or_an_answer_never_a_panic(
            damage in prop::collection::vec((0usize..400, any::<u8>()), 1..8)
        ) {
            let mut data = sample();
            for (at, byte) in damage {
                let length = data.len();
                data[at % length] = byte;
            }
            if let Ok(btf) = Btf::index(data, &["inner", "outer", "flags", "color", "by_alias"]) {
                let _ = btf.member_offset("outer", "nested.y");
                let _ = btf.member_offset("by_alias", "in.y");
                let _ = btf.enumerator("color", "blue");
            }
        }
    }
}
