//! `foreach`: a check of each element of a list.

use serde_json::Value;

use super::{Level, Validator};
use crate::Verdict;
use crate::kyverno::jmespath::Failure;
use crate::kyverno::policy::context::Context;
use crate::kyverno::policy::reply::Reply;
use crate::kyverno::policy::rule::Foreach;

impl<'a> Validator<'a> {
    /// What loops say: nothing where they have no element.
    pub(super) fn foreach(
        self,
        loops: &'a [Foreach],
        level: Level<'a, '_>,
        context: &mut Context<'a>,
    ) -> Option<Reply> {
        let mut count = 0;
        let mut error = None;
        for each in loops {
            let elements = match context.query(&each.list) {
                Ok(Value::Array(elements)) => elements,
                Ok(other) => vec![other],
                Err(it @ Failure::NotJudged(_)) => return Some(Reply::failure("", &it)),
                Err(it) if it.to_string().contains("Unknown key") => continue,
                Err(it) => {
                    error = Some(it);
                    continue;
                }
            };
            context.checkpoint();
            let result = self.elements(each, &elements, level, context);
            context.restore();
            match result {
                Ok(applied) => count += applied,
                Err(reply) => return Some(reply),
            }
        }
        match (count, error) {
            (0, Some(it)) => Some(Reply::failure("failed to evaluate list", &it)),
            (0, None) => None,
            _ => Some(Reply::new(Verdict::Pass, "rule passed")),
        }
    }

    /// How many elements were judged, which all pass.
    fn elements(
        self,
        each: &'a Foreach,
        elements: &[Value],
        level: Level<'a, '_>,
        context: &mut Context<'a>,
    ) -> Result<usize, Reply> {
        let mut count = 0;
        for (index, element) in elements.iter().enumerate().filter(|(_, it)| !it.is_null()) {
            context.reset();
            context.set_element(element, index, level.nesting);
            let is_scoped = match each.scope {
                Some(true) if !element.is_object() => {
                    let message = "failed to process foreach: cannot use elementScope=true foreach rules for elements that are not maps";
                    return Err(Reply::new(Verdict::Error, message));
                }
                Some(scoped) => scoped,
                None => element.is_object(),
            };
            let inner = Level {
                context: &each.context,
                preconditions: &each.preconditions,
                check: &each.check,
                nesting: level.nesting + 1,
                at: &each.at,
                element: if is_scoped { Some(element) } else { level.element },
            };
            let reply = self.level(inner, context);
            let Some(reply) = reply else { continue };
            match reply.verdict {
                Verdict::Pass => count += 1,
                Verdict::Skip => {}
                Verdict::Error if reply.message.contains("failed to evaluate preconditions") => {}
                Verdict::NotJudged => return Err(reply),
                _ => {
                    let message = format!("validation failure: {}", reply.message);
                    return Err(Reply { message, ..reply });
                }
            }
        }
        Ok(count)
    }
}
