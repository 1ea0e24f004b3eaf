//! Evaluates the policies of some files on the objects of others, and does nothing else: what `simulate admission`
//! is measured against. Prints the CPU time of the evaluations alone, in milliseconds.
//!
//! Usage: `bare OBJECTS_FOLDER POLICIES_FOLDER…`; Linux only.
#![expect(clippy::print_stdout, reason = "it is its output")]

use std::error::Error;
use std::fs;
use std::path::Path;

use harden_admission::{Cluster, Object, Policies, Question, User};
use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_yaml::documents;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: bare OBJECTS_FOLDER POLICIES_FOLDER…")?;
    let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    let mut all = Vec::new();
    for policies in arguments {
        for text in texts(&policies)? {
            all.extend(read(&text));
        }
    }
    let policies = Policies::read(&all, &cluster);
    let user = User::named("", &[]);
    let question = Question { operation: None, user, namespace: "default".to_owned() };
    let (mut nanoseconds, mut answers, mut count) = (0, 0, 0);
    for text in texts(&folder)? {
        let requests = read(&text)
            .into_iter()
            .map(|it| question.request(question.place(it, &cluster), None, &cluster))
            .collect::<Result<Vec<_>, _>>()?;
        let before = spent()?;
        for request in &requests {
            answers += policies.judge(request).answers.len();
        }
        nanoseconds += spent()? - before;
        count += requests.len();
    }
    println!("{} ms, {count} objects, {answers} answers", nanoseconds / 1_000_000);
    Ok(())
}

/// The texts of the files in a folder, by name.
fn texts(folder: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let entries = fs::read_dir(Path::new(folder))?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<_> = entries.into_iter().map(|it| it.path()).collect();
    paths.sort();
    Ok(paths.iter().map(fs::read_to_string).collect::<Result<_, _>>()?)
}

fn read(text: &str) -> Vec<Object> {
    let read = |it: harden_yaml::Document<'_>| {
        objects(it.root()).filter_map(|it| Object::written(&it)).collect::<Vec<_>>()
    };
    documents(text).flat_map(read).collect()
}

/// The CPU time of this thread so far, in nanoseconds.
fn spent() -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().ok_or("no time is known")?.parse()?)
}
