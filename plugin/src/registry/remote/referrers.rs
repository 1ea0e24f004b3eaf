//! What refers to an image: the list of the registry, and the tag that stands for it where there is none.

use std::collections::BTreeSet;

use harden_sigstore::Digest;
use http::Method;
use http::header::ACCEPT;

use super::address::Address;
use super::exchange::Answer;
use super::mirrors::Endpoint;
use super::{Access, Call, Repository, Target, is_page, refused};
use crate::registry::fault::Fault;
use crate::registry::manifest::{self, Descriptor, Document, INDEX};
use crate::registry::{Beside, MANIFEST_BYTES, REFERRERS, Referrers, tag_of};

/// So many pages of a list are read.
const PAGES: usize = 100;
/// What is asked for alone where a list is too long.
const WANTED: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// What is said to refer to an image.
pub(super) fn list(
    repository: &Repository,
    endpoint: &Endpoint,
    digest: &Digest,
    beside: &mut Beside,
) -> Result<Referrers, Fault> {
    let path = format!("referrers/{digest}");
    let listed = pages(repository, endpoint, &path)?;
    let mut descriptors = match listed {
        Some(Pages { all, is_whole: true }) => all,
        Some(Pages { all, is_whole: false }) => {
            beside.left_out.push(format!(
                "the registry lists more than {REFERRERS} things that refer to it, or more than {PAGES} pages: the rest was not looked at"
            ));
            // Whoever may write there could hide a signature behind others.
            let wanted = pages(repository, endpoint, &format!("{path}?artifactType={WANTED}"))?;
            let mut wanted = wanted.map_or_else(Vec::new, |it| it.all);
            wanted.extend(all);
            wanted.truncate(REFERRERS);
            wanted
        }
        None => Vec::new(),
    };
    descriptors.extend(tagged(repository, endpoint, digest)?);
    Ok(Referrers { descriptors, saved: Vec::new() })
}

/// The list that is kept as a tag; empty where there is none.
pub(super) fn tagged(
    repository: &Repository,
    endpoint: &Endpoint,
    digest: &Digest,
) -> Result<Vec<Descriptor>, Fault> {
    let Some(index) = repository.manifest(endpoint, &tag_of(digest))? else {
        return Ok(Vec::new());
    };
    match manifest::read(&index.manifest, Some(&index.media_type))?.1 {
        Document::Index(all) => Ok(all),
        // Somebody has called an image so, and it is no list.
        Document::Manifest(_) => Ok(Vec::new()),
    }
}

#[derive(Default)]
struct Pages {
    all: Vec<Descriptor>,
    is_whole: bool,
}

/// A list with all its pages; `None` where the registry has no lists.
fn pages(repository: &Repository, endpoint: &Endpoint, path: &str) -> Result<Option<Pages>, Fault> {
    let mut pages = Pages::default();
    let mut seen = BTreeSet::new();
    let mut target = Target::Below(path);
    for page in 0..PAGES {
        let call = Call {
            method: Method::GET,
            path: target,
            headers: &[(ACCEPT, INDEX)],
            body: &[],
            most: MANIFEST_BYTES,
            access: Access::Read,
        };
        let answer = repository.call(endpoint, &call)?;
        if page == 0 && has_none(&answer) {
            return Ok(None);
        }
        if answer.status != 200 {
            return Err(refused(&answer));
        }
        match manifest::read(&answer.body, Some(INDEX))?.1 {
            Document::Index(all) => pages.all.extend(all),
            Document::Manifest(_) => {
                return Err(Fault::broken("the list of what refers to it is none"));
            }
        }
        if pages.all.len() > REFERRERS {
            pages.all.truncate(REFERRERS);
            return Ok(Some(pages));
        }
        let Some(next) = next(&answer)? else {
            pages.is_whole = true;
            return Ok(Some(pages));
        };
        if !seen.insert(next.uri().to_string()) {
            return Err(Fault::broken("the pages of what refers to it lead in a circle"));
        }
        target = Target::Named(next);
    }
    Ok(Some(pages))
}

/// Whether an answer says that there are no lists. Registries that do not know them answer in many ways.
fn has_none(answer: &Answer) -> bool {
    matches!(answer.status, 400 | 404 | 405 | 406 | 501) || answer.status == 200 && is_page(answer)
}

/// The next page, by the header `Link`.
fn next(answer: &Answer) -> Result<Option<Address>, Fault> {
    for value in answer.headers.get_all("link").iter().take(8) {
        for link in value.to_str().unwrap_or_default().split(", ") {
            let Some((there, parameters)) =
                link.trim().strip_prefix('<').and_then(|it| it.split_once('>'))
            else {
                continue;
            };
            let is_next = parameters.split(';').any(|it| {
                let (name, value) = it.split_once('=').unwrap_or_default();
                let value = value.trim().trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel")
                    && value.split(' ').any(|it| it.eq_ignore_ascii_case("next"))
            });
            if !is_next {
                continue;
            }
            let there = answer.address.follow(there)?;
            if there.origin() != answer.address.origin() {
                return Err(Fault::broken("the next page of what refers to it is at another host"));
            }
            return Ok(Some(there));
        }
    }
    Ok(None)
}
