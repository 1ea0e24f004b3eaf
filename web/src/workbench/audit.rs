//! What an audit policy makes of an event, and which rule says so.

use harden_core::configuration::first_document;
use harden_core::generators::File;
use harden_core::simulate::audit::{Estimate, Record, Simulator};

use crate::protocol::workbench::{AuditAsk, Audited};
use crate::units::UnitIndex;

/// What the command says of an audit log by the first of these files, which is the policy.
pub(super) fn estimate(files: &[File], log: &str) -> Result<File, String> {
    let policy = files.first().ok_or("there is no policy to estimate by")?;
    let document = first_document(&policy.text);
    let simulator = Simulator::new(&document, &policy.name)
        .map_err(|rejection| rejection.text(&policy.name))?;
    let mut estimate = Estimate::new(simulator.policy());
    for line in log.lines() {
        // What a line says is counted; which ones say nothing is told in numbers.
        let _ = estimate.add_line(simulator.policy(), line);
    }
    if estimate.total().events == 0 {
        return Err("there are no audit events in it".to_owned());
    }
    Ok(File::new("audit-estimate.txt", estimate.to_text(&simulator)))
}

/// The answer of the command to the same policy and event, and where its rule is.
pub(super) fn answer(policy: &str, ask: &AuditAsk) -> Result<Audited, String> {
    let document = first_document(policy);
    let simulator = Simulator::new(&document, &ask.name).map_err(|rejection| {
        format!("the API server would not start: {}", rejection.text(&ask.name))
    })?;
    let record = Record::read(&ask.event).map_err(|error| format!("event: {error}"))?;
    let answer = simulator.answer(&record.event());
    let rule = answer.decision.rule.and_then(|it| simulator.policy().rules.get(it));
    Ok(Audited {
        title: record.title(),
        text: simulator.to_text(&answer),
        rule: rule.map(|it| UnitIndex::new(policy).units(it.place.span())),
    })
}
