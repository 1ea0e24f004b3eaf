//! Asking upstream's own code, a JSON line for a JSON line.

use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;

use crate::binary::binary;
use crate::requirement::{MISSING, binary_for_test};

/// A process that answers questions of one kind; see `tests/README.md` for the kinds.
#[derive(Debug)]
pub struct Oracle {
    process: Child,
    questions: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// An oracle for a test; `None` where there is no binary.
    ///
    /// # Panics
    ///
    /// It does not start, or there is none where one is required.
    pub fn for_test(kind: &str) -> Option<Self> {
        binary_for_test()?;
        match Self::start(kind) {
            Ok(oracle) => Some(oracle),
            Err(error) => panic!("the oracle {kind:?} does not start: {error}"),
        }
    }

    /// Starts an oracle. One of an unknown kind ends at its first question.
    ///
    /// # Errors
    ///
    /// There is no binary, or it cannot be run.
    pub fn start(kind: &str) -> io::Result<Self> {
        let program = binary().ok_or_else(|| io::Error::other(MISSING))?;
        let mut process = Command::new(program)
            .args(["oracle", kind])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(questions), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("the oracle has no pipes"));
        };
        Ok(Self {
            process,
            questions: Some(BufWriter::new(questions)),
            answers: BufReader::with_capacity(1 << 16, answers),
        })
    }

    /// The answer to one question: `{"error": ...}` when upstream's code rejects it.
    ///
    /// # Panics
    ///
    /// The oracle has ended.
    pub fn ask(&mut self, question: &Value) -> Value {
        parse(&self.ask_line(&question.to_string()))
    }

    /// The answer's text to a question that is JSON text on one line; numbers keep their digits.
    ///
    /// # Panics
    ///
    /// The oracle has ended.
    pub fn ask_line(&mut self, question: &str) -> String {
        let questions = open(self.questions.as_mut());
        sent(writeln!(questions, "{question}").and_then(|()| questions.flush()));
        answer(&mut self.answers)
    }

    /// The answers to many questions, in their order, sent without waiting for answers.
    ///
    /// # Panics
    ///
    /// The oracle has ended.
    pub fn ask_all<'a>(&mut self, questions: impl IntoIterator<Item = &'a Value>) -> Vec<Value> {
        let Self { questions: pipe, answers, .. } = self;
        let pipe = open(pipe.as_mut());
        let (expect, expected) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let each = expected.iter();
                each.map(|()| parse(&answer(answers))).collect()
            });
            for question in questions {
                sent(writeln!(pipe, "{question}"));
                sent(expect.send(()).map_err(io::Error::other));
            }
            sent(pipe.flush());
            drop(expect);
            match reader.join() {
                Ok(answers) => answers,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.process.wait();
    }
}

fn open<T>(pipe: Option<T>) -> T {
    match pipe {
        Some(pipe) => pipe,
        None => panic!("the oracle's pipe is closed"),
    }
}

fn sent(result: io::Result<()>) {
    if let Err(error) = result {
        panic!("the oracle takes no questions: {error}");
    }
}

fn answer(answers: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    match answers.read_line(&mut line) {
        Ok(0) => panic!("the oracle ended without an answer"),
        Ok(_) => line.trim_end_matches('\n').to_owned(),
        Err(error) => panic!("the oracle's answer cannot be read: {error}"),
    }
}

fn parse(answer: &str) -> Value {
    match serde_json::from_str(answer) {
        Ok(value) => value,
        Err(error) => panic!("the oracle's answer is not JSON: {error}: {answer}"),
    }
}
