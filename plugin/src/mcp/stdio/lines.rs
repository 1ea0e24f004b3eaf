//! Lines between the client and the protocol: what is no message is answered here, where the protocol would drop
//! it and the client would wait.

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
};
use tokio::sync::mpsc::UnboundedSender;

/// Hands on the lines that are messages, at most `most` bytes long, and sends an error for each of the others.
/// Ends at the end of the input, or where nobody reads any more.
pub(super) async fn sift(
    mut input: impl AsyncBufRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
    most: usize,
    errors: UnboundedSender<Vec<u8>>,
) -> std::io::Result<()> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    loop {
        let mut line = Vec::new();
        if (&mut input).take(limit).read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let is_whole = line.ends_with(b"\n") || line.len() <= most;
        if !is_whole {
            let start = line;
            let end = skip(&mut input).await?;
            let text =
                format!("the message is longer than {most} bytes: send fewer objects at a time");
            let id = known(&start, &end);
            if errors.send(error(&id, &text)).is_err() {
                return Ok(());
            }
            continue;
        }
        if line.trim_ascii().is_empty() || serde_json::from_slice::<Value>(&line).is_ok() {
            output.write_all(&line).await?;
            continue;
        }
        // What was received is not repeated: it may be anything.
        let text = "the message is no JSON in UTF-8 of at most 128 levels";
        if id(&line).is_some_and(|it| errors.send(error(&it, text)).is_err()) {
            return Ok(());
        }
    }
}

/// Passes over the rest of a line; its last bytes.
async fn skip(input: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Vec<u8>> {
    const KEPT: usize = 128;

    let mut last = Vec::new();
    loop {
        let part = input.fill_buf().await?;
        let end = part.iter().position(|it| *it == b'\n');
        let length = end.map_or(part.len(), |it| it + 1);
        last.extend_from_slice(part.get(..length).unwrap_or_default());
        let is_end = end.is_some() || part.is_empty();
        input.consume(length);
        last.drain(..last.len().saturating_sub(KEPT));
        if is_end {
            return Ok(last);
        }
    }
}

/// The id of a message that cannot be read as a whole: null where it is not known, none where it has none.
fn id(line: &[u8]) -> Option<Value> {
    #[derive(Deserialize)]
    struct Message {
        #[serde(default)]
        id: Option<Value>,
    }

    // What is passed over may be anything, at any depth.
    match serde_json::from_str::<Message>(&String::from_utf8_lossy(line)) {
        Ok(message) => message.id,
        Err(_) => Some(Value::Null),
    }
}

/// The id of a message of which only both ends are known, where clients write it.
fn known(start: &[u8], end: &[u8]) -> Value {
    let first = || {
        let rest = start.strip_prefix(b"{\"jsonrpc\":\"2.0\",\"id\":")?;
        number(rest.split(|it| *it == b',').next()?)
    };
    let last = || {
        let rest = end.trim_ascii_end().strip_suffix(b"}")?;
        let at = rest.windows(6).rposition(|it| it == b",\"id\":")?;
        number(rest.get(at + 6..)?)
    };
    first().or_else(last).unwrap_or(Value::Null)
}

fn number(text: &[u8]) -> Option<Value> {
    serde_json::from_slice::<u64>(text).ok().map(Value::from)
}

fn error(id: &Value, message: &str) -> Vec<u8> {
    /// A text that is no JSON, in JSON-RPC.
    const PARSE_ERROR: i32 = -32700;

    let error =
        json!({"jsonrpc": "2.0", "id": id, "error": {"code": PARSE_ERROR, "message": message}});
    let mut line = error.to_string().into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    /// What is handed on, and the errors.
    fn sifted(input: &[u8], most: usize) -> (String, Vec<Value>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (sender, mut receiver) = unbounded_channel();
        let mut output = Vec::new();
        runtime.block_on(sift(input, &mut output, most, sender)).unwrap();
        let mut errors = Vec::new();
        while let Ok(line) = receiver.try_recv() {
            errors.push(serde_json::from_slice(&line).unwrap());
        }
        (String::from_utf8(output).unwrap(), errors)
    }

    #[test]
    fn messages_are_handed_on_as_they_are() {
        let input = "{\"id\":1,\"method\":\"ping\"}\r\n\n{\"id\":2}";
        assert_eq!(sifted(input.as_bytes(), 100), (input.to_owned(), Vec::new()));
    }

    #[test]
    fn what_is_no_message_is_answered_by_its_id() {
        let deep = format!("{{\"id\":7,\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        let cases: [(&[u8], Value); 5] = [
            (b"{\"id\":\"a\",\"x\":\"\\ud800\"}\n", json!("a")),
            (b"{\"x\":\"\xff\xfe\",\"id\":3}\n", json!(3)),
            (deep.as_bytes(), json!(7)),
            (b"no JSON at all\n", Value::Null),
            (b"{\"id\":4", Value::Null),
        ];
        for (input, id) in cases {
            let (handed, errors) = sifted(input, 1000);
            assert_eq!(handed, "", "{id}");
            assert_eq!((errors.len(), &errors[0]["id"]), (1, &id), "{errors:?}");
            assert_eq!(errors[0]["error"]["code"], -32700);
        }
        // Nobody waits for an answer to a notification.
        let (handed, errors) =
            sifted(b"{\"method\":\"notifications/x\",\"y\":\"\\ud800\"}\n", 1000);
        assert_eq!((handed.as_str(), errors), ("", Vec::new()));
    }

    #[test]
    fn a_line_that_is_too_long_is_answered_and_the_next_is_read() {
        let filler = "x".repeat(500);
        let begins =
            format!("{{\"jsonrpc\":\"2.0\",\"id\":5,\"params\":\"{filler}\"}}\n{{\"id\":6}}\n");
        let ends =
            format!("{{\"params\":\"{filler}\",\"jsonrpc\":\"2.0\",\"id\":5}}\n{{\"id\":6}}\n");
        for input in [begins, ends] {
            let (handed, errors) = sifted(input.as_bytes(), 100);
            assert_eq!(handed, "{\"id\":6}\n");
            assert_eq!((errors.len(), &errors[0]["id"]), (1, &json!(5)), "{errors:?}");
        }
    }
}
