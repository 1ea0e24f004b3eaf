//! `mcp`: answers assistants over the Model Context Protocol.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::connection::Connection;

/// An assistant starts this command itself and talks to it over standard input and output; `docs/mcp.md` says
/// how to tell it. It is answered what the command line prints: checks, fixes, explanations, generators and
/// simulations of what it hands over. Secrets are never told, and nothing is changed without --allow-apply.
/// With --transport http it serves until you press Ctrl-C, to clients that send its token.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How clients talk to it
    #[arg(long, value_name = "HOW", default_value = "stdio")]
    transport: Transport,

    /// Longest answer, in bytes of JSON; what is left out is counted, and can be asked for
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(4096..=16_777_216))]
    max_bytes: u32,

    /// Let tools change the cluster, each time after a dry run and a confirmation
    #[arg(long)]
    allow_apply: bool,

    /// Address to listen on [default: 127.0.0.1:8484]
    #[arg(long, value_name = "ADDRESS:PORT", help_heading = HTTP)]
    listen: Option<SocketAddr>,

    /// File with the token that clients must send [default: $KUBECTL_HARDEN_MCP_TOKEN, else a new one, shown once]
    #[arg(long, value_name = "FILE", help_heading = HTTP)]
    token_file: Option<PathBuf>,

    /// Name by which clients may call the server beside localhost, such as that of a proxy with TLS; repeatable
    #[arg(long, value_name = "HOST", help_heading = HTTP)]
    allow_host: Vec<String>,

    /// Web page whose scripts may ask, such as `https://app.example.com`; repeatable
    #[arg(long, value_name = "ORIGIN", help_heading = HTTP)]
    allow_origin: Vec<String>,

    #[command(flatten)]
    connection: Connection,
}

const HTTP: &str = "HTTP";

/// How clients talk to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Transport {
    /// The client starts this command
    Stdio,
    /// Clients connect to --listen
    Http,
}

#[cfg(feature = "live")]
pub(crate) fn run(options: &Options) -> super::Result {
    use crate::mcp;

    let gate = match options.transport {
        Transport::Stdio => {
            options.reject_gate()?;
            None
        }
        Transport::Http => Some(options.gate()?),
    };
    let server = mcp::Server::new(mcp::Settings {
        connection: options.connection.clone(),
        max_bytes: options.max_bytes as usize,
        deadline: std::time::Duration::from_mins(2),
        allow_apply: options.allow_apply,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exit = runtime.block_on(async {
        tokio::select! {
            exit = async {
                match gate {
                    None => mcp::serve_stdio(server).await,
                    Some(gate) => mcp::serve_http(server, gate).await,
                }
            } => exit,
            _ = tokio::signal::ctrl_c() => Ok(crate::terminal::Exit::Done),
        }
    });
    // Whoever left does not wait for work that is not done.
    runtime.shutdown_background();
    exit
}

#[cfg(feature = "live")]
impl Options {
    /// Flags that would do nothing are a misunderstanding.
    fn reject_gate(&self) -> anyhow::Result<()> {
        let given = [
            ("--listen", self.listen.is_some()),
            ("--token-file", self.token_file.is_some()),
            ("--allow-host", !self.allow_host.is_empty()),
            ("--allow-origin", !self.allow_origin.is_empty()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => {
                anyhow::bail!("{flag} is for clients that connect: add --transport http")
            }
            None => Ok(()),
        }
    }

    /// Whom the server answers.
    fn gate(&self) -> anyhow::Result<crate::mcp::Gate> {
        let listen = self.listen.unwrap_or_else(|| ([127, 0, 0, 1], 8484).into());
        if !listen.ip().is_loopback() && self.allow_host.is_empty() {
            anyhow::bail!(
                "--listen {listen} can be reached from other machines: say by which name with --allow-host, and put a proxy with TLS before it"
            );
        }
        Ok(crate::mcp::Gate {
            listen,
            token: self.token()?,
            hosts: self.allow_host.clone(),
            origins: self.allow_origin.clone(),
        })
    }

    fn token(&self) -> anyhow::Result<crate::mcp::Token> {
        use anyhow::Context as _;

        use crate::mcp::Token;

        if let Some(path) = &self.token_file {
            let shown = path.display().to_string();
            let text = crate::input::read_utf8(path);
            let text =
                zeroize::Zeroizing::new(text.with_context(|| format!("failed to read {shown}"))?);
            return Token::known(&text, &shown);
        }
        match std::env::var(VARIABLE) {
            Ok(text) => Token::known(&zeroize::Zeroizing::new(text), VARIABLE),
            Err(_) => Token::fresh(),
        }
    }
}

/// Where a token may be that clients know already.
#[cfg(feature = "live")]
const VARIABLE: &str = "KUBECTL_HARDEN_MCP_TOKEN";

#[cfg(not(feature = "live"))]
pub(crate) fn run(_: &Options) -> super::Result {
    anyhow::bail!("this build serves no assistants: it was made without the feature `live`")
}
