//! How fast text becomes places.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may panic")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use harden_yaml::json::ListSplitter;
use harden_yaml::{Document, documents};

/// 20,000 Deployments, 11 MB.
fn deployments() -> String {
    let mut text = String::new();
    for index in 0..20_000 {
        write!(
            text,
            "---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{index}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web-{index}
  template:
    metadata:
      labels:
        app: web-{index}
    spec:
      # the usual
      containers:
        - name: web
          image: \"registry.example.com/team/web:1.{index}\"
          ports:
            - containerPort: 8080
          env:
            - name: MODE
              value: 'production'
          resources: {{limits: {{cpu: 500m, memory: 128Mi}}}}
",
            team = index % 50
        )
        .unwrap();
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let yaml = deployments();
    let items: Vec<String> = documents(&yaml).filter_map(|document| document.to_json()).collect();
    let json = format!(r#"{{"kind":"List","items":[{}]}}"#, items.join(","));

    let mut group = criterion.benchmark_group("read");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Bytes(yaml.len() as u64));
    group.bench_function("yaml documents", |bencher| {
        bencher.iter(|| documents(black_box(&yaml)).filter(Document::is_rejected).count());
    });
    group.bench_function("yaml documents, looked into", |bencher| {
        bencher.iter(|| {
            let containers = |document: Document<'_>| {
                let spec = document.root().follow("spec.template.spec");
                let containers = spec.at("containers").items();
                let context = containers.map(|it| it.follow("securityContext.capabilities.drop"));
                context.filter(|drop| !drop.exists()).count()
            };
            documents(black_box(&yaml)).map(containers).sum::<usize>()
        });
    });
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("json list", |bencher| {
        bencher.iter(|| Document::parse_json(black_box(&json)).is_rejected());
    });
    group.bench_function("json list, split and item by item", |bencher| {
        bencher.iter(|| {
            let mut splitter = ListSplitter::new();
            let mut rejected = 0;
            for chunk in json.as_bytes().chunks(64 * 1024) {
                splitter.push(black_box(chunk)).unwrap();
                while let Some((item, _)) = splitter.next_item() {
                    let text = std::str::from_utf8(&item).unwrap();
                    rejected += usize::from(Document::parse_json(text).is_rejected());
                }
            }
            rejected
        });
    });
    group.finish();
}

criterion_group!(read, benches);
criterion_main!(read);
