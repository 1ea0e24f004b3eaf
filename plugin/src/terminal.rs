//! Standard output, standard error, colours and exit codes.

#[cfg(feature = "live")]
pub(crate) mod progress;

use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::error::ErrorKind;
use harden_core::generators::{OptionError, Verdict};

use crate::cli::{Color, reserved};
use crate::input::Unread;

/// How a run ended that was not stopped by an error, by what it yields to: the greatest counts. See
/// `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// Something could not be read, checked or known: exit code 3.
    Incomplete,
    /// There are differences or findings, or the answer is no: exit code 1.
    Found,
    /// Something was not there, or could not be written, and was reported: exit code 2.
    Failed,
}

impl Exit {
    /// The same where what is incomplete does not count.
    pub(crate) fn allowing(self, incomplete: bool) -> Self {
        if self == Self::Incomplete && incomplete { Self::Done } else { self }
    }
}

const FOUND: u8 = 1;
const USAGE: u8 = 2;
const UNREAD: u8 = 3;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Applies `--color`; `auto` leaves it to the terminal and `NO_COLOR`.
pub(crate) fn choose_colour(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Writes data to standard output. A reader that went away is no error: it has seen enough.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Whether standard output has colours.
pub(crate) fn colours() -> bool {
    match anstream::ColorChoice::global() {
        anstream::ColorChoice::Auto => {
            anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
        choice => choice != anstream::ColorChoice::Never,
    }
}

/// Tells the user something on standard error.
pub(crate) fn note(text: &str) -> anyhow::Result<()> {
    say(NOTE, "note", text)
}

/// Tells the user what the API server warns about.
pub(crate) fn warning(text: &str) -> anyhow::Result<()> {
    say(WARNING, "warning", text)
}

/// Tells the user what went wrong, when there is more to do after it.
pub(crate) fn error(text: &str) -> anyhow::Result<()> {
    say(ERROR, "error", text)
}

/// An error in words: without the numbers that the operating system has for it.
pub(crate) fn in_words(text: &str) -> String {
    const NUMBER: &str = " (os error ";
    let mut parts = text.split(NUMBER);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit());
        match rest.strip_prefix(')') {
            Some(rest) if rest.len() + 1 < part.len() => text + rest,
            _ => text + NUMBER + part,
        }
    })
}

fn say(style: Style, word: &str, text: &str) -> anyhow::Result<()> {
    let text = in_words(text);
    let write = || {
        let mut err = anstream::stderr().lock();
        quiet(writeln!(err, "{style}{word}:{style:#} {text}"))
    };
    #[cfg(feature = "live")]
    let written = progress::aside(write);
    #[cfg(not(feature = "live"))]
    let written = write();
    Ok(written?)
}

/// Takes a reader that went away for one that has seen enough.
pub(crate) fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints help, or what is wrong with the command line.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if let Some(text) = reserved::explain(error) {
        // When even standard error is gone, the exit code is all that is left to say.
        let _ = self::error(&text);
        return ExitCode::from(USAGE);
    }
    let printed = quiet(error.print());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion if printed.is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::from(USAGE),
    }
}

/// The exit code, after the error if there is one was printed.
pub(crate) fn exit(outcome: anyhow::Result<Exit>) -> ExitCode {
    match outcome {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Found) => ExitCode::from(FOUND),
        Ok(Exit::Failed) => ExitCode::from(USAGE),
        Ok(Exit::Incomplete) => ExitCode::from(UNREAD),
        Err(error) => {
            let verdict = error.downcast_ref::<OptionError>().map(|it| it.verdict);
            let code = match verdict {
                Some(Verdict::No) => FOUND,
                Some(Verdict::Unknown) => UNREAD,
                _ if Unread::is_cause_of(&error) => UNREAD,
                _ => USAGE,
            };
            let mut text = format!("{error:#}");
            if verdict == Some(Verdict::Yes) {
                text.push_str("\n\nFor more information, try '--help'.");
            }
            // When even standard error is gone, the exit code is all that is left to say.
            let _ = self::error(&text);
            ExitCode::from(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn errors_are_said_without_their_numbers() {
        let error = std::io::Error::from_raw_os_error(2).to_string();
        assert_eq!(in_words(&format!("a: {error}: b")), "a: No such file or directory: b");
        for text in ["a", "", "a (os error", "a (os error )", "a (os error x)", "a (os error 2"] {
            assert_eq!(in_words(text), text);
        }
    }
}
