//! Answers, cut to what was allowed by whole items.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Refusal;

/// What a tool tells: the fields of an object.
pub(crate) type Answer = Map<String, Value>;

/// Room for what is said of the items that are left out.
const PAGE: usize = 256;

/// Cuts the lists of an answer to `most` bytes of JSON. The first is told from item `from` on, and can be asked
/// for further; of the others the first items are told. What is left out is counted under `page`.
pub(super) fn bounded(
    mut answer: Answer,
    lists: &[&str],
    from: usize,
    most: usize,
) -> Result<Value, Refusal> {
    let Some((paged, others)) = lists.split_first() else {
        return whole(answer, most);
    };
    let mut taken: Vec<(&str, Vec<Value>)> = Vec::new();
    for key in lists {
        if let Some(Value::Array(items)) = answer.get_mut(*key).map(Value::take) {
            taken.push((key, items));
        }
    }
    for (key, _) in &taken {
        answer.insert((*key).to_owned(), Value::Array(Vec::new()));
    }
    let fixed = size(&answer) + PAGE;
    let room = most.saturating_sub(fixed);
    let (mut left, mut omitted) = (room, Map::new());
    for (key, items) in taken.iter_mut().filter(|(key, _)| others.contains(key)) {
        let all = items.len();
        let mut share = (room / 4).min(left);
        let kept = fitting(std::mem::take(items), &mut share, &mut 0);
        left -= (room / 4).min(left) - share;
        if kept.len() < all {
            omitted.insert((*key).to_owned(), (all - kept.len()).into());
        }
        answer.insert((*key).to_owned(), kept.into());
    }
    let mut page = Map::new();
    if let Some((key, items)) = taken.into_iter().find(|(key, _)| key == paged) {
        let total = items.len();
        if from > total || from == total && from > 0 {
            return Err(Refusal::of(
                "cursor",
                format!("there are only {total} items: leave it out"),
            ));
        }
        let rest: Vec<_> = items.into_iter().skip(from).collect();
        let (wanted, mut too_large) = (rest.len(), 0);
        let kept = fitting(rest, &mut left, &mut too_large);
        let next = from + kept.len() + too_large;
        page.insert("total".to_owned(), total.into());
        page.insert("omitted".to_owned(), (wanted - kept.len()).into());
        if too_large > 0 {
            page.insert("tooLarge".to_owned(), too_large.into());
        }
        if next < total {
            page.insert("nextCursor".to_owned(), next.to_string().into());
        }
        answer.insert(key.to_owned(), kept.into());
    }
    if !omitted.is_empty() {
        page.insert("omittedElsewhere".to_owned(), omitted.into());
    }
    answer.insert("page".to_owned(), page.into());
    whole(answer, most)
}

/// The first items that fit, and no more of them than follow each other. Those that would never fit are passed
/// over and counted.
fn fitting(items: Vec<Value>, left: &mut usize, too_large: &mut usize) -> Vec<Value> {
    let room = *left;
    let mut kept = Vec::new();
    for item in items {
        let size = size(&item) + 1;
        if size > room {
            *too_large += 1;
        } else if size > *left {
            break;
        } else {
            *left -= size;
            kept.push(item);
        }
    }
    kept
}

fn whole(answer: Answer, most: usize) -> Result<Value, Refusal> {
    let value = Value::Object(answer);
    let size = size(&value);
    if size > most {
        return Err(Refusal::because(format!(
            "the answer has {size} bytes, and at most {most} are told: ask about fewer objects, or have the server started with a larger --max-bytes"
        )));
    }
    Ok(value)
}

/// How many bytes of JSON a value is.
pub(super) fn size(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting fails on nothing, and values have only text as keys.
    drop(serde_json::to_writer(&mut count, value));
    count.0
}

/// What `page` looks like. It is in every schema, so that it is told briefly.
pub(super) fn page_schema() -> Value {
    json!({
        "type": "object",
        "description": "Of the first list: total, omitted, and nextCursor to send as cursor for what follows"
    })
}
