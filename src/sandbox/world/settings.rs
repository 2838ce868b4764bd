//! Changes of what an account shows and allows, by a companion or on its phone, and who is told.

use wacore_appstate::Mutation;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};
use waproto::whatsapp::sync_action_value::status_privacy_action::StatusDistributionMode;
use waproto::whatsapp::syncd_mutation::SyncdOperation;

use super::World;
use crate::sandbox::account::{Account, AccountError};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::after::After;
use crate::sandbox::appstate::{
    Action, CRITICAL_BLOCK, CRITICAL_UNBLOCK_LOW, ChatChange, REGULAR_HIGH,
};
use crate::sandbox::persistence::Journal;
use crate::sandbox::settings::{self, Change, ChangeError, Picture, StatusMode};
use crate::sandbox::stanza;

impl World {
    /// Changes privacy categories, all or none of them, and returns them as they are now.
    pub fn change_privacy(
        &mut self,
        author: &Address,
        changes: &[Change],
    ) -> Result<Node, ChangeError> {
        let account = self.accounts.get_mut(&author.phone);
        let account = account.ok_or(ChangeError::Value)?;
        let privacy = &mut account.profile.privacy;
        for change in changes {
            privacy.check(change)?;
        }
        for change in changes {
            privacy.apply(change)?;
        }
        let categories = changes.iter().map(|change| privacy.node(&change.name));
        let news = NodeBuilder::new("privacy").children(categories).build();
        self.settings_changed(author);
        self.tell_others(author, &news);
        Ok(news)
    }

    /// Gives an account a privacy setting that is not known here.
    pub fn invent_privacy(&mut self, author: &Address, name: String, value: String) {
        if let Some(account) = self.accounts.get_mut(&author.phone) {
            account.profile.privacy.invent(name, value);
            self.settings_changed(author);
        }
    }

    /// Blocks or unblocks a user by LID. Returns the list's hash before and after, and the item.
    pub fn change_block(
        &mut self,
        author: &Address,
        lid: &str,
        block: bool,
    ) -> Option<BlockChange> {
        let account = self.accounts.get_mut(&author.phone)?;
        let before = account.block_hash();
        match block {
            true => account.profile.blocked.insert(lid.to_owned()),
            false => account.profile.blocked.remove(lid),
        };
        let after = account.block_hash();
        self.settings_changed(author);
        let action = if block { "block" } else { "unblock" };
        let item = self.block_item(lid, Some(action));
        let news = NodeBuilder::new("blocklist")
            .attr("action", "modify")
            .attr("dhash", after.as_str())
            .attr("prev_dhash", before.as_str())
            .children([item.clone()])
            .build();
        self.tell_others(author, &news);
        Some(BlockChange {
            before,
            after,
            item,
        })
    }

    /// A user of the block list, by LID and, where it is told, by number.
    pub fn block_item(&self, lid: &str, action: Option<&str>) -> Node {
        let mut item = NodeBuilder::new("item").attr("jid", Jid::lid(lid));
        if let Some(number) = self.shown_number(lid) {
            item = item.attr("pn_jid", number);
        }
        match action {
            Some(action) => item.attr("action", action).build(),
            None => item.build(),
        }
    }

    /// The phone chooses who gets its status updates; companions learn it through app state.
    pub fn set_status_privacy(&mut self, phone: &str, mode: StatusMode, users: Vec<String>) {
        let action = Action::status_privacy(mode, &users);
        if let Some(account) = self.accounts.get_mut(phone) {
            account.profile.status_privacy.set(mode, users);
            account.save(&mut self.journal);
        }
        self.phone_writes(phone, REGULAR_HIGH, &[action]);
    }

    /// The phone changes its owner's name; companions learn it through app state.
    pub fn set_name(&mut self, phone: &str, name: &str) {
        if let Some(account) = self.accounts.get_mut(phone) {
            name.clone_into(&mut account.profile.name);
            account.save(&mut self.journal);
        }
        self.phone_writes(phone, CRITICAL_BLOCK, &[Action::push_name(name)]);
    }

    /// Changes the about text; those who know the account hear of it.
    pub fn set_about(&mut self, author: &Address, text: &str) {
        let Some(account) = self.accounts.get_mut(&author.phone) else {
            return;
        };
        account.profile.about = Some(text.to_owned());
        account.profile.about_at = stanza::now();
        self.settings_changed(author);
        self.tell_watchers(author, "status", &stanza::leaf("set", text.as_bytes()));
    }

    /// How long messages of new chats stay; the other devices hear of it.
    pub fn set_disappearing(&mut self, author: &Address, duration: u32) {
        let Some(account) = self.accounts.get_mut(&author.phone) else {
            return;
        };
        let now = stanza::now();
        account.profile.disappearing = (duration, now);
        self.settings_changed(author);
        let news = NodeBuilder::new("disappearing_mode")
            .attr("duration", duration)
            .attr("t", now)
            .build();
        self.tell_others(author, &news);
    }

    /// Sets the profile picture, or takes it away. Returns the new picture's id.
    pub fn set_picture(&mut self, author: &Address, image: Option<Vec<u8>>) -> Option<String> {
        let account = self.accounts.get_mut(&author.phone)?;
        let picture = image.map(Picture::new);
        let id = picture.as_ref().map(|picture| picture.id.clone());
        let tag = if picture.is_some() { "set" } else { "delete" };
        account.profile.picture = picture;
        let own = account.jid(Form::Pn);
        self.settings_changed(author);
        let mut change = NodeBuilder::new(tag)
            .attr("jid", own.clone())
            .attr("author", own);
        if let Some(id) = &id {
            change = change.attr("id", id.as_str());
        }
        self.tell_watchers(author, "picture", &change.build());
        id
    }

    /// Takes people into the phone's address book, or out of it with `None`, as one patch.
    pub fn change_contacts(
        &mut self,
        phone: &str,
        changes: &[(String, Option<String>)],
    ) -> Result<(), AccountError> {
        let mut actions = Vec::new();
        for (contact, name) in changes {
            let known = self.accounts.get(contact);
            let lid = known.map(|account| account.jid(Form::Lid).to_string());
            let jid = Jid::pn(contact.as_str()).to_string();
            actions.push(match name {
                Some(name) => Action::contact(&jid, lid.as_deref(), name),
                None => Action::no_contact(&jid),
            });
        }
        let unknown = || AccountError::Unknown(phone.to_owned());
        let account = self.accounts.get_mut(phone).ok_or_else(unknown)?;
        for (contact, name) in changes {
            match name {
                Some(name) => account.add_contact(contact, name, &mut self.journal),
                None => account.remove_contact(contact, &mut self.journal),
            }
        }
        self.phone_writes(phone, CRITICAL_UNBLOCK_LOW, &actions);
        Ok(())
    }

    /// Writes a patch on the phone and tells its companions.
    pub fn phone_writes(&mut self, phone: &str, collection: &'static str, actions: &[Action]) {
        let Some(account) = self.accounts.get_mut(phone) else {
            return;
        };
        let media = &mut self.media;
        let version = account
            .app_state
            .write(phone, collection, actions, media, &mut self.journal);
        self.after.push(After::Synced {
            author: Address::phone(phone),
            collections: vec![(collection, version)],
        });
    }

    /// A person does something with a chat on the phone; companions learn it through app state.
    pub fn phone_changes_chat(&mut self, phone: &str, change: &ChatChange) {
        for (collection, actions) in change.actions() {
            self.phone_writes(phone, collection, &actions);
            let actions = actions.into_iter();
            let mutations = actions.map(|action| Mutation {
                operation: action.operation,
                index: action.index,
                action_value: Some(action.value),
            });
            self.phone_learns(phone, mutations.collect());
        }
    }

    /// What the phone makes of the actions that one of its companions wrote.
    pub fn phone_learns(&mut self, phone: &str, mutations: Vec<Mutation>) {
        let Some(account) = self.accounts.get_mut(phone) else {
            return;
        };
        for mutation in mutations {
            learn(account, &mutation, &mut self.journal);
        }
        account.save(&mut self.journal);
    }

    /// Tells the account's other devices about a change of its settings.
    fn tell_others(&mut self, author: &Address, news: &Node) {
        let Some(account) = self.account(author) else {
            return;
        };
        let own = account.jid(Form::Pn);
        let others: Vec<Address> = account.companion_addresses().collect();
        for device in others.into_iter().filter(|device| device != author) {
            let node = stanza::notification(own.clone(), "account_sync", news.clone());
            self.deliver(&device, node);
        }
    }

    /// Tells the account's other devices and those of people who know it.
    fn tell_watchers(&mut self, author: &Address, kind: &'static str, news: &Node) {
        let Some(account) = self.account(author) else {
            return;
        };
        let own = account.jid(account.seen_in(Form::Pn));
        let watchers = self.watchers(&author.phone).into_iter();
        for watcher in watchers.filter(|watcher| watcher != author) {
            let node = stanza::notification(own.clone(), kind, news.clone());
            self.deliver(&watcher, node);
        }
    }

    fn settings_changed(&mut self, author: &Address) {
        if let Some(account) = self.accounts.get_mut(&author.phone) {
            account.profile.changed = stanza::now();
            account.save(&mut self.journal);
        }
    }

    /// Whether `viewer` may see what a privacy category of `owner` covers.
    pub fn admits(&self, owner: &Account, category: &str, viewer: &Address) -> bool {
        if owner.profile.phone == viewer.phone {
            return true;
        }
        let contact = owner.contacts.contains_key(&viewer.phone);
        let listed = || {
            let viewer = self.account(viewer);
            viewer.is_some_and(|viewer| owner.profile.privacy.lists(category, &viewer.profile.lid))
        };
        match owner.profile.privacy.value(category) {
            "all" => true,
            "contacts" => contact,
            settings::BLACKLIST => contact && !listed(),
            settings::ALLOWLIST => listed(),
            _ => false,
        }
    }
}

/// A change of the block list: its hash before and after, and the user.
pub struct BlockChange {
    pub before: String,
    pub after: String,
    pub item: Node,
}

/// One action of a companion that concerns the phone itself.
fn learn(account: &mut Account, mutation: &Mutation, journal: &mut Journal) {
    let index: Vec<&str> = mutation.index.iter().map(String::as_str).collect();
    let removed = mutation.operation == SyncdOperation::REMOVE;
    let value = mutation.action_value.as_ref();
    match index.as_slice() {
        ["status_privacy"] => {
            let action = value.and_then(|value| value.status_privacy.as_option());
            if let Some(action) = action.filter(|_| !removed) {
                let mode = match action.mode {
                    Some(StatusDistributionMode::ALLOW_LIST) => StatusMode::Whitelist,
                    Some(StatusDistributionMode::DENY_LIST) => StatusMode::Blacklist,
                    _ => StatusMode::Contacts,
                };
                account
                    .profile
                    .status_privacy
                    .set(mode, action.user_jid.clone());
            }
        }
        ["setting_pushName"] => {
            let setting = value.and_then(|value| value.push_name_setting.as_option());
            if let Some(name) = setting.and_then(|setting| setting.name.clone()) {
                account.profile.name = name;
            }
        }
        ["contact", jid] => {
            let Some(jid) = jid.parse::<Jid>().ok().filter(|jid| jid.is_pn()) else {
                return;
            };
            let action = value.and_then(|value| value.contact_action.as_option());
            match action.filter(|_| !removed) {
                Some(action) => {
                    let name = action.full_name.as_deref().unwrap_or_default();
                    account.add_contact(&jid.user, name, journal);
                }
                None => account.remove_contact(&jid.user, journal),
            }
        }
        ["deleteChat", jid, ..] => drop(account.profile.chats.remove(*jid)),
        [_, jid] if !removed => {
            let mut state = account.profile.chats.get(*jid).cloned().unwrap_or_default();
            if state.learn(mutation) {
                account.profile.chats.insert((*jid).to_owned(), state);
            }
        }
        _ => {}
    }
}
