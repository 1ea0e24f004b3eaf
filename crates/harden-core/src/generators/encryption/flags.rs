//! What kube-apiserver needs to find the file: flags and mounts.

use super::provider::Kms;
use crate::generators::api_server::{Kind, Mount, Settings};
use crate::generators::{HostPath, OptionError, platform};
use crate::kubernetes::MinorVersion;
use crate::platform::Told;

/// The first version whose API server has `--encryption-provider-config-automatic-reload`.
const AUTOMATIC_RELOAD: MinorVersion = MinorVersion(26);

/// Rejects the flag for a server that does not have it.
pub(super) fn check_reload(reloads: bool, version: MinorVersion) -> Result<(), OptionError> {
    if reloads && version < AUTOMATIC_RELOAD {
        let rule = format!(
            "kube-apiserver {version} does not start with this flag: it has it from {AUTOMATIC_RELOAD} on"
        );
        return Err(OptionError::new("--automatic-reload", "", rule));
    }
    Ok(())
}

/// What a server of this version needs, and what the user should know.
pub(super) fn settings(
    path: &HostPath,
    reloads: bool,
    kms: Option<&Kms>,
    version: MinorVersion,
    told: Option<Told>,
) -> Result<(Settings, Vec<String>), OptionError> {
    check_reload(reloads, version)?;
    let mut flags = vec![("encryption-provider-config", path.to_string())];
    if reloads {
        flags.push(("encryption-provider-config-automatic-reload", "true".to_owned()));
    }
    let mut notes = vec![format!("{}, owner root, mode 0600", platform::put("file", path, told))];
    let file = if let Some(folder) = path.folder_of_its_own() {
        Mount { name: "encryption", path: folder.to_owned(), kind: Kind::Folder }
    } else {
        notes.push(format!(
                "{} holds files of others, so that {path} is mounted alone, and a new file is seen by a new pod only: give it a folder of its own with --config-path",
                path.folder()
            ));
        Mount { name: "encryption", path: path.to_string(), kind: Kind::File }
    };
    let mut mounts = vec![file];
    if let Some(folder) = kms.and_then(Kms::folder) {
        mounts.push(Mount { name: "kms", path: folder.to_owned(), kind: Kind::Socket });
    }
    Ok((Settings { flags, mounts }, notes))
}
