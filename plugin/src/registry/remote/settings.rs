//! What a client of registries is told: the one place that looks at the environment for it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::Proxy;

use super::credentials::Files;
use super::local_file;
use super::mirrors::Mirrors;
use crate::registry::fault::Fault;

/// How registries are asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// How long one answer may take, and in proportion all of one image; zero is for ever.
    pub(crate) patience: Duration,
    pub(crate) credentials: Files,
    pub(crate) mirrors: Mirrors,
    pub(crate) proxy: Option<Proxy>,
    /// PEM of the authorities that are trusted, instead of those that the system trusts.
    pub(crate) authorities: Option<Vec<u8>>,
}

impl Settings {
    /// Settings as docker and podman find them on this machine. A file of registries that is named replaces those
    /// of the machine.
    ///
    /// # Errors
    ///
    /// A file is there and is not what it should be, or one that is named is not there.
    pub(crate) fn gather(
        patience: Duration,
        registries_conf: Option<&Path>,
    ) -> Result<Self, Fault> {
        let set = |name: &str| env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        let home = set("HOME").or_else(|| set("USERPROFILE"));
        let below = |folder: Option<&PathBuf>, path: &str| folder.map(|it| it.join(path));
        let config = set("XDG_CONFIG_HOME").or_else(|| below(home.as_ref(), ".config"));
        let docker = set("DOCKER_CONFIG").or_else(|| below(home.as_ref(), ".docker"));
        let paths = [
            set("REGISTRY_AUTH_FILE"),
            below(set("XDG_RUNTIME_DIR").as_ref(), "containers/auth.json"),
            below(config.as_ref(), "containers/auth.json"),
            below(docker.as_ref(), "config.json"),
        ];
        let programs = env::var_os("PATH").unwrap_or_default();
        let own = below(config.as_ref(), "containers/registries.conf");
        let named =
            registries_conf.map(Path::to_owned).or_else(|| set("CONTAINERS_REGISTRIES_CONF"));
        Ok(Self {
            patience,
            credentials: Files {
                paths: paths.into_iter().flatten().collect(),
                programs,
                ..Files::default()
            },
            mirrors: mirrors(named, own, config)?,
            proxy: Proxy::try_from_env(),
            authorities: None,
        })
    }
}

/// Mirrors by the file that is named, or by those of the machine: the user's instead of the system's, then the files
/// of both folders.
fn mirrors(
    named: Option<PathBuf>,
    own: Option<PathBuf>,
    config: Option<PathBuf>,
) -> Result<Mirrors, Fault> {
    if let Some(named) = named {
        if let Err(kind) = local_file(&named) {
            return Err(Fault::wrong(format!("{}: it cannot be read: {kind}", named.display())));
        }
        return Mirrors::read([&*named]);
    }
    let system = Path::new("/etc/containers");
    let mut paths =
        vec![own.filter(|it| it.is_file()).unwrap_or_else(|| system.join("registries.conf"))];
    for folder in
        [Some(system.to_owned()), config.map(|it| it.join("containers"))].into_iter().flatten()
    {
        let entries = folder.join("registries.conf.d").read_dir().into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .map(|it| it.path())
            .filter(|it| it.extension() == Some(&OsString::from("conf")))
            .collect();
        files.sort();
        paths.extend(files);
    }
    Mirrors::read(paths.iter().map(|it| &**it))
}
