//! What the machine itself can tell: the date, and bytes nobody can guess.

use anyhow::{Context as _, anyhow};
use harden_core::cluster::{Facts, Need, Random};
use harden_core::kubernetes::Date;
use zeroize::Zeroizing;

/// Adds to `facts` what is needed of the machine.
pub(crate) fn tell(facts: &mut Facts, needs: &[Need]) -> anyhow::Result<()> {
    for need in needs {
        match need {
            Need::Today => facts.today = Some(today()?),
            Need::Random(count) => facts.random = random(*count)?,
            _ => {}
        }
    }
    Ok(())
}

/// The date in UTC.
pub(crate) fn today() -> anyhow::Result<Date> {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(Date {
        year: today.year().try_into().context("the clock is not set")?,
        month: today.month().try_into().context("the clock is not set")?,
        day: today.day().try_into().context("the clock is not set")?,
    })
}

fn random(count: usize) -> anyhow::Result<Random> {
    let mut bytes = Zeroizing::new(vec![0; count]);
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow!("the operating system gave no random bytes: {error}"))?;
    Ok(Random::new(bytes))
}
