//! Building the world again from the records of an earlier run.

use std::collections::HashMap;

use super::World;
use crate::sandbox::account::{Account, Contact, Profile};
use crate::sandbox::address::Address;
use crate::sandbox::appstate::AppState;
use crate::sandbox::certificate::{ServerKeys, StoredServerKeys};
use crate::sandbox::companion::{Companion, Registered};
use crate::sandbox::mail;
use crate::sandbox::persistence::{PersistenceError, Record};
use crate::sandbox::phone::Phone;

type Result<T> = std::result::Result<T, PersistenceError>;

impl World {
    /// `records` come in order; an empty list makes a new server.
    pub fn restore(records: Vec<Record>) -> Result<Self> {
        let known = records.iter().find(|record| record.kind == "server");
        let keys = match known {
            Some(record) => {
                let stored: StoredServerKeys = record.json()?;
                ServerKeys::restore(&stored).ok_or_else(|| record.corrupt())?
            }
            None => ServerKeys::generate(),
        };
        let mut world = Self::new(keys, true);
        if known.is_none() {
            world
                .journal
                .put_json("server", "", "keys", &world.keys.stored());
        }
        world.restore_accounts(&records)?;
        // Devices before what belongs to them.
        for record in records.iter().filter(|record| record.kind == "device") {
            let registered: Registered = record.json()?;
            let account = world.owner(record, &record.owner)?;
            account
                .companions
                .insert(registered.device, Companion::new(registered));
        }
        for record in &records {
            world.restore_record(record)?;
        }
        Ok(world)
    }

    fn restore_accounts(&mut self, records: &[Record]) -> Result<()> {
        let parts: HashMap<(&str, &str), &Record> = records
            .iter()
            .filter(|record| record.kind == "phone" || record.kind == "app-key")
            .map(|record| ((record.kind.as_str(), record.owner.as_str()), record))
            .collect();
        let find = |kind, owner| parts.get(&(kind, owner)).copied();
        for record in records.iter().filter(|record| record.kind == "account") {
            let profile: Profile = record.json()?;
            let missing = || record.corrupt();
            let phone = Phone::restore(find("phone", record.owner.as_str()).ok_or_else(missing)?)?;
            let app_state =
                AppState::restore(find("app-key", record.owner.as_str()).ok_or_else(missing)?)?;
            self.lids.insert(profile.lid.clone(), profile.phone.clone());
            for number in &profile.also {
                self.also.insert(number.clone(), profile.phone.clone());
            }
            let account = Account::restore(profile, phone, app_state);
            self.accounts.insert(record.owner.clone(), account);
        }
        Ok(())
    }

    fn restore_record(&mut self, record: &Record) -> Result<()> {
        match record.kind.as_str() {
            "server" | "account" | "phone" | "app-key" | "device" => {}
            "media" => self.media.restore(record.key.clone(), record.value.clone()),
            "group" => self.groups.restore(record)?,
            "channel" | "channel-post" | "channel-terms" => self.channels.restore(record)?,
            "contact" => {
                let contact: Contact = record.json()?;
                let account = self.owner(record, &record.owner)?;
                account.contacts.insert(record.key.clone(), contact);
            }
            "pre-key" => {
                let id = record.key.parse().map_err(|_| record.corrupt())?;
                let key = record
                    .value
                    .as_slice()
                    .try_into()
                    .map_err(|_| record.corrupt())?;
                self.restored_companion(record)?.one_time.insert(id, key);
            }
            mail::KIND => self.mail.restore(record)?,
            "queue" => self.restored_companion(record)?.restore_queued(record)?,
            kind if kind.starts_with("app-") => {
                let (phone, name) = record
                    .owner
                    .split_once('/')
                    .ok_or_else(|| record.corrupt())?;
                self.owner(record, phone)?
                    .app_state
                    .restore_record(name, record)?;
            }
            kind if kind.starts_with("phone-") => {
                self.owner(record, &record.owner)?
                    .phone
                    .restore_record(record)?;
            }
            _ => return Err(record.corrupt()),
        }
        Ok(())
    }

    fn owner(&mut self, record: &Record, phone: &str) -> Result<&mut Account> {
        self.accounts.get_mut(phone).ok_or_else(|| record.corrupt())
    }

    fn restored_companion(&mut self, record: &Record) -> Result<&mut Companion> {
        let corrupt = || record.corrupt();
        let (phone, device) = record.owner.split_once(':').ok_or_else(corrupt)?;
        let device = device.parse().map_err(|_| record.corrupt())?;
        let companion = self.edit_companion(&Address::new(phone, device));
        let (companion, _) = companion.ok_or_else(corrupt)?;
        Ok(companion)
    }
}
