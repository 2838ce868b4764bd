//! Addresses that are kept for a purpose, as IANA's registries list them: none of them is a host on the public Internet.
//!
//! IANA IPv4 and IPv6 Special-Purpose Address Registries, and the blocks for multicast. A list of our own, because the
//! one of the standard library is not stable, and crates that copy it leave out what was added since.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A block: its first address, and how many bits all of it have in common.
type Block<Address> = (Address, u32);

const fn v4(a: u8, b: u8, c: u8, bits: u32) -> Block<Ipv4Addr> {
    (Ipv4Addr::new(a, b, c, 0), bits)
}

const fn v6(a: u16, b: u16, c: u16, d: u16, bits: u32) -> Block<Ipv6Addr> {
    (Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), bits)
}

#[rustfmt::skip]
const SPECIAL_V4: [(Block<Ipv4Addr>, &str); 18] = [
    (v4(  0,   0,   0,  8), "This network"),
    (v4( 10,   0,   0,  8), "Private-Use"),
    (v4(100,  64,   0, 10), "Shared Address Space"),
    (v4(127,   0,   0,  8), "Loopback"),
    (v4(169, 254,   0, 16), "Link Local"),
    (v4(172,  16,   0, 12), "Private-Use"),
    (v4(192,   0,   0, 24), "IETF Protocol Assignments"),
    (v4(192,   0,   2, 24), "Documentation (TEST-NET-1)"),
    (v4(192,  31, 196, 24), "AS112-v4"),
    (v4(192,  52, 193, 24), "AMT"),
    (v4(192,  88,  99, 24), "Deprecated (6to4 Relay Anycast)"),
    (v4(192, 168,   0, 16), "Private-Use"),
    (v4(192, 175,  48, 24), "Direct Delegation AS112 Service"),
    (v4(198,  18,   0, 15), "Benchmarking"),
    (v4(198,  51, 100, 24), "Documentation (TEST-NET-2)"),
    (v4(203,   0, 113, 24), "Documentation (TEST-NET-3)"),
    (v4(224,   0,   0,  4), "Multicast"),
    (v4(240,   0,   0,  4), "Reserved, Limited Broadcast"),
];

/// Only 2000::/3 is given out to hosts: the rest needs no list, and has one all the same, so that it can be compared
/// with the registry line by line.
#[rustfmt::skip]
const SPECIAL_V6: [(Block<Ipv6Addr>, &str); 14] = [
    (v6(0,           0, 0, 0,  8), "Loopback, Unspecified, IPv4-compatible, IPv4-mapped, Translation"),
    (v6(0x0100,      0, 0, 0, 64), "Discard-Only Address Block"),
    (v6(0x0100,      0, 0, 1, 64), "Dummy IPv6 Prefix"),
    (v6(0x2001,      0, 0, 0, 23), "IETF Protocol Assignments: Teredo, Benchmarking, AMT, AS112, ORCHID, DETs"),
    (v6(0x2001, 0x0db8, 0, 0, 32), "Documentation"),
    (v6(0x2002,      0, 0, 0, 16), "6to4"),
    (v6(0x2620, 0x004f, 0x8000, 0, 48), "Direct Delegation AS112 Service"),
    (v6(0x3ffe,      0, 0, 0, 16), "Returned (6bone)"),
    (v6(0x3fff,      0, 0, 0, 20), "Documentation"),
    (v6(0x5f00,      0, 0, 0, 16), "Segment Routing (SRv6) SIDs"),
    (v6(0xfc00,      0, 0, 0,  7), "Unique-Local"),
    (v6(0xfe80,      0, 0, 0, 10), "Link-Local Unicast"),
    (v6(0xfec0,      0, 0, 0, 10), "Site-Local Unicast"),
    (v6(0xff00,      0, 0, 0,  8), "Multicast"),
];

/// What all addresses of hosts on the Internet begin with.
const GLOBAL_UNICAST: Block<Ipv6Addr> = v6(0x2000, 0, 0, 0, 3);

/// The purpose that the address is kept for.
pub fn purpose_v4(address: Ipv4Addr) -> Option<&'static str> {
    let holds = |(first, bits): Block<Ipv4Addr>| {
        (address.to_bits() ^ first.to_bits()).leading_zeros() >= bits
    };
    let found = SPECIAL_V4.iter().find(|(block, _)| holds(*block));
    found.map(|(_, purpose)| *purpose)
}

/// The same of an IPv6 address, or that its block has not been given out.
pub fn purpose_v6(address: Ipv6Addr) -> Option<&'static str> {
    let holds = |(first, bits): Block<Ipv6Addr>| {
        (address.to_bits() ^ first.to_bits()).leading_zeros() >= bits
    };
    let found = SPECIAL_V6.iter().find(|(block, _)| holds(*block));
    let purpose = found.map(|(_, purpose)| *purpose);
    purpose.or_else(|| (!holds(GLOBAL_UNICAST)).then_some("Not given out"))
}

/// The IPv4 address that an IPv6 address leads to: mapped, by NAT64's well-known prefix, and 6to4.
///
/// Not Teredo's, whose addresses are one host behind somebody's NAT, nor IPv4-compatible ones, which nobody uses.
pub fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(join(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}
