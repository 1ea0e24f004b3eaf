// The worker's life: started before the page's own code has arrived, fed with texts that changed, and
// replaced when it crashes or does not answer.
import type { Text } from "@codemirror/state";
import type { Editor } from "./editor";

/** No question takes this long; whoever does is stuck. Milliseconds. */
const PATIENCE = 10_000;

interface Start {
  worker: Worker;
  /** Kept here, because the worker may be ready before anybody listens. */
  ready: Promise<void>;
}

let early: Start | undefined = start();

function start(): Start {
  const worker = new Worker("./engine_loader.js", { type: "module", name: "engine" });
  const ready = new Promise<void>((done) => {
    worker.addEventListener("message", () => done(), { once: true });
  });
  return { worker, ready };
}

export class Engine {
  private worker: Worker | undefined;
  private isReady = false;
  private waiting: [string, number[]][] = [];
  private asked = 0;
  private clock = 0;
  private sent = new Map<number, Text>();
  private readonly editor: Editor;
  private readonly answered: (reply: string) => void;
  private readonly stopped: (why: string) => void;

  constructor(editor: Editor, answered: (reply: string) => void, stopped: (why: string) => void) {
    this.editor = editor;
    this.answered = answered;
    this.stopped = stopped;
    this.adopt(early ?? start());
    early = undefined;
  }

  private adopt({ worker, ready }: Start) {
    this.worker = worker;
    this.isReady = false;
    this.asked = 0;
    this.sent.clear();
    ready.then(() => {
      if (this.worker !== worker) return;
      this.isReady = true;
      for (const [request, files] of this.waiting.splice(0)) this.post(request, files);
    });
    worker.onmessage = (event: MessageEvent<string>) => {
      if (event.data === "") return;
      this.asked -= 1;
      this.watch();
      this.answered(event.data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.restart("crashed");
    };
  }

  private restart(why: string) {
    clearTimeout(this.clock);
    this.worker?.terminate();
    this.waiting = [];
    this.adopt(start());
    this.stopped(why);
  }

  private watch() {
    clearTimeout(this.clock);
    if (this.asked > 0) this.clock = setTimeout(() => this.restart("stuck"), PATIENCE);
  }

  /** Asks; the texts of the files go along where the worker does not have them yet. */
  ask(request: string, files: Uint32Array) {
    const ids = [...files];
    if (this.isReady) this.post(request, ids);
    else this.waiting.push([request, ids]);
  }

  private post(request: string, files: number[]) {
    const message = [request];
    for (const file of files) {
      const document = this.editor.document(file);
      if (this.sent.get(file) === document) continue;
      this.sent.set(file, document);
      message.push(String(file), document.toString());
    }
    this.asked += 1;
    this.watch();
    this.worker?.postMessage(message);
  }
}
