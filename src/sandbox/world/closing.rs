//! Faults that end connections: of those who are there, and of those who log in later.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::World;
use crate::sandbox::address::Address;
use crate::sandbox::faults::Fault;
use crate::sandbox::link::Link;
use crate::sandbox::stanza;

impl World {
    /// Lets closing faults act on the present connections.
    pub fn close_by_fault(&mut self) {
        let present = self.connections.iter();
        let present: Vec<(Address, Link)> = present
            .map(|(device, connection)| (device.clone(), connection.link.clone()))
            .collect();
        for (device, link) in present {
            self.close_one_by_fault(&device, &link);
        }
    }

    /// Ends one connection, if a fault says so.
    pub fn close_one_by_fault(&mut self, device: &Address, link: &Link) {
        match self.faults.closing(device) {
            Some(Fault::Reset) => link.reset(),
            Some(Fault::StreamError { code, conflict }) => {
                link.finish(stream_error_node(code, conflict.as_deref()));
            }
            Some(_) => link.cut(),
            None => {}
        }
    }
}

fn stream_error_node(code: Option<u16>, conflict: Option<&str>) -> Node {
    let Some(kind) = conflict else {
        return stanza::stream_error(code.unwrap_or(500));
    };
    // A removal has both; a replacement has no code.
    let code = code.or_else(|| (kind == "device_removed").then_some(401));
    let node = NodeBuilder::new("stream:error");
    let node = match code {
        Some(code) => node.attr("code", code),
        None => node,
    };
    let conflict = NodeBuilder::new("conflict").attr("type", kind).build();
    node.children([conflict]).build()
}
