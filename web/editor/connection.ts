// The life of a worker: fed with texts that changed, and replaced when it crashes or does not answer.
// The engine's starts before the page's own code has arrived; the workbench's when it is first asked.
import type { Text } from "@codemirror/state";
import type { Editor } from "./editor";

/** No question takes this long; whoever does is stuck. Milliseconds. */
const PATIENCE = 10_000;

interface Start {
  worker: Worker;
  /** Kept here, because the worker may be ready, or lost, before anybody listens. */
  ready: Promise<boolean>;
}

const early = new Map([["engine", start("engine")]]);

function start(name: string): Start {
  const worker = new Worker(`./${name}_loader.js`, { type: "module", name });
  const ready = new Promise<boolean>((done) => {
    worker.addEventListener("message", () => done(true), { once: true });
    worker.addEventListener("error", () => done(false), { once: true });
  });
  return { worker, ready };
}

export class Connection {
  private worker: Worker | undefined;
  private isReady = false;
  private waiting: [Uint8Array, number[]][] = [];
  private asked = 0;
  private clock = 0;
  private sent = new Map<number, Text>();
  private readonly name: string;
  private readonly editor: Editor;
  private readonly answered: (reply: Uint8Array) => void;
  private readonly stopped: (why: string) => void;

  constructor(
    name: string,
    editor: Editor,
    answered: (reply: Uint8Array) => void,
    stopped: (why: string) => void,
  ) {
    this.name = name;
    this.editor = editor;
    this.answered = answered;
    this.stopped = stopped;
  }

  private start() {
    const { worker, ready } = early.get(this.name) ?? start(this.name);
    early.delete(this.name);
    this.worker = worker;
    this.isReady = false;
    this.asked = 0;
    this.sent.clear();
    ready.then((isReady) => {
      if (this.worker !== worker) return;
      if (!isReady) return this.stop("unreachable");
      this.isReady = true;
      for (const [request, files] of this.waiting.splice(0)) this.post(request, files);
    });
    worker.onmessage = (event: MessageEvent<Uint8Array | null>) => {
      if (event.data === null) return;
      this.asked -= 1;
      this.watch();
      this.answered(event.data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.isReady) this.stop("crashed");
    };
  }

  /** Starts another one, unless none can be had: then the next question tries again. */
  private stop(why: string) {
    clearTimeout(this.clock);
    this.worker?.terminate();
    this.worker = undefined;
    this.isReady = false;
    this.waiting = [];
    if (why !== "unreachable") this.start();
    this.stopped(why);
  }

  private watch() {
    clearTimeout(this.clock);
    if (this.asked > 0) this.clock = setTimeout(() => this.stop("stuck"), PATIENCE);
  }

  /** Asks; the texts of the files go along where the worker does not have them yet. */
  ask(request: Uint8Array, files: Uint32Array) {
    if (!this.worker) this.start();
    const ids = [...files];
    if (this.isReady) this.post(request, ids);
    else this.waiting.push([request, ids]);
  }

  /** Whether the worker has the text of a file as it is now. */
  has(file: number): boolean {
    return this.sent.get(file) === this.editor.document(file);
  }

  private post(request: Uint8Array, files: number[]) {
    const message: (Uint8Array | string)[] = [request];
    // A worker that is asked about files forgets all others.
    if (files.length) for (const file of this.sent.keys()) if (!files.includes(file)) this.sent.delete(file);
    for (const file of files) {
      const document = this.editor.document(file);
      if (this.sent.get(file) === document) continue;
      this.sent.set(file, document);
      message.push(String(file), document.toString());
    }
    this.asked += 1;
    this.watch();
    this.worker?.postMessage(message, [request.buffer]);
  }
}
