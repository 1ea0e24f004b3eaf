// Asks a server through the official TypeScript SDK, version 2: what `asked.mjs` says, over either
// transport and in either protocol.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { ask, task } from './asked.mjs';

const { era } = task;
const mode = era === 'modern' ? { pin: '2026-07-28' } : 'legacy';
const client = new Client({ name: 'typescript', version: '2' }, { versionNegotiation: { mode } });
await ask(client, { StdioClientTransport, StreamableHTTPClientTransport }, {
  protocol: () => client.getNegotiatedProtocolVersion(),
});
