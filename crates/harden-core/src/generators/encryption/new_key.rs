//! What is to write from now on, made when it is needed.

use super::configuration::{Configuration, Entry};
use super::key::{self, Key, KeyName};
use super::provider::Kms;
use super::writer::Writer;
use crate::cluster::Facts;
use crate::configuration::encryption::ProviderKind;
use crate::generators::OptionError;

/// Kinds that have keys, each of which gets bytes of its own: no key serves two ciphers.
const KINDS: [ProviderKind; 3] =
    [ProviderKind::Secretbox, ProviderKind::AesGcm, ProviderKind::AesCbc];

/// How many bytes nobody can guess are needed.
pub(super) const RANDOM: usize = KINDS.len() * key::LENGTH;

/// The new keys of one run: one for each kind of provider, all of one name.
pub(super) struct NewKeys<'o> {
    writer: &'o Writer,
    random: &'o [u8],
    name: Option<KeyName>,
    kms: Option<Kms>,
    kms_names: Vec<String>,
}

impl<'o> NewKeys<'o> {
    /// Keys with names that the file does not have yet.
    pub(super) fn new(
        writer: &'o Writer,
        facts: &'o Facts,
        configuration: &Configuration,
    ) -> Result<Self, OptionError> {
        let taken: Vec<&KeyName> = configuration.key_names().collect();
        if let Some(name) = writer.key_name.as_ref().filter(|it| taken.contains(it)) {
            let rule = "a key of this name is in the file already; choose another name";
            return Err(OptionError::new("--key-name", name, rule));
        }
        let kms_names = configuration.kms_names().map(str::to_owned).collect::<Vec<_>>();
        let kms = writer.kms()?;
        if let Some(kms) = kms.as_ref().filter(|it| kms_names.contains(&it.name)) {
            let rule = "a plugin of this name is in the file already; choose another name";
            return Err(OptionError::new("--kms-name", &kms.name, rule));
        }
        let name = match (&writer.key_name, facts.today) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(today)) if kms.is_none() => {
                let last = || {
                    let rule = "is missing: the keys of the file are named so that no date comes after them";
                    OptionError::new("--key-name", "", rule)
                };
                Some(KeyName::dated(today, &taken).ok_or_else(last)?)
            }
            _ => None,
        };
        Ok(Self { writer, random: facts.random.bytes(), name, kms, kms_names })
    }

    /// What is to write in the next rule, of the kind that was asked for, or else of this one.
    pub(super) fn entry(&mut self, otherwise: Option<ProviderKind>) -> Result<Entry, OptionError> {
        if let Some(kms) = &self.kms {
            // The server wants each name once, in whichever rule.
            let names = (1_u32..).map(|number| match number {
                1 => kms.name.clone(),
                _ => format!("{}-{number}", kms.name),
            });
            let mut free = names.filter(|it| !self.kms_names.contains(it));
            let kms = Kms { name: free.next().unwrap_or_default(), ..kms.clone() };
            self.kms_names.push(kms.name.clone());
            return Ok(Entry::Kms(kms));
        }
        let kind = match (self.writer.provider, otherwise) {
            (None, Some(kind)) => kind,
            _ => self.writer.kind(),
        };
        let missing = || {
            let rule = "a key needs bytes nobody can guess, and the date for its name";
            OptionError::new("--provider", kind, rule)
        };
        let at = KINDS.iter().position(|it| *it == kind).ok_or_else(missing)?;
        let bytes = self.random.get(at * key::LENGTH..(at + 1) * key::LENGTH);
        let name = self.name.clone().ok_or_else(missing)?;
        Ok(Entry::Key(kind, Key::new(name, bytes.ok_or_else(missing)?)))
    }
}
