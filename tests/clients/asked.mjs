// What every client asks, and how it tells what was answered: one JSON object on standard output.
import { readFileSync } from 'node:fs';

export const task = JSON.parse(readFileSync(0, 'utf8'));

function transport({ StdioClientTransport, StreamableHTTPClientTransport }) {
  if (task.url) {
    const headers = { Authorization: `Bearer ${task.token}` };
    return new StreamableHTTPClientTransport(new URL(task.url), { requestInit: { headers } });
  }
  const [command, ...args] = task.command;
  return new StdioClientTransport({ command, args, env: task.environment, stderr: 'inherit' });
}

// What a client makes of an answer that is an error, of the tool or of the protocol.
async function outcome(promise) {
  try {
    const { content, structuredContent, isError } = await promise;
    if (isError) return { isError, text: content[0].text };
    return { isError: false, structured: structuredContent };
  } catch (error) {
    return { code: error.code ?? null, message: error.message };
  }
}

export async function ask(client, transports, { protocol }) {
  const channel = transport(transports);
  await client.connect(channel);
  const told = { protocol: protocol(channel), server: client.getServerVersion().name };
  told.instructions = client.getInstructions() ?? null;
  told.tools = (await client.listTools()).tools;
  told.calls = [];
  for (const { name, arguments: given } of task.calls) {
    told.calls.push(await outcome(client.callTool({ name, arguments: given })));
  }
  told.prompts = (await client.listPrompts()).prompts.map((it) => it.name);
  told.messages = [];
  for (const prompt of task.prompts) {
    const { messages } = await client.getPrompt(prompt);
    told.messages.push(messages.map((it) => it.content.text));
  }
  told.templates = (await client.listResourceTemplates()).resourceTemplates.map((it) => it.uriTemplate);
  told.resources = [];
  for (let cursor; ; ) {
    const page = await client.listResources(cursor && { cursor });
    told.resources.push(...page.resources.map((it) => it.uri));
    cursor = page.nextCursor;
    if (!cursor) break;
  }
  told.read = [];
  for (const uri of task.read) {
    const { contents } = await client.readResource({ uri });
    told.read.push(contents.map((it) => it.text));
  }
  // All at once, and each gets its own answer.
  const many = await Promise.all(Array.from({ length: task.parallel }, (_, number) => {
    const name = `pod-${number}`;
    const manifest = `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {hostPID: true, containers: []}}`;
    const call = { name: 'check_manifest', arguments: { manifest, rule: ['host-namespaces'] } };
    return client.callTool(call).then((it) => it.structuredContent.findings[0]?.object.name === name);
  }));
  told.parallel = many.filter(Boolean).length;
  await client.close();
  process.stdout.write(JSON.stringify(told), () => process.exit(0));
}
