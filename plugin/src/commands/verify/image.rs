//! Images: where they are, what is kept beside them, and what that shows.

use harden_core::lock::Lock;
use harden_sigstore::answer::{Answer, Piece};
use harden_sigstore::{Artefact, Expectation, Trust};

use super::asked::{self, Asked};
use super::locked::{self, Keeper};
use super::{Options, Verdicts};
use crate::registry::{self, Beside, Client, Fault, Found, Kind, Machine, Store};

/// What was learnt of an image.
pub(super) struct Learnt {
    pub(super) answer: Answer,
    /// Who had to have signed it.
    pub(super) expected: Expectation,
    /// What the image says of itself, as JSON, where a lock wants it.
    pub(super) config: Option<serde_json::Value>,
    /// What is to be known of its name.
    remark: Option<String>,
}

/// Verifies images, and keeps in the lock what was seen.
///
/// # Errors
///
/// Nobody is named who must have signed, something that is named is not there, or the lock cannot be read or written.
pub(super) fn verify(options: &Options) -> anyhow::Result<Verdicts> {
    options.expect_signer()?;
    let expectation = options.signer.expectation()?;
    let trust = options.signer.trust(options.connection.request_timeout)?;
    let mut keeper = options.lock.as_deref().map(Keeper::open).transpose()?;
    let Asked { images, incomplete } = asked::read(options)?;
    let is_named = !options.images.is_empty();
    let client =
        Client::of_machine(options.connection.request_timeout, None).map_err(Fault::into_error)?;
    let images: Vec<_> = images.into_iter().collect();
    let asked =
        Question { options, client, trust, expectation, lock: keeper.as_ref().map(Keeper::lock) };
    let learnt = registry::abreast(&images, |image| asked.of(image));
    let now = jiff::Timestamp::now();
    let mut verdicts = Verdicts { incomplete, now: now.as_second(), ..Verdicts::default() };
    for (image, learnt) in images.iter().zip(learnt) {
        match learnt {
            Ok(learnt) => {
                if let Some(keeper) = &mut keeper {
                    verdicts.notes.extend(keeper.keep(image, &learnt));
                }
                verdicts.notes.extend(learnt.remark);
                verdicts.answers.push(learnt.answer);
            }
            Err(fault) if is_named && matches!(fault.kind, Kind::Wrong | Kind::Absent) => {
                verdicts.errors.push(fault.to_string());
            }
            Err(fault) => {
                let why = fault.to_string();
                let why = why.strip_prefix(&format!("{image}: ")).unwrap_or(&why).to_owned();
                verdicts.incomplete.push((image.clone(), why));
            }
        }
    }
    if let Some(keeper) = keeper {
        keeper.write()?;
    }
    Ok(verdicts)
}

/// What is asked of each image.
struct Question<'a> {
    options: &'a Options,
    client: Client,
    trust: Trust,
    expectation: Option<Expectation>,
    lock: Option<&'a Lock>,
}

impl Question<'_> {
    fn of(&self, image: &str) -> Result<Learnt, Fault> {
        let known = self.lock.and_then(|it| locked::known(it, image));
        let expected = match (&self.expectation, known) {
            (Some(expected), _) => vec![expected.clone()],
            (None, Some(known)) => locked::expectations(known).map_err(Fault::wrong)?,
            (None, None) => Vec::new(),
        };
        let store = Store::of(image, &self.client)?;
        let resolved = store.resolve()?;
        let Beside { found, others, left_out } = store.evidence(&resolved.digest)?;
        let pieces: Vec<_> = found.into_iter().map(piece).collect();
        let (artefact, demand) = (Artefact::Digest(&resolved.digest), self.options.demand());
        let answers = expected
            .into_iter()
            .map(|it| (Answer::of(image, artefact, &pieces, &self.trust, &it, &demand), it));
        let Some((mut answer, expected)) = best(answers) else {
            return Err(Fault::wrong(format!(
                "{image}: the lock knows nobody who signed it: say once who must have, with --key or \
                 --certificate-identity"
            )));
        };
        answer.others.extend(others.into_iter().map(|it| it.kind));
        answer.unread.extend(left_out);
        let config = match self.lock {
            Some(_) => store.config(&resolved, &Machine::default()).ok(),
            None => None,
        };
        Ok(Learnt { answer, expected, config, remark: store.remark() })
    }
}

/// The first that is verified, or else the first.
fn best(mut answers: impl Iterator<Item = (Answer, Expectation)>) -> Option<(Answer, Expectation)> {
    let first = answers.next()?;
    if Verdicts::is_verified(&first.0) {
        return Some(first);
    }
    Some(answers.find(|(answer, _)| Verdicts::is_verified(answer)).unwrap_or(first))
}

fn piece(found: Found) -> Piece {
    let place = format!("{} {}", found.place, found.manifest);
    Piece { place, evidence: found.evidence }
}
