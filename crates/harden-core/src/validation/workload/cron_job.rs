//! What the API server refuses of CronJobs.

use super::{KIND, job, schedule};
use crate::object::Object;
use crate::validation::names::Flaw;
use crate::validation::problem::{ProblemKind, Problems};

pub(in crate::validation) fn check_cron_job<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let name = object.place.at("metadata").at("name");
    problems.text(ProblemKind::Name, name, |it| {
        (it.len() > 52).then_some("must be no more than 52 characters, which its Jobs add to")
    });
    let spec = object.place.at("spec");
    let time = spec.at("schedule");
    problems.optional_text(KIND, time, schedule::flaw);
    // Refused on creation since 1.29.
    if problems.since(29) {
        problems.text(KIND, time, |it| {
            it.contains("TZ").then_some("cannot have a time zone; see `timeZone`")
        });
    }
    problems.text(KIND, spec.at("timeZone"), time_zone);
    let template = spec.at("jobTemplate");
    let of_job = template.at("spec");
    job::check_spec(of_job, problems);
    // Made for each Job.
    problems.meaningless(KIND, of_job.at("selector"), "in the template of a CronJob");
    if of_job.at("manualSelector").as_bool() == Some(true) {
        problems.meaningless(KIND, of_job.at("manualSelector"), "in the template of a CronJob");
    }
}

/// The name of a time zone, as far as it can be told without a list of them.
fn time_zone(text: &str) -> Flaw {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    let is_part = |part: &str| {
        (1..=14).contains(&part.len())
            && part.bytes().all(is_allowed)
            && !part.starts_with('-')
            && part != "."
            && !part.contains("..")
    };
    let is_good = text.split('/').all(is_part) && !text.eq_ignore_ascii_case("local");
    (!is_good).then_some("must be the name of a time zone, such as `Europe/Vienna`")
}
