//! An answer for people.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Answer, Held, Outcome};
use crate::refusal::printable;
use crate::statement::{BuildLevel, Reading};
use crate::{Content, Signer};

const DAY: i64 = 24 * 60 * 60;

/// So many lines of one kind are shown.
const MOST_LINES: usize = 10;

/// An answer as lines; `now`, in seconds since 1970, is what ages are counted to.
#[must_use]
pub fn to_text(answer: &Answer, now: i64) -> String {
    let mut lines = vec![format!("{}: {}", answer.name, headline(answer))];
    lines.push(format!("  {}", answer.digest));
    let mut above = None;
    for it in &answer.held {
        let signer = &it.verified.signer;
        if above != Some(signer) {
            lines.push(format!("  by {}", name(signer)));
            lines.extend(source(signer).map(|it| format!("    from {it}")));
            above = Some(signer);
        }
        lines.extend(held(it, now));
    }
    if !answer.held.is_empty() {
        lines.extend(level(answer));
    }
    lines.extend(answer.unmet.iter().map(|it| format!("  missing: {it}")));
    let refused = answer.refused.iter().map(|it| format!("  refused: {}: {}", it.place, it.why));
    lines.extend(cut(refused, "refused"));
    lines.extend(cut(answer.unread.iter().map(|it| format!("  not read: {it}")), "not read"));
    let mut others = BTreeMap::new();
    answer.others.iter().for_each(|it| *others.entry(it.as_str()).or_insert(0) += 1);
    let others = others.into_iter().map(|(kind, count)| match count {
        1 => format!("  beside it, not verified: {kind}"),
        _ => format!("  beside it, not verified: {kind} ({count} times)"),
    });
    lines.extend(cut(others, "beside it"));
    lines.iter().fold(String::new(), |out, line| out + &printable(line) + "\n")
}

/// The first lines of what may be many, as whoever may write to a registry decides how many.
fn cut(lines: impl Iterator<Item = String>, what: &str) -> Vec<String> {
    let mut lines: Vec<_> = lines.collect();
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    lines.extend((more > 0).then(|| format!("  {what}: {more} more; -o json has them all")));
    lines
}

fn headline(answer: &Answer) -> &'static str {
    match answer.outcome() {
        Outcome::Verified => "verified",
        Outcome::Refused if answer.held.is_empty() => {
            "refused, as nothing beside it is what was expected"
        }
        Outcome::Refused => "refused, as something is missing",
        Outcome::Unsigned => "not signed: nothing is kept beside it",
        Outcome::Unknown => "not known, as not all that is beside it was read",
    }
}

fn held(held: &Held, now: i64) -> Vec<String> {
    let verified = &held.verified;
    let what = match (&held.statement, &verified.content) {
        (Some(said), _) => format!("{}{}", said.reading.sentence(), made(&said.reading, now)),
        (None, Content::Name(name)) if !name.is_empty() => format!("signed as {name}"),
        (None, _) => "signed".to_owned(),
    };
    let when = match verified.times.first() {
        Some(time) => {
            format!(
                "{} by {} ({})",
                moment(time.seconds),
                time.source,
                age((now - time.seconds).div_euclid(DAY))
            )
        }
        None => "no time".to_owned(),
    };
    let log = match verified.logs.as_slice() {
        [] => "no transparency".to_owned(),
        logs => format!("in {}", logs.join(" and ")),
    };
    vec![format!("    {what}"), format!("      {when}, {log}; {}, {}", verified.format, held.place)]
}

/// How old it is what a statement says.
fn made(reading: &Reading, now: i64) -> String {
    // Of a build it is said when it was signed.
    let is_aged = matches!(reading, Reading::Bom(_) | Reading::Scan(_) | Reading::Summary(_));
    let days = reading.age(now).filter(|_| is_aged);
    days.map_or_else(String::new, |it| format!(" ({})", age(it)))
}

fn name(signer: &Signer) -> String {
    match signer {
        Signer::Key(digest) => format!("the key sha256:{digest}"),
        Signer::Certificate { identity, issuer, .. } => format!("{identity}, as {issuer} vouches"),
    }
}

/// From where the workflow ran that signed.
fn source(signer: &Signer) -> Option<String> {
    let Signer::Certificate { claims, .. } = signer else { return None };
    let of = |name: &str| claims.get(name).map(String::as_str).filter(|it| !it.is_empty());
    let repository = of("SourceRepositoryURI")?;
    let reference = of("SourceRepositoryRef").map_or_else(String::new, |it| format!(" {it}"));
    let commit = of("SourceRepositoryDigest").map_or_else(String::new, |it| format!(" at {it}"));
    Some(format!("{repository}{reference}{commit}"))
}

fn level(answer: &Answer) -> Vec<String> {
    let standing = answer.standing();
    let number = standing.level as u8;
    let mut lines = vec![format!("  SLSA build level {number}")];
    lines.extend(standing.contradictions.iter().map(|it| format!("    contradiction: {it}")));
    if standing.level != BuildLevel::L3 {
        let next = number + 1;
        lines.extend(standing.missing.iter().map(|it| format!("    for level {next}: {it}")));
    }
    lines
}

/// A moment as RFC 3339, in UTC.
pub(super) fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| format!("{seconds} s since 1970"), |it| it.to_string())
}

/// How many days ago something was, in words.
fn age(days: i64) -> String {
    match days {
        ..0 => "in the future".to_owned(),
        0 => "today".to_owned(),
        1 => "a day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}
