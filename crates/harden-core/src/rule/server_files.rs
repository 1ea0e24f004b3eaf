//! The files of the API server that an object may be, each read once for all rules.

use std::cell::OnceCell;

use crate::configuration::Rejection;
use crate::configuration::admission::{self, AdmissionConfiguration, pod_security};
use crate::configuration::audit::{self, AuditPolicy};
use crate::configuration::encryption::{self, EncryptionConfiguration, Options};
use crate::kubernetes::MinorVersion;
use crate::object::Object;

type Read<'d, T> = OnceCell<Option<Result<T, Rejection<'d>>>>;

/// What the API server reads of an object, or why it does not start; nothing where the object is no such file.
#[derive(Debug, Default)]
pub struct ServerFiles<'d> {
    encryption: Read<'d, EncryptionConfiguration<'d>>,
    audit: Read<'d, AuditPolicy<'d>>,
    admission: Read<'d, AdmissionConfiguration<'d>>,
    pod_security: Read<'d, pod_security::PodSecurityConfiguration<'d>>,
}

/// One file, if an object is one, and whether the server takes it.
type ServerFile<'r, 'd, T> = Option<&'r Result<T, Rejection<'d>>>;

impl<'d> ServerFiles<'d> {
    /// The EncryptionConfiguration that the object is.
    pub fn encryption(
        &self,
        object: &Object<'d>,
        version: MinorVersion,
    ) -> ServerFile<'_, 'd, EncryptionConfiguration<'d>> {
        let is_one = encryption::is_meant(object.group, object.kind, object.place);
        let read = || encryption::read(object.place.document(), Options::of(version));
        remember(&self.encryption, is_one && is_file(object), read)
    }

    /// The audit policy that the object is.
    pub fn audit(
        &self,
        object: &Object<'d>,
        version: MinorVersion,
    ) -> ServerFile<'_, 'd, AuditPolicy<'d>> {
        let is_one = audit::is_meant(object.group, object.kind, object.place);
        let read = || audit::read(object.place.document(), version);
        remember(&self.audit, is_one && is_file(object), read)
    }

    /// The AdmissionConfiguration that the object is.
    pub fn admission(
        &self,
        object: &Object<'d>,
        version: MinorVersion,
    ) -> ServerFile<'_, 'd, AdmissionConfiguration<'d>> {
        let is_one = admission::is_meant(object.group, object.kind, object.place);
        let read = || admission::read(object.place.document(), version);
        remember(&self.admission, is_one && is_file(object), read)
    }

    /// The PodSecurityConfiguration that the object is, in a file of its own.
    pub fn pod_security(
        &self,
        object: &Object<'d>,
    ) -> ServerFile<'_, 'd, pod_security::PodSecurityConfiguration<'d>> {
        let is_one = pod_security::is_meant(object.group, object.kind);
        let read = || pod_security::read(object.place.document());
        remember(&self.pod_security, is_one && is_file(object), read)
    }
}

fn remember<'r, 'd, T>(
    cell: &'r Read<'d, T>,
    is_one: bool,
    read: impl FnOnce() -> Result<T, Rejection<'d>>,
) -> ServerFile<'r, 'd, T> {
    cell.get_or_init(|| is_one.then(read)).as_ref()
}

/// Whether an object is a document of its own, as the files of a server are.
fn is_file(object: &Object<'_>) -> bool {
    object.place.span() == object.place.document().root().span()
}
