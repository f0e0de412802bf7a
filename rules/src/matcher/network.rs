//! Blocks of IP addresses, as `cidrMatch` takes them: `10.0.0.0/8`, `fe80::/10`, or one address.
//!
//! IPv4 addresses count as their mapped form, `::ffff:a.b.c.d`, as Elasticsearch keeps them: so the two ways of writing
//! one address are the same address.

use std::net::IpAddr;

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    network: u128,
    mask: u128,
}

impl Block {
    /// The block that `text` says. Bits behind the prefix do not count.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (bits, before): (u32, u32) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let prefix = match prefix {
            // `parse` would take a sign.
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => bits,
        };
        if prefix > bits {
            return None;
        }
        let mask = u128::MAX.checked_shl(128 - before - prefix).unwrap_or(0);
        Some(Self { network: number(address) & mask, mask })
    }

    /// Whether the address that `text` says lies in one of `blocks`; `None` when it says no address.
    pub(crate) fn any_contains(blocks: &[Self], text: &str) -> Option<bool> {
        let address = number(text.trim().parse().ok()?);
        Some(blocks.iter().any(|block| address & block.mask == block.network))
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        Block::any_contains(&[Block::parse(block).unwrap()], address).unwrap()
    }

    #[test]
    fn an_address_is_in_the_block_whose_prefix_it_has() {
        for (block, inside, outside) in [
            ("192.168.0.0/16", "192.168.152.12", "192.169.0.0"),
            ("10.128.0.0/9", "10.255.255.255", "10.127.255.255"),
            ("10.1.2.3/8", "10.9.9.9", "11.0.0.0"),
            ("127.0.0.1/32", "127.0.0.1", "127.0.0.2"),
            ("0.0.0.0/0", "255.255.255.255", "2001:db8::1"),
            ("fe80::/10", "FEBF::1", "fec0::1"),
            ("::1", "0:0:0:0:0:0:0:1", "::2"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"),
        ] {
            assert!(contains(block, inside), "{inside} in {block}");
            assert!(!contains(block, outside), "{outside} not in {block}");
        }
        assert!(contains("::/0", "2001:db8::1"));
    }

    #[test]
    fn what_is_no_block_or_no_address_is_none() {
        for text in
            ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/+8", "a/8", "10.0.0.0/8/8"]
        {
            assert_eq!(Block::parse(text), None, "{text}");
        }
        assert_eq!(Block::any_contains(&[], "localhost"), None);
    }
}
