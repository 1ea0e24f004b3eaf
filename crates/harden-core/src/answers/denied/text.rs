//! The answer for a terminal.

use super::{Allow, Answer, Coverage, Place, Refusal, Verdict};
use crate::answers::coverage::counted;
use crate::network::Direction;
use crate::report::escape::plain;

/// The answer as lines.
pub fn to_text(answer: &Answer, coverage: &Coverage) -> String {
    let mut out = String::new();
    let count = |is: fn(&Refusal) -> bool| answer.refusals.iter().filter(|it| is(it)).count();
    if answer.refusals.is_empty() {
        say(&mut out, "Nothing was refused, as far as the log says.");
    } else {
        let all = counted(answer.refusals.len(), "refused connection", "refused connections");
        let wanted = count(|it| !it.is_meant());
        say(&mut out, &format!("{all}, of which manifests want {wanted}."));
    }
    for refusal in &answer.refusals {
        out.push('\n');
        of_refusal(&mut out, refusal);
    }
    out.push('\n');
    if answer.refusals.iter().any(|it| !it.allow.is_empty()) {
        say(
            &mut out,
            "Options are those of network-policy and namespace, which make the policies of a namespace anew.",
        );
    }
    closing(coverage).iter().for_each(|it| say(&mut out, it));
    out
}

/// A line that is safe for a terminal: names may be anything.
fn say(out: &mut String, text: &str) {
    out.push_str(&plain(text));
    out.push('\n');
}

fn of_refusal(out: &mut String, it: &Refusal) {
    let port = if it.port.is_empty() { "all ports" } else { &it.port };
    let verb = if it.is_audited { "would be refused" } else { "refused" };
    let meaning = match (it.is_meant(), &it.verdict) {
        (false, _) => "but wanted",
        (true, Verdict::Refused) => "as meant",
        (true, _) => "and not understood",
    };
    say(out, &format!("{} -> {} {} {port}: {verb}, {meaning}", it.from, it.to, it.protocol));
    let mut line = |head: &str, text: String| say(out, &format!("  {head:<11}{text}"));
    let times = if it.count == 1 { "once".to_owned() } else { format!("{} times", it.count) };
    line("seen", format!("{times}, first at {}", it.place()));
    if let Some(service) = &it.service {
        line("by", service.clone());
    }
    for policy in &it.named {
        line("log names", policy.to_string());
    }
    for reason in &it.wanted {
        line("wanted by", reason.clone());
    }
    match &it.verdict {
        Verdict::Refused => {}
        Verdict::LetThrough => line(
            "but",
            "what was read lets it through: the policies changed since, or others refuse it"
                .to_owned(),
        ),
        Verdict::Unknown(why) => line("unknown", why.clone()),
    }
    for side in &it.sides {
        let way = if side.direction == Direction::Egress { "going out" } else { "going in" };
        for place in &side.refused_by {
            line(way, words(place));
        }
        for place in &side.near_misses {
            line("almost", words(place));
        }
    }
    for allow in &it.allow {
        line("allow by", command(allow));
    }
    if let Some(why) = it.keep {
        line("allow by", format!("nothing: {why}"));
    }
}

fn words(place: &Place) -> String {
    let spot = if place.spot.is_empty() { String::new() } else { format!(" ({})", place.spot) };
    format!("{}{spot} {}", place.policy, place.what)
}

fn command(allow: &Allow) -> String {
    let value = if allow.value.is_empty() { String::new() } else { format!(" {}", allow.value) };
    format!("{}{value} for {}", allow.option, allow.namespace)
}

fn closing(coverage: &Coverage) -> Vec<String> {
    let asides: Vec<_> =
        coverage.asides.iter().map(|(what, count)| format!("{what} ({count})")).collect();
    let aside = if asides.is_empty() {
        String::new()
    } else {
        format!("; put aside: {}", asides.join(", "))
    };
    let mut all = vec![format!("Log: {}{aside}.", counted(coverage.lines, "line", "lines"))];
    all.extend(coverage.gaps.iter().map(|it| format!("Not known: the log: {it}")));
    all.extend(coverage.network.closing());
    all
}
