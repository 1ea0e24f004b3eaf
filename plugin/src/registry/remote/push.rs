//! Something about an image is written beside it.

use harden_sigstore::Digest;
use http::Method;
use http::header::CONTENT_TYPE;

use super::address::Address;
use super::exchange::Answer;
use super::mirrors::Endpoint;
use super::referrers::tagged;
use super::{Access, Call, FAULT_BYTES, Repository, Target, refused};
use crate::registry::fault::Fault;
use crate::registry::manifest::{self, Descriptor, Document, INDEX};
use crate::registry::tag_of;

/// A list that is kept as a tag.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u8,
    media_type: &'a str,
    manifests: &'a [Descriptor],
}

/// Writes what a manifest holds, then the manifest, and where the registry lists nothing by itself, the list.
pub(super) fn push(
    repository: &Repository,
    subject: &Digest,
    manifest: &[u8],
    blobs: &[&[u8]],
) -> Result<Digest, Fault> {
    let (media_type, document) = manifest::read(manifest, None)?;
    let Document::Manifest(read) = document else {
        return Err(Fault::wrong("what is written beside an image is a manifest"));
    };
    let about = read.subject.as_ref().map(Descriptor::digest).transpose()?;
    if about.as_ref() != Some(subject) {
        return Err(Fault::wrong("the manifest that is written is about another image"));
    }
    // Mirrors are read from; what is written goes to the registry itself.
    let Some(endpoint) = repository.endpoints.last() else {
        return Err(Fault::wrong("there is no registry to write to"));
    };
    for blob in blobs {
        write_blob(repository, endpoint, blob)?;
    }
    let digest = Digest::of(manifest);
    let answer = write_manifest(repository, endpoint, &digest.to_string(), &media_type, manifest)?;
    if answer.header("oci-subject").is_none() {
        let mut entry = Descriptor::to(manifest, &media_type);
        entry.artifact_type = read.kind().map(str::to_owned);
        entry.annotations.clone_from(&read.annotations);
        list(repository, endpoint, subject, entry)?;
    }
    Ok(digest)
}

/// Adds an entry to the list that is kept as a tag. Of two who do so at the same time, the later may win: the
/// specification knows no way to prevent that.
fn list(
    repository: &Repository,
    endpoint: &Endpoint,
    subject: &Digest,
    entry: Descriptor,
) -> Result<(), Fault> {
    let mut manifests = tagged(repository, endpoint, subject)?;
    if manifests.iter().any(|it| it.digest == entry.digest) {
        return Ok(());
    }
    manifests.push(entry);
    let index = Index { schema_version: 2, media_type: INDEX, manifests: &manifests };
    let text =
        serde_json::to_vec(&index).map_err(|_| Fault::broken("the list cannot be written"))?;
    write_manifest(repository, endpoint, &tag_of(subject), INDEX, &text).map(drop)
}

pub(super) fn write_manifest(
    repository: &Repository,
    endpoint: &Endpoint,
    version: &str,
    media_type: &str,
    bytes: &[u8],
) -> Result<Answer, Fault> {
    let path = format!("manifests/{version}");
    let headers = [(CONTENT_TYPE, media_type)];
    let answer =
        repository.call(endpoint, &write(Method::PUT, Target::Below(&path), &headers, bytes))?;
    if answer.status == 201 { Ok(answer) } else { Err(refused(&answer)) }
}

pub(super) fn write_blob(
    repository: &Repository,
    endpoint: &Endpoint,
    bytes: &[u8],
) -> Result<(), Fault> {
    let digest = Digest::of(bytes).to_string();
    let path = format!("blobs/{digest}");
    let answer = repository.call(endpoint, &write(Method::HEAD, Target::Below(&path), &[], &[]))?;
    if answer.status == 200 {
        return Ok(());
    }
    let answer = repository
        .call(endpoint, &write(Method::POST, Target::Below("blobs/uploads/"), &[], &[]))?;
    if answer.status != 202 {
        return Err(refused(&answer));
    }
    let place = answer
        .header("location")
        .ok_or_else(|| Fault::broken("the registry says not where to write to"))?;
    let place: Address = answer.address.follow(place)?.with_query(&[("digest", &digest)])?;
    let headers = [(CONTENT_TYPE, "application/octet-stream")];
    let answer =
        repository.call(endpoint, &write(Method::PUT, Target::Named(place), &headers, bytes))?;
    if answer.status == 201 { Ok(()) } else { Err(refused(&answer)) }
}

fn write<'a>(
    method: Method,
    path: Target<'a>,
    headers: &'a [(http::HeaderName, &'a str)],
    body: &'a [u8],
) -> Call<'a> {
    Call { method, path, headers, body, most: FAULT_BYTES, access: Access::Write }
}
