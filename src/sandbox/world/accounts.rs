//! Finding, making and changing accounts.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, Server};

use super::World;
use crate::sandbox::account::{Account, AccountError, is_phone};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::appstate::{Action, CRITICAL_BLOCK};
use crate::sandbox::companion::Companion;
use crate::sandbox::edit::Edit;
use crate::sandbox::persistence::Journal;
use crate::sandbox::{keys, numbers, stanza};

impl World {
    /// The account and device that a JID names, and the form it was named in.
    pub fn resolve(&self, jid: &Jid) -> Option<(Address, Form)> {
        let user = jid.user.as_str();
        let (phone, form) = match jid.server {
            Server::Pn | Server::Legacy => (user, Form::Pn),
            Server::Lid => (self.lids.get(user)?.as_str(), Form::Lid),
            _ => return None,
        };
        self.accounts
            .contains_key(phone)
            .then(|| (Address::new(phone, jid.device), form))
    }

    /// The account of a device.
    pub fn account(&self, address: &Address) -> Option<&Account> {
        self.accounts.get(&address.phone)
    }

    pub fn account_mut(&mut self, address: &Address) -> Option<&mut Account> {
        self.accounts.get_mut(&address.phone)
    }

    pub fn companion(&self, address: &Address) -> Option<&Companion> {
        self.account(address)?.companions.get(&address.device)
    }

    /// Whom a number reaches that somebody has dialled: WhatsApp may know them by another one.
    pub fn found_by(&self, number: &str) -> Option<&Account> {
        let other = || self.accounts.get(&numbers::spellings(number)?);
        let also = || self.accounts.get(self.also.get(number)?);
        self.accounts.get(number).or_else(also).or_else(other)
    }

    /// Lets people find an account by one more number. Its JID stays.
    pub fn find_also_by(&mut self, phone: &str, number: &str) -> Result<(), AccountError> {
        let unknown = || AccountError::Unknown(phone.to_owned());
        if self.also.get(number).is_none_or(|known| known != phone) {
            self.free_number(number)?;
        }
        let account = self.accounts.get_mut(phone).ok_or_else(unknown)?;
        account.profile.also.insert(number.to_owned());
        account.save(&mut self.journal);
        self.also.insert(number.to_owned(), phone.to_owned());
        Ok(())
    }

    /// Tells others nothing but the LID of an account from now on.
    pub fn hide_number(&mut self, phone: &str) {
        if let Some(account) = self.accounts.get_mut(phone) {
            account.profile.hidden = true;
            account.save(&mut self.journal);
        }
    }

    /// The number that others may be told of a user with this LID.
    pub fn shown_number(&self, lid: &str) -> Option<Jid> {
        let account = self.accounts.get(self.lids.get(lid)?)?;
        (!account.profile.hidden).then(|| account.jid(Form::Pn))
    }

    /// The JID of a user in the form that is not `form`, when others may be told it.
    pub fn other_name(&self, address: &Address, form: Form) -> Option<Jid> {
        let account = self.account(address)?;
        let other = form.other();
        (account.seen_in(other) == other).then(|| account.jid(other))
    }

    /// The JID of a device.
    pub fn jid(&self, address: &Address, form: Form) -> Option<Jid> {
        Some(self.account(address)?.device_jid(address.device, form))
    }

    /// The JID of a user, without a device.
    pub fn user(&self, address: &Address, form: Form) -> Option<Jid> {
        Some(self.account(address)?.jid(form))
    }

    /// The account of a phone number, to be changed.
    pub fn edit(&mut self, phone: &str) -> Option<Edit<'_>> {
        Some(Edit {
            account: self.accounts.get_mut(phone)?,
            media: &mut self.media,
            journal: &mut self.journal,
        })
    }

    /// A companion, with the journal beside it because every change of it is written down.
    pub fn edit_companion(&mut self, device: &Address) -> Option<(&mut Companion, &mut Journal)> {
        let Edit {
            account, journal, ..
        } = self.edit(&device.phone)?;
        Some((account.companions.get_mut(&device.device)?, journal))
    }

    /// Makes an account with a phone that is switched on. Absent `phone`: a free number is taken.
    pub fn create_account(
        &mut self,
        phone: Option<&str>,
        name: Option<&str>,
    ) -> Result<String, AccountError> {
        let phone = match phone {
            Some(phone) => phone.to_owned(),
            None => self.free_phone(),
        };
        self.free_number(&phone)?;
        let generated = format!("Sim {}", &phone[phone.len() - 4..]);
        let name = name.unwrap_or(&generated);
        let lid = self.free_lid();
        let mut account = Account::create(&phone, lid.clone(), name);
        let journal = &mut self.journal;
        account.save(journal);
        account.phone.save_identity(&phone, journal);
        account.app_state.save_key(&phone, journal);
        let actions = [Action::push_name(name), Action::locale("en_US")];
        account
            .app_state
            .write(&phone, CRITICAL_BLOCK, &actions, &mut self.media, journal);
        self.lids.insert(lid, phone.clone());
        self.accounts.insert(phone.clone(), account);
        Ok(phone)
    }

    /// Puts people into the phone's address book; linked devices learn it through app state.
    pub fn add_contacts<'a>(
        &mut self,
        phone: &str,
        contacts: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<(), AccountError> {
        let mut added = Vec::new();
        for (contact, name) in contacts {
            if !is_phone(contact) {
                return Err(AccountError::Phone);
            }
            let known = self.accounts.get(contact);
            let its_name = known.map(|account| account.profile.name.clone());
            let name = name.map(str::to_owned).or(its_name);
            let name = name.unwrap_or_else(|| format!("Contact {contact}"));
            added.push((contact.to_owned(), Some(name)));
        }
        self.change_contacts(phone, &added)
    }

    /// Tells the other devices of an account that collections have a new version.
    pub fn tell_synced(&mut self, author: &Address, collections: &[(&'static str, u64)]) {
        let Some(account) = self.account(author) else {
            return;
        };
        let own = account.jid(Form::Pn);
        for device in account.devices() {
            if device == author.device || device == 0 {
                continue;
            }
            let to = Address::new(&author.phone, device);
            self.deliver(&to, server_sync(own.clone(), collections));
        }
    }

    /// Refuses what is no number, and a number that somebody has.
    pub fn free_number(&self, number: &str) -> Result<(), AccountError> {
        if !is_phone(number) {
            return Err(AccountError::Phone);
        }
        match self.accounts.contains_key(number) || self.also.contains_key(number) {
            true => Err(AccountError::Taken(number.to_owned())),
            false => Ok(()),
        }
    }

    fn free_phone(&self) -> String {
        loop {
            // 1-555-01… numbers are reserved for fiction; ten more digits leave room for thousands.
            let phone = format!("1555{:08}", keys::random_below(100_000_000));
            if !self.accounts.contains_key(&phone) {
                return phone;
            }
        }
    }

    fn free_lid(&self) -> String {
        loop {
            let lid = (100_000_000_000_000 + keys::random_below(899_999_999_999_999)).to_string();
            if !self.lids.contains_key(&lid) {
                return lid;
            }
        }
    }
}

fn server_sync(own: Jid, collections: &[(&'static str, u64)]) -> Node {
    let children = collections.iter().map(|(name, version)| {
        NodeBuilder::new("collection")
            .attr("name", *name)
            .attr("version", *version)
            .build()
    });
    NodeBuilder::new("notification")
        .attr("from", own)
        .attr("type", "server_sync")
        .attr("id", stanza::new_id())
        .attr("t", stanza::now())
        .children(children)
        .build()
}
