//! A container image without a shell: an OCI layout in a tar file, made without Docker.

mod blobs;
mod root;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use oci_spec::image::{
    Arch, ConfigBuilder, Descriptor, HistoryBuilder, ImageConfiguration, ImageConfigurationBuilder,
    ImageIndexBuilder, ImageManifestBuilder, MediaType, OciLayoutBuilder, Os, PlatformBuilder,
    RootFsBuilder,
};

use super::payload::Payload;
use super::source::Source;
use super::tarball::Tarball;
use blobs::{Blobs, json};
use root::Layer;

/// Writes the image of every payload for Linux as one image of several platforms, and returns the file:
/// `kubectl-harden-vVERSION-image.tar`.
///
/// # Errors
///
/// No payload is for Linux, a file of one is missing, or `out` cannot be written.
pub(crate) fn write(payloads: &[Payload], source: &Source, out: &Path) -> Result<PathBuf> {
    let payloads: Vec<_> = payloads.iter().filter(|it| it.target.os() == "linux").collect();
    let Some(first) = payloads.first() else {
        bail!("an image is made of what is built for Linux, and nothing is");
    };
    let labels = labels(first, source)?;
    let mut blobs = Blobs::default();
    let common = root::common(&first.folder, first.epoch)?;
    let manifests = payloads.iter().map(|payload| {
        let command = root::command(&payload.folder, payload.epoch)?;
        manifest(payload, [&common, &command], &labels, &mut blobs)
    });
    let index = ImageIndexBuilder::default()
        .schema_version(2u32)
        .media_type(MediaType::ImageIndex)
        .manifests(manifests.collect::<Result<Vec<_>>>()?)
        .annotations(labels)
        .build()?;
    let mut index = blobs.add(MediaType::ImageIndex, json(&index)?)?;
    // By this name, tools that copy images find the one in the layout.
    let name = HashMap::from([(
        "org.opencontainers.image.ref.name".to_owned(),
        format!("v{}", first.version),
    )]);
    index.set_annotations(Some(name));
    println!("the image is {}", index.digest());

    let path = out.join(format!("kubectl-harden-v{}-image.tar", first.version));
    let tar = layout(index, &blobs, first.epoch)?;
    fs::write(&path, tar).with_context(|| format!("failed to write {}", path.display()))?;
    Ok(path)
}

/// The layout as a tar file: what it is, where it begins, and the blobs.
fn layout(index: Descriptor, blobs: &Blobs, epoch: u64) -> Result<Vec<u8>> {
    let mut tar = Tarball::new("", epoch);
    let layout = OciLayoutBuilder::default().image_layout_version("1.0.0").build()?;
    tar.file("oci-layout", 0o644, &json(&layout)?)?;
    let index = ImageIndexBuilder::default()
        .schema_version(2u32)
        .media_type(MediaType::ImageIndex)
        .manifests(vec![index])
        .build()?;
    tar.file("index.json", 0o644, &json(&index)?)?;
    for (digest, content) in blobs.iter() {
        tar.file(&format!("blobs/sha256/{digest}"), 0o644, content)?;
    }
    tar.finish()
}

/// Adds the manifest of one platform with what it refers to.
fn manifest(
    payload: &Payload,
    layers: [&Layer; 2],
    labels: &HashMap<String, String>,
    blobs: &mut Blobs,
) -> Result<Descriptor> {
    let config = json(&config(payload, layers, labels)?)?;
    let config = blobs.add(MediaType::ImageConfig, config)?;
    let layers = layers.map(|it| blobs.add(MediaType::ImageLayerGzip, it.compressed.clone()));
    let manifest = ImageManifestBuilder::default()
        .schema_version(2u32)
        .media_type(MediaType::ImageManifest)
        .config(config)
        .layers(layers.into_iter().collect::<Result<Vec<_>>>()?)
        .annotations(labels.clone())
        .build()?;
    let mut descriptor = blobs.add(MediaType::ImageManifest, json(&manifest)?)?;
    let platform =
        PlatformBuilder::default().os(Os::Linux).architecture(payload.target.arch()).build()?;
    descriptor.set_platform(Some(platform));
    Ok(descriptor)
}

/// How a container of the image runs.
fn config(
    payload: &Payload,
    layers: [&Layer; 2],
    labels: &HashMap<String, String>,
) -> Result<ImageConfiguration> {
    let created = time(payload.epoch)?;
    let container = ConfigBuilder::default()
        .entrypoint(vec!["/usr/local/bin/kubectl-harden".to_owned()])
        .user(format!("{0}:{0}", root::USER))
        .env(vec!["PATH=/usr/local/bin".to_owned(), format!("HOME=/{}", root::HOME)])
        // Names of files are relative to what is mounted there.
        .working_dir(format!("/{}", root::WORK))
        .labels(labels.clone())
        .build()?;
    let history = layers
        .map(|it| HistoryBuilder::default().created(created.clone()).created_by(it.what).build());
    let root_fs = RootFsBuilder::default()
        .typ("layers")
        .diff_ids(layers.map(|it| it.diff_id.clone()).to_vec())
        .build()?;
    let configuration = ImageConfigurationBuilder::default()
        .created(created)
        .architecture(Arch::from(payload.target.arch()))
        .os(Os::Linux)
        .config(container)
        .rootfs(root_fs)
        .history(history.into_iter().collect::<Result<Vec<_>, _>>()?)
        .build()?;
    Ok(configuration)
}

/// What registries and scanners show of the image.
fn labels(payload: &Payload, source: &Source) -> Result<HashMap<String, String>> {
    let labels = [
        ("title", "kubectl-harden".to_owned()),
        ("description", super::SUMMARY.to_owned()),
        ("source", super::REPOSITORY.to_owned()),
        ("version", payload.version.clone()),
        ("revision", source.commit.clone()),
        ("licenses", "Apache-2.0".to_owned()),
        ("created", time(payload.epoch)?),
    ];
    Ok(labels.map(|(key, value)| (format!("org.opencontainers.image.{key}"), value)).into())
}

fn time(epoch: u64) -> Result<String> {
    Ok(Timestamp::from_second(epoch.try_into()?)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::target::Target;

    fn source() -> Source {
        Source { version: "1.2.0", commit: "0123".to_owned(), epoch: 1 }
    }

    fn payload(machine: &str, folder: &Path) -> Payload {
        fs::write(folder.join("LICENSE"), "free").unwrap();
        fs::write(folder.join("kubectl-harden"), machine).unwrap();
        let target = Target::named(machine).unwrap();
        Payload { target, folder: folder.to_owned(), version: "1.2.0".to_owned(), epoch: 1 }
    }

    #[test]
    fn two_builds_of_one_commit_are_the_same_byte_for_byte() {
        let folders = [(); 4].map(|()| tempfile::tempdir().unwrap());
        let [one, other, amd64, arm64] = folders.each_ref().map(tempfile::TempDir::path);
        let payloads = [payload("linux-amd64", amd64), payload("linux-arm64", arm64)];
        let images =
            [one, other].map(|it| fs::read(write(&payloads, &source(), it).unwrap()).unwrap());
        assert!(images[0] == images[1]);
    }

    #[test]
    fn what_is_built_for_another_system_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let payloads = [payload("darwin-arm64", folder.path())];
        assert!(
            write(&payloads, &source(), folder.path())
                .unwrap_err()
                .to_string()
                .contains("for Linux")
        );
    }
}
