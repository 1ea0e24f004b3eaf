//! A cluster, where there is no client for any.

use std::convert::Infallible;

use anyhow::bail;
use harden_admission::{Needs, Object, User};
use harden_core::check::Incomplete;
use harden_core::kubernetes::MinorVersion;

use super::Others;
use crate::commands::simulate::admission::Namespaces;
use crate::connection::Connection;
use crate::listing::Kind;

/// No cluster.
pub(in super::super) struct Live(Infallible);

impl Live {
    pub(in super::super) fn new(_: &Connection) -> anyhow::Result<Self> {
        bail!(
            "there is no policy: name files with --policy, or a snapshot; this build cannot talk to clusters: it \
             was made without the feature `live`"
        )
    }

    pub(super) fn kinds(&self) -> &[Kind] {
        match self.0 {}
    }

    pub(super) fn version(&self) -> MinorVersion {
        match self.0 {}
    }

    pub(super) fn namespace(&self) -> String {
        match self.0 {}
    }

    pub(in super::super) fn name(&self) -> String {
        match self.0 {}
    }

    pub(super) fn user(&self) -> Option<User> {
        match self.0 {}
    }

    pub(super) fn policies(&self) -> anyhow::Result<(Vec<Object>, Vec<Incomplete>)> {
        match self.0 {}
    }

    pub(super) fn others(&self, _: &Needs, _: &Namespaces) -> anyhow::Result<Others> {
        match self.0 {}
    }
}
