//! What an image says of itself, for one kind of machine.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::fault::Fault;
use super::manifest::{self, Descriptor, Document, Platform};
use super::{CONFIG_BYTES, Resolved, Store};

/// A kind of machine: `linux/amd64`, `linux/arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Default for Machine {
    fn default() -> Self {
        Self { os: "linux".to_owned(), architecture: "amd64".to_owned(), variant: None }
    }
}

impl FromStr for Machine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(os), Some(architecture), variant, None)
                if !os.is_empty() && !architecture.is_empty() =>
            {
                Ok(Self { os, architecture, variant })
            }
            _ => Err("a platform is OS/ARCHITECTURE, such as linux/amd64".to_owned()),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |it| write!(f, "/{it}"))
    }
}

impl Machine {
    fn is(&self, platform: &Platform) -> bool {
        self.os == platform.os
            && self.architecture == platform.architecture
            && (self.variant.is_none() || self.variant == platform.variant)
    }
}

/// The configuration of an image, as JSON.
pub(super) fn read(store: &Store, image: &Resolved, machine: &Machine) -> Result<Value, Fault> {
    let (_, document) = manifest::read(&image.manifest, Some(&image.media_type))?;
    let (manifest, platform) = match document {
        Document::Manifest(manifest) => (manifest, None),
        Document::Index(all) => {
            let entry = choose(&all, machine)?;
            let digest = entry.digest()?;
            let missing = || Fault::absent(format!("the index names {digest}, which is not there"));
            let chosen = store.at(&digest.to_string())?.ok_or_else(missing)?;
            match manifest::read(&chosen.manifest, Some(&chosen.media_type))?.1 {
                Document::Manifest(manifest) => (manifest, entry.platform.clone()),
                Document::Index(_) => {
                    return Err(Fault::broken("the index names an index for a kind of machine"));
                }
            }
        }
    };
    let Some(config) = &manifest.config else {
        return Err(Fault::broken("the manifest names no configuration"));
    };
    let bytes = store.blob(&config.digest()?, CONFIG_BYTES)?;
    let wrong = || Fault::broken("its configuration is no object of JSON: is it an image?");
    let config: Value = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    let fields = config.as_object().ok_or_else(wrong)?;
    // An artifact, such as a chart, has an empty one, or one of its own.
    if !fields.contains_key("rootfs") && !fields.contains_key("config") {
        return Err(Fault::broken(
            "it is no image that runs: its configuration is that of something else",
        ));
    }
    let said = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let (os, architecture) = (said("os"), said("architecture"));
    if let Some(platform) = platform
        && !(os.is_empty() || architecture.is_empty())
        && (platform.os != os || platform.architecture != architecture)
    {
        return Err(Fault::broken(format!(
            "the index names an image for {os}/{architecture} as one for {}/{}",
            platform.os, platform.architecture
        )));
    }
    Ok(config)
}

/// The entry for this kind of machine, or the only one that is for any.
fn choose<'a>(all: &'a [Descriptor], machine: &Machine) -> Result<&'a Descriptor, Fault> {
    // What BuildKit says of how it built an image lies beside it, for no machine.
    let is_image = |it: &&Descriptor| {
        it.annotation("vnd.docker.reference.type").is_none()
            && it.platform.as_ref().is_none_or(|it| it.os != "unknown")
    };
    let images: Vec<&Descriptor> = all.iter().filter(is_image).collect();
    let found = images.iter().find(|it| it.platform.as_ref().is_some_and(|it| machine.is(it)));
    match (found, &images[..]) {
        (Some(found), _) => Ok(found),
        (None, [only]) => Ok(only),
        (None, []) => Err(Fault::absent("the index names no image")),
        (None, images) => {
            let shown = images.iter().filter_map(|it| it.platform.as_ref()).take(20);
            let shown: Vec<_> = shown.map(|it| format!("{}/{}", it.os, it.architecture)).collect();
            Err(Fault::absent(format!(
                "there is no image for {machine}, only for {}",
                shown.join(", ")
            )))
        }
    }
}
