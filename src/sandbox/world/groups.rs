//! The groups by id; each change of one is written down.

use super::World;
use crate::sandbox::group::Group;

impl World {
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.get(id)
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    pub fn keep_group(&mut self, group: Group) {
        self.groups.put(group, &mut self.journal);
    }

    /// A group that everybody has left is no more.
    pub fn remove_group(&mut self, id: &str) {
        self.groups.remove(id, &mut self.journal);
    }
}
