//! Serves the client that started the program, over standard input and output.

mod lines;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, duplex};
use tokio::sync::mpsc::unbounded_channel;

use super::{MOST_INPUT, Server};
use crate::terminal::Exit;

/// How long a message may be: JSON writes some characters as six.
const MOST_LINE: usize = 8 * MOST_INPUT;

/// How much of a message is on its way from one side to the other.
const PIPE: usize = 1 << 16;

/// Serves until the client closes standard input.
pub(crate) async fn serve(server: Server) -> anyhow::Result<Exit> {
    let (input, mut output) = stdio();
    let (sifted, messages) = duplex(PIPE);
    let (answers, answered) = duplex(PIPE);
    // Whole lines, because two sides write them.
    let (sender, mut receiver) = unbounded_channel::<Vec<u8>>();
    tokio::spawn(lines::sift(BufReader::new(input), sifted, MOST_LINE, sender.clone()));
    tokio::spawn(async move {
        let mut answered = BufReader::new(answered);
        let mut line = Vec::new();
        while answered.read_until(b'\n', &mut line).await.is_ok_and(|it| it > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    let writer = tokio::spawn(async move {
        while let Some(line) = receiver.recv().await {
            output.write_all(&line).await?;
            output.flush().await?;
        }
        Ok::<_, std::io::Error>(())
    });
    let transport = AsyncRwTransport::new_server(messages, answers).with_max_line_length(MOST_LINE);
    let exit = match server.serve(transport).await {
        Ok(running) => {
            running.waiting().await?;
            Exit::Done
        }
        Err(ServerInitializeError::ConnectionClosed(_)) => Exit::Done,
        // What was received is not repeated: it may be anything.
        Err(_) => anyhow::bail!(
            "the client did not begin as the Model Context Protocol begins: with `initialize`, or with requests of 2026-07-28"
        ),
    };
    // A client that went away reads nothing more, and that is no fault.
    let _ = writer.await;
    Ok(exit)
}
