//! When a Secret is refreshed, whose it is, and when it goes.

use std::fmt;
use std::str::FromStr;

use super::Options;
use crate::configuration::duration;
use crate::generators::OptionError;

/// When the store is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum RefreshPolicy {
    /// Every --refresh-interval
    #[default]
    Periodic,
    /// Never, once the Secret is made
    CreatedOnce,
    /// When the ExternalSecret is changed
    OnChange,
}

/// Whose the Secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum CreationPolicy {
    /// The ExternalSecret's: the Secret goes with it
    #[default]
    Owner,
    /// Nobody's: the Secret stays when the ExternalSecret goes
    Orphan,
    /// Somebody else's: keys are added to a Secret that must be there
    Merge,
    /// Keys are added to a Secret, which is made if it is not there
    CreateOrMerge,
}

/// What happens to the Secret when the store has it no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum DeletionPolicy {
    /// It stays as it was
    #[default]
    Retain,
    /// It goes, too, once the store has none of its keys
    Delete,
    /// Its keys go, and the rest of it stays
    Merge,
}

impl RefreshPolicy {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Periodic => "Periodic",
            Self::CreatedOnce => "CreatedOnce",
            Self::OnChange => "OnChange",
        }
    }
}

impl CreationPolicy {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Orphan => "Orphan",
            Self::Merge => "Merge",
            Self::CreateOrMerge => "CreateOrMerge",
        }
    }
}

impl DeletionPolicy {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retain => "Retain",
            Self::Delete => "Delete",
            Self::Merge => "Merge",
        }
    }
}

/// How long between two looks into the store: a Go duration, kept as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval(String);

/// Why a text is no interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a time above 0 such as 30m or 1h0m0s; --refresh-policy created-once asks the store only once"
)]
pub struct InvalidInterval;

impl Default for Interval {
    fn default() -> Self {
        Self("1h0m0s".to_owned())
    }
}

impl FromStr for Interval {
    type Err = InvalidInterval;

    fn from_str(text: &str) -> Result<Self, InvalidInterval> {
        let is_above_zero = duration::parse(text).is_ok_and(|it| it > 0);
        if is_above_zero { Ok(Self(text.to_owned())) } else { Err(InvalidInterval) }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Rejects what the operator's own webhook rejects.
pub(super) fn check(options: &Options) -> Result<(), OptionError> {
    let is_owner =
        matches!(options.creation_policy, CreationPolicy::Owner | CreationPolicy::Orphan);
    if options.deletion_policy == DeletionPolicy::Delete && !is_owner {
        let rule = format!(
            "does not go with --creation-policy {}: the operator deletes no Secret that is not its own",
            match options.creation_policy {
                CreationPolicy::Merge => "merge",
                _ => "create-or-merge",
            }
        );
        return Err(OptionError::new("--deletion-policy", "delete", rule));
    }
    Ok(())
}
