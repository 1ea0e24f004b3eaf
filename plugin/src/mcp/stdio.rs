//! Serves the client that started the program, over standard input and output.

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::stdio;

use super::{MOST_INPUT, Server};
use crate::terminal::Exit;

/// How long a message may be: JSON writes some characters as six.
const MOST_LINE: usize = 8 * MOST_INPUT;

/// Serves until the client closes standard input.
pub(crate) async fn serve(server: Server) -> anyhow::Result<Exit> {
    let (input, output) = stdio();
    let transport = AsyncRwTransport::new_server(input, output).with_max_line_length(MOST_LINE);
    match server.serve(transport).await {
        Ok(running) => {
            running.waiting().await?;
            Ok(Exit::Done)
        }
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(Exit::Done),
        // What was received is not repeated: it may be anything.
        Err(_) => anyhow::bail!(
            "the client did not begin as the Model Context Protocol begins: with `initialize`, or with requests of 2026-07-28"
        ),
    }
}
