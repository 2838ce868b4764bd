//! Which addresses a URL that somebody gave us may lead to: those of the public Internet.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::special;

/// Which addresses are allowed; the resolver of an HTTP client that keeps to it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Whether loopback and private addresses are, too.
    pub private: bool,
}

/// Why an address is not connected to.
#[derive(Debug, thiserror::Error)]
#[error("this address is not on the public Internet")]
pub struct NotAllowed;

impl Rule {
    /// For an address that stands in the URL itself; a name is checked when it is resolved.
    pub fn allows_host(self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            // Other names are checked by what they resolve to.
            Some(Host::Domain(name)) => self.private || !is_local(name),
            None => false,
        }
    }

    fn allows(self, address: IpAddr) -> bool {
        self.private || is_public(address)
    }
}

/// Names that RFC 6761 keeps for this machine.
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// What is connected to is what was checked: the name is resolved once.
impl Resolve for Rule {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| rule.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(NotAllowed.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether this address is on the public Internet, also when it is written inside another kind of address.
pub fn is_public(address: IpAddr) -> bool {
    let purpose = match address {
        IpAddr::V4(address) => special::purpose_v4(address),
        IpAddr::V6(address) => match special::embedded(address) {
            Some(inner) => special::purpose_v4(inner),
            None => special::purpose_v6(address),
        },
    };
    purpose.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_the_internet_are_public() {
        let outside = [
            "1.1.1.1",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.88.98.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700::1111",
            "2a00:1450:4001:81b::200e",
            "3ffd::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ];
        for outside in outside {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn the_first_and_the_last_address_of_every_block_that_is_kept_for_a_purpose_are_not() {
        let inside = [
            "0.0.0.0 0.255.255.255",
            "10.0.0.0 10.255.255.255",
            "100.64.0.0 100.127.255.255",
            "127.0.0.0 127.255.255.255",
            "169.254.0.0 169.254.169.254 169.254.255.255",
            "172.16.0.0 172.31.255.255",
            "192.0.0.0 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.0.0.171 192.0.0.255",
            "192.0.2.0 192.0.2.255",
            "192.31.196.0 192.31.196.255",
            "192.52.193.0 192.52.193.255",
            "192.88.99.0 192.88.99.2 192.88.99.255",
            "192.168.0.0 192.168.255.255",
            "192.175.48.0 192.175.48.255",
            "198.18.0.0 198.19.255.255",
            "198.51.100.0 198.51.100.255",
            "203.0.113.0 203.0.113.255",
            "224.0.0.0 239.255.255.255",
            "240.0.0.0 255.255.255.254 255.255.255.255",
            ":: ::1 ::2 ::127.0.0.1 ::1.1.1.1 0:ff:ffff::",
            "::ffff:0.0.0.0 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:198.18.0.1",
            "::ffff:0:1.1.1.1 ::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::192.88.99.1 64:ff9b::203.0.113.1",
            "64:ff9b:0:1::1.1.1.1 64:ff9b:1:: 64:ff9b:1:ffff::1.1.1.1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
            "100:: 100::ffff:ffff:ffff:ffff 100:0:0:1:: 100:0:0:1:ffff:ffff:ffff:ffff",
            "2001:: 2001:0:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:1::2 2001:1::3",
            "2001:2:: 2001:2:0:ffff:: 2001:3:: 2001:4:112:: 2001:10:: 2001:1f:: 2001:20:: 2001:2f::",
            "2001:30:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "2002:7f00:1:: 2002:a00:1::1 2002:c0a8:1:: 2002:c612:1::",
            "2620:4f:8000:: 2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
            "3ffe::1 3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            "5f00:: 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fc00:: fd00::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fe80:: fe80::1 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "ff00:: ff02::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "200:: 1000:: 4000:: 6000:: 8000:: e000:: fb00::",
        ];
        for address in inside.iter().flat_map(|line| line.split(' ')) {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
