//! What an audit policy makes of an event, and which rule says so.

use harden_core::configuration::first_document;
use harden_core::kubernetes::MinorVersion;
use harden_core::simulate::audit::{Record, Simulator};

use crate::protocol::workbench::{AuditAsk, Audited};
use crate::units::UnitIndex;

/// The answer of the command to the same policy and event, and where its rule is.
pub(super) fn answer(policy: &str, ask: &AuditAsk) -> Result<Audited, String> {
    let document = first_document(policy);
    let version = MinorVersion::read_known(&ask.version).map_err(|it| format!("version: {it}"))?;
    let simulator = Simulator::new(&document, &ask.name, version)
        .map_err(|rejection| rejection.sentence(&ask.name))?;
    let record = Record::read(&ask.event).map_err(|error| format!("event: {error}"))?;
    let answer = simulator.answer(&record.event());
    let rule = answer.decision.rule.and_then(|it| simulator.policy().rules.get(it));
    Ok(Audited {
        title: record.title(),
        text: simulator.to_text(&answer),
        rule: rule.map(|it| UnitIndex::new(policy).units(it.place.span())),
    })
}
