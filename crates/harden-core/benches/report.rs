//! How fast 100,000 findings are written down.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use harden_core::check::{Settings, Survey};
use harden_core::report::{self, FORMATS, Report, ReportSource};
use harden_core::source::Source;

/// 25,000 Pods with four flaws each, in 250 files.
fn sources() -> Vec<(String, String)> {
    let pod = |index: usize| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web-{index}\n  namespace: team-a\nspec:\n  \
             containers:\n  - name: app\n    image: registry.example.com/web:latest\n    securityContext:\n      \
             privileged: true\n"
        )
    };
    let file = |file: usize| (0..100).map(|index| pod(file * 100 + index)).collect();
    (0..250).map(|index| (format!("k8s/web-{index}.yaml"), file(index))).collect()
}

fn reports(criterion: &mut Criterion) {
    let sources = sources();
    let ids = [
        "privileged-container",
        "writable-root-file-system",
        "mutable-image-tag",
        "privilege-escalation",
    ];
    let settings = Settings::new(ids.map(|id| harden_core::rules::find(id).unwrap()));
    let mut run = Survey::new(settings.clone()).end();
    run.judge(sources.iter().map(|(name, text)| Source::new(&**name, text)).collect());
    let outcome = run.finish();
    assert_eq!(outcome.findings.len(), 100_000);
    let shown = ReportSource::all(&outcome);
    let report = Report { version: "0.1.0", ..Report::of(&outcome, &settings, &shown) };
    let mut group = criterion.benchmark_group("100,000 findings");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .throughput(Throughput::Elements(100_000));
    for format in FORMATS {
        let mut out: Vec<u8> = Vec::with_capacity(200 << 20);
        group.bench_function(format.name, |bencher| {
            bencher.iter(|| {
                out.clear();
                report::write(&report, *format, false, &mut out).unwrap();
                black_box(&mut out).flush()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reports);
criterion_main!(benches);
